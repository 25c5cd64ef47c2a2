// OCPP-J calls of one station: one in flight, a deadline, ids that never come twice.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '#load-tests/fleet/clock';
import { Rpc, callTimeoutMs, callsWaitingMax, type CallOutcome } from '#load-tests/fleet/rpc';
import { newTally, type Tally } from '#load-tests/fleet/tally';

type Line = { rpc: Rpc; sent: string[]; tally: Tally; pass(ms: number): void };

function line(): Line {
  let now = 0;
  let timers: { at: number; callback: () => void }[] = [];
  const after = (ms: number, callback: () => void): { cancel(): void } => {
    const timer = { at: now + ms, callback };
    timers.push(timer);
    return { cancel: () => (timers = timers.filter((each) => each !== timer)) };
  };
  const clock: Clock = { now: () => now, after, deadline: after };
  const sent: string[] = [];
  const tally = newTally();
  const rpc = new Rpc({ clock, tally, idPrefix: 'run', answer: (action) => ({ kind: 'result', payload: { action } }) });
  rpc.opened((text) => sent.push(text));
  return {
    rpc,
    sent,
    tally,
    pass(ms) {
      now += ms;
      for (const timer of timers.filter((each) => each.at <= now)) timer.callback();
    },
  };
}

const heartbeat = { action: 'Heartbeat', payload: {} };

test('the second call waits for the answer to the first', async () => {
  const { rpc, sent } = line();
  const first = rpc.call(heartbeat);
  const second = rpc.call({ action: 'Authorize', payload: { idTag: 'A' } });
  assert.deepEqual(sent, ['[2,"run-1","Heartbeat",{}]']);
  rpc.receive('[3,"run-1",{"currentTime":"now"}]');
  assert.deepEqual(await first, { kind: 'result', payload: { currentTime: 'now' } });
  assert.equal(sent[1], '[2,"run-2","Authorize",{"idTag":"A"}]');
  rpc.receive('[4,"run-2","InternalError","broken",{}]');
  assert.deepEqual(await second, { kind: 'error', code: 'InternalError', description: 'broken' });
});

test('a call ends at its deadline and not before; its late answer is a stray and does not answer the next call', async () => {
  const { rpc, sent, tally, pass } = line();
  const outcomes: CallOutcome[] = [];
  const first = rpc.call(heartbeat).then((outcome) => outcomes.push(outcome));
  const second = rpc.call(heartbeat);
  pass(callTimeoutMs - 1);
  await Promise.resolve();
  assert.equal(outcomes.length, 0);
  pass(1);
  await first;
  assert.deepEqual(outcomes, [{ kind: 'timeout' }]);
  assert.equal(sent.length, 2);
  rpc.receive('[3,"run-1",{}]');
  assert.equal(tally.strayFrames, 1);
  rpc.receive('[3,"run-2",{}]');
  assert.deepEqual(await second, { kind: 'result', payload: {} });
});

test('the end of the connection loses every open call, and ids go on over the next one', async () => {
  const { rpc, sent, tally } = line();
  const calls = [rpc.call(heartbeat), rpc.call(heartbeat)];
  rpc.closed();
  assert.deepEqual(await Promise.all(calls), [{ kind: 'lost' }, { kind: 'lost' }]);
  assert.deepEqual(await rpc.call(heartbeat), { kind: 'lost' }, 'nothing is sent without a connection');
  assert.equal(tally.lost, 2);
  rpc.opened((text) => sent.push(text));
  void rpc.call(heartbeat);
  const ids = sent.map((text) => (JSON.parse(text) as string[])[1]);
  assert.equal(new Set(ids).size, ids.length);
});

test('a message may be repeated under the id it had', () => {
  const { rpc, sent } = line();
  const id = rpc.newId();
  void rpc.call(heartbeat, id);
  rpc.closed();
  rpc.opened((text) => sent.push(text));
  void rpc.call(heartbeat, id);
  assert.equal(sent[0], sent[1]);
});

test('calls of the platform are answered while ours is in flight, and no more of ours wait than the limit', async () => {
  const { rpc, sent } = line();
  void rpc.call(heartbeat);
  rpc.receive('[2,"theirs","Reset",{"type":"Soft"}]');
  assert.equal(sent.at(-1), '[3,"theirs",{"action":"Reset"}]');
  for (let count = 0; count < callsWaitingMax; count++) void rpc.call(heartbeat);
  assert.deepEqual(await rpc.call(heartbeat), { kind: 'lost' });
});
