// A deployment: given open sockets, when the gateway drains, then calls in flight finish and every end is recorded.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { drain } from '#services/gateway/drain';
import { command, connect, fakeGateway, settle, type FakeGateway } from './fake-parts.ts';

async function opened(gateway: FakeGateway) {
  const { connection, socket } = connect(gateway);
  void connection.begin();
  await settle();
  gateway.pending.shift()?.ack();
  await settle();
  // As uWebSockets.js does: the close handler runs within end().
  const { end } = socket;
  socket.end = (code, reason) => {
    end(code, reason);
    void connection.gone(code);
  };
  return { connection, socket };
}

function draining(t: TestContext, gateway: FakeGateway, closesPerSecondMax = 500) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const admissions = { draining: false };
  let done = false;
  const { roster, random, config } = gateway.parts;
  const { drainGraceMs } = config;
  void drain({ admissions, roster, random, closesPerSecondMax, drainGraceMs }).then(() => {
    done = true;
  });
  const pass = async (ms: number): Promise<boolean> => {
    for (let passed = 0; passed < ms; passed += 50) {
      t.mock.timers.tick(50);
      await settle();
    }
    return done;
  };
  return { admissions, pass };
}

test('a call in flight is answered before its close frame, and the end is recorded before the drain is over', async (t) => {
  const gateway = fakeGateway();
  const { connection, socket } = await opened(gateway);
  connection.accepted = true;
  connection.receive('[2,"1","StatusNotification",{"connectorId":1,"errorCode":"NoError","status":"Available"}]');
  await settle();
  const { admissions, pass } = draining(t, gateway);
  assert.equal(admissions.draining, true);
  assert.deepEqual([await pass(200), socket.ends], [false, []]);
  gateway.pending.shift()?.ack();
  await settle();
  assert.deepEqual(socket.sent, ['[3,"1",{}]']);
  assert.equal(await pass(50), false);
  assert.equal(socket.ends[0]?.code, 1012);
  assert.equal(gateway.pending[0]?.records[0]?.type, 'StationDisconnected');
  gateway.ackAll();
  await settle();
  assert.equal(await pass(50), true);
});

test('a command in flight is waited for, a displaced socket is drained too, and nothing is waited for without end', async (t) => {
  const gateway = fakeGateway();
  const displaced = await opened(gateway);
  const { connection, socket } = await opened(gateway);
  connection.outbound.request(command(gateway, connection, 'ResetStation', { when: 'idle' }));
  gateway.ackAll();
  await settle();
  const { pass } = draining(t, gateway);
  assert.equal(await pass(3_000), false);
  assert.deepEqual([displaced.socket.ends.length, socket.ends.length], [1, 0]);
  assert.equal(await pass(1_100), true);
  assert.equal(socket.ends[0]?.code, 1012);
});

test('a log that is away does not hold the process', async (t) => {
  const gateway = fakeGateway();
  await opened(gateway);
  const { pass } = draining(t, gateway);
  assert.equal(await pass(5_000), false);
  assert.equal(await pass(1_000), true);
});

test('sockets leave in waves at the configured rate; what is left when the grace is over goes at once', async (t) => {
  const gateway = fakeGateway({ DRAIN_GRACE_MS: '1000' });
  gateway.ackAll();
  const all = await Promise.all(Array.from({ length: 60 }, async () => opened(gateway)));
  const gone = (): number => all.filter(({ socket }) => socket.ends.length > 0).length;
  const { pass } = draining(t, gateway, 20);
  await settle();
  assert.equal(gone(), 1);
  await pass(500);
  assert.equal(gone(), 11);
  await pass(450);
  assert.equal(gone(), 20);
  assert.equal(await pass(150), true);
  assert.equal(gone(), 60);
  assert.ok(all.every(({ socket }) => socket.ends[0]?.code === 1012));
  assert.equal(gateway.records.filter(({ type }) => type === 'StationDisconnected').length, 60);
});
