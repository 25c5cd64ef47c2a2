// A connection while the log is away: given facts and heartbeats, when nothing is acknowledged, then only heartbeats are answered.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect, fakeGateway, settle } from './fake-parts.ts';

const status = '[2,"s","StatusNotification",{"connectorId":1,"errorCode":"NoError","status":"Available"}]';
const boot = '[2,"b","BootNotification",{"chargePointVendor":"V","chargePointModel":"M"}]';

async function serving() {
  const gateway = fakeGateway();
  gateway.ackAll();
  const { connection, socket } = connect(gateway);
  await connection.begin();
  connection.accepted = true;
  const { end } = socket;
  socket.end = (code, reason) => {
    end(code, reason);
    void connection.gone(code);
  };
  gateway.pressure.withholds = true;
  return { gateway, connection, socket, factsBefore: gateway.records.length };
}

test('a heartbeat is answered at once; a fact and a boot wait unappended, and are served when the log is back', async () => {
  const { gateway, connection, socket, factsBefore } = await serving();
  connection.receive('[2,"h","Heartbeat",{}]');
  await settle();
  assert.match(socket.sent[0] ?? '', /^\[3,"h",/);
  connection.receive(status);
  connection.receive(boot);
  await settle();
  assert.deepEqual([socket.sent.length, gateway.records.length], [1, factsBefore]);
  assert.ok(connection.awaitsAnswer);
  gateway.pressure.relieve(true);
  await settle();
  assert.deepEqual(
    socket.sent.slice(1).map((answer) => answer.slice(0, 6)),
    ['[3,"s"', '[3,"b"'],
  );
});

test('a fact that waited too long is neither answered nor refused: its socket closes', async () => {
  const { gateway, connection, socket, factsBefore } = await serving();
  connection.receive(status);
  connection.receive(status.replace('"s"', '"t"'));
  await settle();
  gateway.pressure.relieve(false);
  await settle();
  assert.deepEqual([socket.sent, socket.ends], [[], [{ code: 1013, reason: 'try again later' }]]);
  assert.deepEqual(
    gateway.records.slice(factsBefore).map(({ type }) => type),
    ['StationDisconnected'],
  );
});

test('a fact whose socket closed while it waited is not appended when the log is back', async () => {
  const { gateway, connection, factsBefore } = await serving();
  connection.receive(status);
  await settle();
  connection.end(1013, 'try again later', 'log-away');
  await settle();
  gateway.pressure.relieve(true);
  await settle();
  assert.deepEqual(
    gateway.records.slice(factsBefore).map(({ type }) => type),
    ['StationDisconnected'],
  );
});

test('an end that the log did not take is recorded when the log is back, once per return', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const gateway = fakeGateway();
  const { connection } = connect(gateway);
  const begun = connection.begin();
  await settle();
  gateway.pending.shift()?.ack();
  await begun;
  void connection.gone(1006);
  await settle();
  gateway.pressure.isLogAway = true;
  gateway.pending.shift()?.fail();
  for (let seconds = 0; seconds < 700; seconds++) {
    t.mock.timers.tick(1_000);
    await settle();
  }
  assert.equal(gateway.pending.length, 0, 'no attempt stands in the queue of a log that is away');
  assert.equal(gateway.parts.roster.unfinished.size, 1);
  gateway.pressure.relieve(true);
  await settle();
  assert.equal(gateway.pending[0]?.records[0]?.type, 'StationDisconnected');
  gateway.ackAll();
  await settle();
  assert.equal(gateway.parts.roster.unfinished.size, 0);
});
