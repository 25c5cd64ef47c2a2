// Where a reading stands in time and which of two with one key counts, on both sides of each border.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { instantOf, versionOf } from '#services/analytics/domain/reading-row';

const recordedAt = Date.parse('2026-03-01T12:00:00.000Z');
const dayMs = 24 * 60 * 60 * 1000;
const of2015 = Date.parse('2015-01-01T00:00:00.000Z');

test('a reading stands where the clock of the station puts it', () => {
  assert.equal(instantOf(recordedAt - 3_600_000, recordedAt, 0), recordedAt - 3_600_000);
});

test('a clock before 2015 was never set: our own counts', () => {
  assert.equal(instantOf(of2015 - 1, recordedAt, 0), recordedAt);
  assert.equal(instantOf(of2015, recordedAt, 0), of2015);
});

test('a clock more than a day ahead is wrong: our own counts', () => {
  assert.equal(instantOf(recordedAt + dayMs, recordedAt, 0), recordedAt + dayMs);
  assert.equal(instantOf(recordedAt + dayMs + 1, recordedAt, 0), recordedAt);
});

test('readings of one event without a clock stay apart and in order', () => {
  const at = [0, 1, 2].map((index) => instantOf(Number.NEGATIVE_INFINITY, recordedAt, index));
  assert.deepEqual(at, [recordedAt, recordedAt + 1, recordedAt + 2]);
});

test('of two readings of one instant the one received later has the greater version, and within a second they differ', () => {
  const ts = recordedAt - 60_000;
  assert.ok(versionOf(ts, recordedAt + 1_000, 1) > versionOf(ts, recordedAt, 9));
  for (const apart of [1, 2, 7]) assert.notEqual(versionOf(ts, recordedAt, 41), versionOf(ts, recordedAt, 41 + apart));
});

test('a version is a whole number below 2^36 and keeps the lag, for clocks ahead too', () => {
  const lags = fc.integer({ min: -dayMs, max: 80 * 366 * dayMs });
  const property = fc.property(lags, fc.nat({ max: 2 ** 31 - 1 }), (lagMs, seq) => {
    const version = versionOf(recordedAt - lagMs, recordedAt, seq);
    assert.ok(Number.isSafeInteger(version) && version >= 0 && version < 2 ** 36);
    assert.equal(Math.floor(version / 8) - 2 ** 31, Math.floor(lagMs / 1000));
  });
  const { failed, seed, counterexample } = fc.check(property);
  assert.ok(!failed, `seed ${seed}: ${JSON.stringify(counterexample)}`);
});
