// How long a station waits before it connects again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backOffMs } from '#load-tests/fleet/back-off';
import { Random } from '#load-tests/fleet/random';

const backOff = { waitMinimumSeconds: 4, randomRangeSeconds: 0, repeatTimes: 3 };

test('the back-off doubles repeatTimes times and then stays', () => {
  const waits = [1, 2, 3, 4, 5, 9].map((failures) => backOffMs(failures, backOff, new Random('x')));
  assert.deepEqual(waits, [4000, 8000, 16_000, 32_000, 32_000, 32_000]);
});

test('the random share of the back-off keeps its range, differs between stations and repeats by seed', () => {
  const settings = { ...backOff, randomRangeSeconds: 10 };
  const waits = Array.from({ length: 200 }, (_, station) => backOffMs(1, settings, new Random(`station ${station}`)));
  assert.ok(waits.every((wait) => wait >= 4000 && wait < 14_000));
  assert.ok(new Set(waits).size > 190);
  assert.equal(waits[7], backOffMs(1, settings, new Random('station 7')));
});
