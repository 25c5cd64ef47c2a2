// The ends of many connections at once: given a line that thousands lose, then the facts of the others do not stand behind them all.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endsAtOnceMax } from '#services/gateway/life';
import { connect, fakeGateway, settle } from './fake-parts.ts';

test('of sockets that are lost at once so many ends are in the log’s queue, the others follow, and each is recorded once', async () => {
  const gateway = fakeGateway();
  const count = endsAtOnceMax + 50;
  const all = Array.from({ length: count }, () => connect(gateway).connection);
  const begun = all.map((connection) => connection.begin());
  for (const start of gateway.pending.splice(0)) start.ack();
  await Promise.all(begun);
  for (const connection of all) void connection.gone(1006);
  await settle();
  assert.equal(gateway.pending.length, endsAtOnceMax);
  gateway.pending.shift()?.fail();
  gateway.pending.shift()?.ack();
  await settle();
  assert.equal(gateway.pending.length, endsAtOnceMax, 'one that failed leaves its place, too, until it is tried again');
  while (gateway.pending.length > 0) {
    for (const end of gateway.pending.splice(0)) end.ack();
    await settle();
  }
  assert.equal(gateway.parts.roster.unfinished.size, 1, 'the one that failed is tried again in 5 s');
  assert.equal(gateway.records.filter(({ type }) => type === 'StationDisconnected').length, count);
});
