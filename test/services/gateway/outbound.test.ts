// Our CALLs: given commands for a connection, then each is sent once, one at a time, in time, or completed with a reason.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnyRecord } from '#contracts/codec';
import { Deliveries } from '#services/gateway/commands';
import { command, connect, fakeGateway, logRecord, settle } from './fake-parts.ts';

const reset = { when: 'idle' };
const start = { token: { uid: 'TAG', type: 'Central' } };

async function ready() {
  const gateway = fakeGateway();
  const { connection, socket } = connect(gateway);
  void connection.begin();
  gateway.pending.shift()?.ack();
  await settle();
  connection.accepted = true;
  const next = async (): Promise<AnyRecord | undefined> => {
    await settle();
    const append = gateway.pending.shift();
    append?.ack();
    await settle();
    return append?.records[0];
  };
  const answer = (payload: object): void => {
    const [, id] = JSON.parse(socket.sent.at(-1) ?? '') as [number, string];
    connection.receive(JSON.stringify([3, id, payload]));
  };
  return { gateway, connection, socket, next, answer };
}

test('a command is sent after CommandSent is acknowledged, and its answer is its outcome', async () => {
  const { gateway, connection, socket, next, answer } = await ready();
  connection.outbound.request(command(gateway, connection, 'ResetStation', reset));
  await settle();
  assert.deepEqual(socket.sent, []);
  assert.equal((await next())?.type, 'CommandSent');
  assert.match(socket.sent[0] ?? '', /"Reset",\{"type":"Soft"\}/);
  answer({ status: 'Accepted' });
  const completed = await next();
  assert.ok(completed?.type === 'CommandCompleted' && completed.outcome === 'accepted');
});

test('a doubled request is carried through once, while it waits, runs and after', async () => {
  const { gateway, connection, socket, next, answer } = await ready();
  const wanted = command(gateway, connection, 'ResetStation', reset);
  connection.outbound.request(wanted);
  connection.outbound.request(wanted);
  await next();
  connection.outbound.request(wanted);
  answer({ status: 'Accepted' });
  await next();
  connection.outbound.request(wanted);
  await settle();
  assert.deepEqual([socket.sent.length, gateway.pending.length], [1, 0]);
});

test('a driver’s command overtakes maintenance, one is in flight', async () => {
  const { gateway, connection, socket, next, answer } = await ready();
  connection.outbound.request(command(gateway, connection, 'ResetStation', reset));
  connection.outbound.request(command(gateway, connection, 'ResetStation', reset));
  connection.outbound.request(command(gateway, connection, 'StartCharging', start));
  await next();
  assert.equal(socket.sent.length, 1);
  answer({ status: 'Accepted' });
  await next();
  await next();
  assert.match(socket.sent[1] ?? '', /RemoteStartTransaction/);
});

test('what the log acknowledged too late is not sent', async () => {
  const { gateway, connection, socket, next } = await ready();
  connection.outbound.request(command(gateway, connection, 'StartCharging', start));
  await settle();
  gateway.nowMs += 60_000;
  await next();
  const completed = await next();
  assert.ok(completed?.type === 'CommandCompleted' && completed.outcome === 'expired');
  assert.deepEqual(socket.sent, []);
});

test('no remote start or stop before the station is accepted; maintenance may', async () => {
  const { gateway, connection, next } = await ready();
  connection.accepted = false;
  connection.outbound.request(command(gateway, connection, 'StartCharging', start));
  const completed = await next();
  assert.ok(completed?.type === 'CommandCompleted' && completed.outcome === 'notAccepted');
  connection.outbound.request(command(gateway, connection, 'ResetStation', reset));
  assert.equal((await next())?.type, 'CommandSent');
});

test('a connection that ends meanwhile completes nothing: the stations service says unknown', async () => {
  const { gateway, connection, next } = await ready();
  connection.outbound.request(command(gateway, connection, 'ResetStation', reset));
  connection.outbound.request(command(gateway, connection, 'ResetStation', reset));
  await next();
  void connection.gone(1006);
  await settle();
  assert.deepEqual(
    gateway.pending.map(({ records }) => records[0]?.type),
    ['StationDisconnected'],
  );
  assert.equal(connection.outbound.busy, false);
});

test('the frame waits until its announcement is read back; an end that stands before it withdraws the command', async () => {
  const { gateway, connection, socket, next } = await ready();
  gateway.readsBack = false;
  const wanted = command(gateway, connection, 'ResetStation', reset);
  const deliveries = new Deliveries(gateway.parts);
  deliveries.take(logRecord('CommandRequested', wanted));
  const announced = await next();
  assert.ok(announced?.type === 'CommandSent');
  assert.deepEqual(socket.sent, []);
  const end = { outcome: 'offline', detail: null, answerJson: null, completedAt: 1, completedBy: 'stations' } as const;
  deliveries.take(logRecord('CommandCompleted', { ...wanted, ...end }));
  deliveries.take(logRecord('CommandSent', announced));
  await settle();
  assert.deepEqual([socket.sent, gateway.pending, connection.outbound.busy], [[], [], false]);
  // The next one is not held up, and goes out when it is read back.
  deliveries.take(logRecord('CommandRequested', command(gateway, connection, 'ResetStation', reset)));
  const second = await next();
  assert.ok(second?.type === 'CommandSent');
  deliveries.take(logRecord('CommandSent', second));
  await settle();
  assert.equal(socket.sent.length, 1);
});

test('a request under a newer connection takes a command away, whether it waits or was announced too late', async () => {
  const { gateway, connection, socket, next } = await ready();
  gateway.readsBack = false;
  const deliveries = new Deliveries(gateway.parts);
  const [first, waiting] = [1, 2].map(() => command(gateway, connection, 'ResetStation', reset));
  assert.ok(first !== undefined && waiting !== undefined);
  for (const each of [first, waiting]) deliveries.take(logRecord('CommandRequested', each));
  const announced = await next();
  assert.ok(announced?.type === 'CommandSent');
  for (const each of [first, waiting])
    deliveries.take(logRecord('CommandRequested', { ...each, connectionEpoch: first.connectionEpoch + 1 }));
  deliveries.take(logRecord('CommandSent', announced));
  await settle();
  assert.deepEqual([socket.sent, gateway.pending], [[], []]);
});

test('what another gateway announced first is not begun here, but a read is', async () => {
  const { gateway, connection, next } = await ready();
  const deliveries = new Deliveries(gateway.parts);
  const begin = async (intent: 'ResetStation' | 'ReadConfiguration', parameters: object) => {
    const wanted = command(gateway, connection, intent, parameters);
    const rest = { gatewayId: 'gw-other', messageId: 'm', action: 'A', sentAt: 1 };
    deliveries.take(logRecord('CommandSent', { ...wanted, ...rest, connectionEpoch: 1 }));
    deliveries.take(logRecord('CommandRequested', wanted));
    return next();
  };
  assert.equal(await begin('ResetStation', reset), undefined);
  assert.equal((await begin('ReadConfiguration', {}))?.type, 'CommandSent');
});

test('S15: an answer to what was never sent, another’s, doubled or late completes nothing; the true one does', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { gateway, connection, socket, next, answer } = await ready();
  const accepted = (id: string): void => connection.receive(JSON.stringify([3, id, { status: 'Accepted' }]));
  const idOfCall = (): string => (JSON.parse(socket.sent.at(-1) ?? '') as [number, string])[1];
  const outcome = async (): Promise<string | undefined> => {
    const record = await next();
    return record?.type === 'CommandCompleted' ? record.outcome : record?.type;
  };
  accepted('before any');
  connection.outbound.request(command(gateway, connection, 'ResetStation', reset));
  assert.equal(await outcome(), 'CommandSent');
  const first = idOfCall();
  for (const id of ['never-sent', `${first}0`, first.slice(0, -1)]) accepted(id);
  connection.receive('[4,"never-sent","InternalError","",{}]');
  assert.equal(await outcome(), undefined, 'nobody’s answer is no answer');
  answer({ status: 'Rejected' });
  accepted(first);
  assert.equal(await outcome(), 'rejected');
  connection.outbound.request(command(gateway, connection, 'ResetStation', reset));
  assert.equal(await outcome(), 'CommandSent');
  const second = idOfCall();
  accepted(first);
  assert.equal(await outcome(), undefined, 'the answer to the one before is not that to this one');
  t.mock.timers.tick(gateway.parts.config.callTimeoutMs);
  assert.equal(await outcome(), 'unknown');
  accepted(second);
  assert.equal(await outcome(), undefined, 'too late');
  const odd = gateway.noted.filter((noted) => noted.outcome === 'unexpected-answer');
  assert.equal(odd.length, 8, 'each is written down');
  assert.deepEqual(socket.ends, []);
});

test('an answer that is no frame fails the command at once and is not answered', async () => {
  const { gateway, connection, socket, next } = await ready();
  connection.outbound.request(command(gateway, connection, 'ResetStation', reset));
  await next();
  const [, id] = JSON.parse(socket.sent[0] ?? '') as [number, string];
  connection.receive('[3,"another"]');
  connection.receive(`[3,"${id}"]`);
  const completed = await next();
  assert.ok(completed?.type === 'CommandCompleted' && completed.outcome === 'failed');
  assert.equal(socket.sent.length, 1);
});

test('written keys tell which needs a reboot, which was refused, and which was not sent', async () => {
  const { gateway, connection, socket, next, answer } = await ready();
  const variables = ['A', 'B', 'C', 'D'].map((variable) => ({ variable, value: '1' }));
  connection.outbound.request(command(gateway, connection, 'WriteConfiguration', { variables }));
  for (const status of ['RebootRequired', 'Accepted', 'Rejected']) {
    assert.equal((await next())?.type, 'CommandSent');
    answer({ status });
    // What needs a reboot has its old value until then.
    if (status === 'Accepted') assert.equal((await next())?.type, 'VariablesReported');
  }
  const completed = await next();
  assert.ok(completed?.type === 'CommandCompleted' && completed.outcome === 'rejected');
  assert.equal(completed.detail, 'A: RebootRequired; C: Rejected; not sent: D');
  assert.equal(socket.sent.length, 3);
});

test('a process that was stopped sends nothing as it wakes: its sockets end first', async () => {
  const { gateway, connection, socket, next } = await ready();
  socket.end = (code, reason) => {
    socket.ends.push({ code, reason });
    void connection.gone(code);
  };
  const deliveries = new Deliveries(gateway.parts);
  gateway.monotonicMs += 15_000;
  deliveries.take(logRecord('CommandRequested', command(gateway, connection, 'ReadConfiguration', {})));
  assert.equal((await next())?.type, 'CommandSent');
  assert.equal(socket.sent.length, 1);
  gateway.monotonicMs += 15_001;
  deliveries.take(logRecord('CommandRequested', command(gateway, connection, 'ReadConfiguration', {})));
  await settle();
  assert.deepEqual([socket.ends.map(({ code }) => code), socket.sent.length], [[1012], 1]);
  assert.deepEqual(
    gateway.pending.map(({ records }) => records[0]?.type),
    ['StationDisconnected'],
  );
});
