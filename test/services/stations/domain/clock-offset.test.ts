// A station's clock against ours: late messages and single jumps do not move it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clockOffsetOf, samplesKeptMax, withSample } from '#services/stations/domain/clock-offset';

test('without a sample nothing is known, one sample is the offset', () => {
  assert.equal(clockOffsetOf([]), null);
  assert.equal(clockOffsetOf([-120]), -120);
});

test('messages that waited before they came do not move it', () => {
  assert.equal(clockOffsetOf([-100, -90, -110, -3_600_000, -7_200_000, -500_000, -86_400_000, -95, -9_999_999]), -100);
});

test('two wild samples of nine do not move it, three do: then the clock was set', () => {
  const steady = [-100, -90, -110, -105, -95, -102];
  assert.equal(clockOffsetOf([...steady, 5_000, 6_000, -99]), -90);
  assert.equal(clockOffsetOf([...steady, 5_000, 6_000, 7_000]), 5_000);
});

test('the last nine count', () => {
  let samples: readonly number[] = [];
  for (let n = 0; n < samplesKeptMax + 3; n += 1) samples = withSample(samples, n);
  assert.deepEqual([samples.length, samples[0], samples.at(-1)], [samplesKeptMax, 3, samplesKeptMax + 2]);
});
