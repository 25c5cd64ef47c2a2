// The log, as a gateway judges it: given appends that wait, when none is acknowledged, then it is slow, then away.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logAtStart, observeLog, type LogState } from '#services/gateway/domain/log-state';

const limits = { slowAfterMs: 1_000, awayAfterMs: 10_000 };

/** Looks every 100 ms until `untilMs`, with appends waiting and `answered` as it is. */
function waiting(from: LogState, untilMs: number): LogState {
  let state = from;
  for (let now = state.at + 100; now <= untilMs; now += 100)
    state = observeLog(state, { now, answered: state.answered, waiting: true }, limits);
  return state;
}

test('slow after a second, away after ten, both at their border', () => {
  const start = logAtStart(0);
  assert.deepEqual(
    [900, 1_000, 9_900, 10_000].map((ms) => waiting(start, ms).phase),
    ['here', 'slow', 'slow', 'away'],
  );
});

test('one acknowledgement brings it back, and nothing that waits is no absence', () => {
  const away = waiting(logAtStart(0), 12_000);
  const back = observeLog(away, { now: 12_100, answered: 1, waiting: true }, limits);
  assert.deepEqual([back.phase, back.stalledMs], ['here', 0]);
  assert.equal(waiting(back, 22_000).phase, 'slow', 'counted anew');
  assert.equal(observeLog(away, { now: 12_100, answered: 0, waiting: false }, limits).phase, 'here');
});

test('progress of others keeps it here: one partition without a leader closes no gateway', () => {
  let state = logAtStart(0);
  for (let now = 100; now <= 60_000; now += 100)
    state = observeLog(state, { now, answered: now, waiting: true }, limits);
  assert.equal(state.phase, 'here');
});

test('a process that was stopped for a minute does not take its own absence for the log’s', () => {
  const before = waiting(logAtStart(0), 300);
  const woken = observeLog(before, { now: 60_300, answered: 0, waiting: true }, limits);
  assert.deepEqual([woken.phase, woken.stalledMs], ['here', 800]);
});
