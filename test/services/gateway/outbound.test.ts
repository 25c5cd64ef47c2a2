// Our CALLs: given commands for a connection, then each is sent once, one at a time, in time, or completed with a reason.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnyRecord } from '#contracts/codec';
import { command, connect, fakeGateway, settle } from './fake-parts.ts';

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
  assert.ok(completed?.type === 'CommandCompleted' && completed.outcome === 'rejected');
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
