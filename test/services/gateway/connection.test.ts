// The durable answer: given a socket, when CALLs come, then each is answered after its facts are in the log, in order.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect, fakeGateway, settle } from './fake-parts.ts';
import { token } from './support.ts';
import { tokenRefOf } from '#contracts/keys';
import { tenantKey } from './support.ts';

const boot = '[2,"b","BootNotification",{"chargePointVendor":"V","chargePointModel":"M"}]';
const status = (id: string, connectorId = 1) =>
  `[2,"${id}","StatusNotification",{"connectorId":${connectorId},"errorCode":"NoError","status":"Available"}]`;
const start = (id: string) =>
  `[2,"${id}","StartTransaction",{"connectorId":1,"idTag":"TAG1","meterStart":0,"timestamp":"2026-11-25T10:00:00Z"}]`;

async function booted() {
  const gateway = fakeGateway();
  const { connection, socket } = connect(gateway);
  void connection.begin();
  gateway.pending.shift()?.ack();
  await settle();
  connection.receive(boot);
  await settle();
  gateway.pending.shift()?.ack();
  await settle();
  assert.match(socket.sent.shift() ?? '', /Accepted/);
  return { gateway, connection, socket };
}

test('nothing is appended or answered before StationConnected is acknowledged; its offset is the epoch', async () => {
  const gateway = fakeGateway();
  const { connection, socket } = connect(gateway);
  void connection.begin();
  connection.receive(boot);
  await settle();
  assert.deepEqual(
    [gateway.appended, socket.sent, connection.epoch],
    [['charging.events.v1 StationConnected'], [], null],
  );
  const connected = gateway.pending.shift();
  assert.equal(connected?.records[0]?.type === 'StationConnected' && connected.records[0].meta.connectionEpoch, null);
  connected?.ack();
  await settle();
  assert.equal(connection.epoch, 100);
  const [facts] = gateway.pending;
  assert.ok(facts?.records[0]?.type === 'StationBooted');
  assert.deepEqual([facts.records[0].meta.connectionEpoch, facts.records[0].meta.seq], [100, 0]);
  assert.deepEqual(socket.sent, []);
});

test('a fact is answered after its ack, and an acceptance after presence knows it', async () => {
  const { gateway, connection, socket } = await booted();
  assert.ok(
    gateway.appended.indexOf('presence connected accepted') >
      gateway.appended.indexOf('charging.events.v1 StationBooted'),
  );
  connection.receive(status('1'));
  await settle();
  assert.deepEqual(socket.sent, []);
  gateway.pending.shift()?.ack();
  await settle();
  assert.deepEqual(socket.sent, ['[3,"1",{}]']);
});

test('a heartbeat waits for nothing but its turn', async () => {
  const { gateway, connection, socket } = await booted();
  connection.receive(status('1'));
  connection.receive('[2,"2","Heartbeat",{}]');
  await settle();
  assert.deepEqual(socket.sent, []);
  gateway.pending.shift()?.ack();
  await settle();
  assert.deepEqual(
    socket.sent.map((text: string) => text.slice(0, 6)),
    ['[3,"1"', '[3,"2"'],
  );
});

test('facts of one socket are appended one CALL after the other, numbered in their order', async () => {
  const { gateway, connection } = await booted();
  for (const id of ['1', '2', '3']) connection.receive(status(id));
  const seqs: unknown[] = [];
  for (let n = 0; n < 3; n++) {
    await settle();
    assert.equal(gateway.pending.length, 1);
    const append = gateway.pending.shift();
    for (const record of append?.records ?? []) if ('meta' in record) seqs.push(record.meta.seq);
    append?.ack();
  }
  assert.deepEqual(seqs, [1, 2, 3]);
});

test('a failed append is not answered: the socket closes so that the station repeats', async () => {
  const { gateway, connection, socket } = await booted();
  connection.receive(start('1'));
  await settle();
  gateway.pending.shift()?.fail();
  await settle();
  assert.deepEqual([socket.sent, socket.ends.map(({ code }) => code)], [[], [1013]]);
});

test('a repeat of the same message is answered again and recorded no more; the repeat on a new socket gets the same id', async () => {
  const { gateway, connection, socket } = await booted();
  gateway.tokens.set(tokenRefOf(tenantKey, 'Unknown', 'TAG1'), token());
  gateway.ackAll();
  connection.receive(start('1'));
  await settle();
  const count = gateway.appended.length;
  connection.receive(start('1'));
  await settle();
  assert.equal(gateway.appended.length, count);
  assert.equal(socket.sent[0], socket.sent[1]);
  const second = connect(gateway);
  void second.connection.begin();
  await settle();
  second.connection.receive(start('99'));
  await settle();
  assert.equal(second.socket.sent[0]?.replace('"99"', '"1"'), socket.sent[0]);
});

test('a socket that closes before its epoch is known leaves a connect and a disconnect, no more', async () => {
  const gateway = fakeGateway();
  const { connection } = connect(gateway);
  void connection.begin();
  await connection.gone(1006);
  gateway.pending.shift()?.ack();
  await settle();
  const ended = gateway.pending.shift();
  assert.ok(ended?.records[0]?.type === 'StationDisconnected');
  assert.equal(ended.records[0].meta.connectionEpoch, 100);
  ended.ack();
  await settle();
  assert.deepEqual(gateway.pending, []);
});

test('calls that waited when the socket closed are not served', async () => {
  const { gateway, connection, socket } = await booted();
  connection.receive(status('1'));
  connection.receive(status('2'));
  await settle();
  void connection.gone(1006);
  gateway.ackAll();
  await settle();
  assert.equal(gateway.appended.filter((entry) => entry.endsWith('ConnectorStatusChanged')).length, 1);
  assert.deepEqual(socket.sent, []);
});

test('an older connection’s end does not hide the claim of the newer one', async () => {
  const { gateway, connection } = await booted();
  gateway.ackAll();
  const newer = connect(gateway);
  void newer.connection.begin();
  await settle();
  await connection.gone(1006);
  assert.equal(gateway.presences.get('default/CS-001')?.connectionEpoch, newer.connection.epoch);
  assert.equal(gateway.parts.roster.get('default/CS-001'), newer.connection);
});

const codes = ({ ends }: { readonly ends: readonly { code: number }[] }): number[] => ends.map(({ code }) => code);

test('one CALL more than may wait ends the socket once those that wait were answered; nothing after it is served', async () => {
  const { gateway, connection, socket } = await booted();
  const before = socket.sent.length;
  for (let n = 0; n < 17; n++) connection.receive(status(String(n)));
  connection.receive(status('one too many'));
  connection.receive(status('after it'));
  await settle();
  assert.deepEqual(codes(socket), []);
  gateway.ackAll();
  await settle();
  for (let n = 0; n < 20; n++) await settle();
  assert.deepEqual(
    socket.sent.slice(before).map((text) => (JSON.parse(text) as unknown[])[1]),
    Array.from({ length: 17 }, (_, n) => String(n)),
  );
  assert.deepEqual(codes(socket), [1008]);
});

test('as many CALLs as may wait end nothing; a thousand too many end the socket whatever waits', async () => {
  const { gateway, connection, socket } = await booted();
  for (let n = 0; n < 17; n++) connection.receive(status(String(n)));
  for (let n = 0; n < 1_000; n++) connection.receive(status(`too many ${n}`));
  assert.deepEqual(codes(socket), []);
  connection.receive(status('and one'));
  assert.deepEqual(codes(socket), [1008]);
  const fewer = await booted();
  for (let n = 0; n < 17; n++) fewer.connection.receive(status(String(n)));
  fewer.gateway.ackAll();
  gateway.ackAll();
  for (let n = 0; n < 20; n++) await settle();
  assert.deepEqual(codes(fewer.socket), []);
});

test('an invalid payload is refused after it was kept whole', async () => {
  const { gateway, connection, socket } = await booted();
  connection.receive('[2,"1","StatusNotification",{"connectorId":1,"idTag":"SECRET"}]');
  await settle();
  const kept = gateway.pending.shift();
  assert.ok(kept?.records[0]?.type === 'StationMessageRecorded');
  assert.ok(!kept.records[0].payloadJson.includes('SECRET'));
  assert.deepEqual(socket.sent, []);
  kept.ack();
  await settle();
  assert.match(socket.sent[0] ?? '', /^\[4,"1","OccurenceConstraintViolation"/);
});

test('a displaced socket is pinged; a pong says that a second device lives', async () => {
  const { connection, socket } = await booted();
  let secondDevice = 0;
  connection.supersede(() => secondDevice++);
  assert.deepEqual([socket.pings, secondDevice], [1, 0]);
  connection.ponged();
  connection.ponged();
  assert.deepEqual([secondDevice, socket.ends.length], [1, 2 - 1]);
});

test('a value that is valid by its schema and beyond an event is refused after it was kept, the socket lives', async () => {
  const { gateway, connection, socket } = await booted();
  connection.receive(
    '[2,"1","StatusNotification",{"connectorId":1e30,"errorCode":"NoError","status":"Available","info":"kept"}]',
  );
  await settle();
  const kept = gateway.pending.shift();
  assert.ok(kept?.records[0]?.type === 'StationMessageRecorded' && kept.records[0].payloadJson.includes('kept'));
  kept.ack();
  await settle();
  assert.match(socket.sent[0] ?? '', /^\[4,"1","PropertyConstraintViolation"/);
  assert.deepEqual(socket.ends, []);
});

test('facts larger than a request to the log are kept as the message they came in', async () => {
  const { gateway, connection, socket } = await booted();
  const sampledValue = Array.from({ length: 15_000 }, () => ({ value: '1' }));
  const payload = { connectorId: 1, meterValue: [{ timestamp: '2026-11-25T10:00:00Z', sampledValue }] };
  connection.receive(JSON.stringify([2, '1', 'MeterValues', payload]));
  await settle();
  assert.equal(gateway.pending[0]?.records[0]?.type, 'StationMessageRecorded');
  gateway.ackAll();
  await settle();
  // What a transaction measured is never refused: its station would send it for ever.
  assert.equal(socket.sent[0], '[3,"1",{}]');
});

test('a CALL that was paced when its socket closed is not served', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const gateway = fakeGateway({ CALLS_BURST_MAX: '1', CALLS_PER_SECOND_MAX: '1' });
  const { connection } = connect(gateway);
  gateway.ackAll();
  void connection.begin();
  await settle();
  connection.receive(boot);
  connection.receive(status('1'));
  await settle();
  void connection.gone(1006);
  t.mock.timers.tick(2_000);
  await settle();
  assert.deepEqual(gateway.appended.slice(-2), ['charging.events.v1 StationDisconnected', 'presence gone accepted']);
  assert.ok(!gateway.appended.includes('charging.events.v1 ConnectorStatusChanged'));
});

test('an end that the log did not take is recorded when it is back, as the same event', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { gateway, connection } = await booted();
  void connection.gone(1006);
  await settle();
  const lost = gateway.pending.shift();
  lost?.fail();
  await settle();
  assert.ok(gateway.parts.roster.unfinished.has(connection));
  t.mock.timers.tick(5_000);
  await settle();
  assert.deepEqual(gateway.pending[0]?.records, lost?.records);
  gateway.ackAll();
  await settle();
  assert.equal(gateway.presences.get(connection.key)?.connected, false);
  assert.equal(gateway.parts.roster.unfinished.size, 0);
});

test('a start that the log did not take leaves nothing behind', async () => {
  const gateway = fakeGateway();
  const { connection, socket } = connect(gateway);
  void connection.begin();
  gateway.pending.shift()?.fail();
  await settle();
  assert.deepEqual([socket.ends[0]?.code, gateway.parts.roster.unfinished.size], [1013, 0]);
});

test('faulty frames are answered within the rate, a flood of them ends the socket', async () => {
  const { connection, socket } = await booted();
  for (let n = 0; n < 199; n++) connection.receive('{');
  assert.deepEqual([socket.sent.length, socket.ends.length], [199, 0]);
  for (let n = 0; n < 200; n++) connection.receive('[3,"nobody asked",{}]');
  assert.equal(socket.ends[0]?.code, 1008);
});

test('a bug in one station’s path ends that socket alone', async () => {
  const { gateway, connection, socket } = await booted();
  gateway.ackAll();
  connection.answered.keep = () => {
    throw new Error('bug');
  };
  connection.receive(status('1'));
  await settle();
  assert.equal(socket.ends[0]?.code, 1011);
});
