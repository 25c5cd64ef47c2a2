// Pacing: given a pace and a clock of ours, when calls come, then a burst passes once and the rest wait.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pacing, RecentByKey, taken } from '#kit/pacing';

test('a burst is allowed once, then the pace', () => {
  const pace = { perSecond: 10, burst: 3 };
  let bucket = taken(undefined, pace, 0).bucket;
  bucket = taken(bucket, pace, 0).bucket;
  const third = taken(bucket, pace, 0);
  assert.equal(third.waitMs, 0);
  const fourth = taken(third.bucket, pace, 0);
  assert.equal(fourth.waitMs, 100);
  assert.equal(taken(fourth.bucket, pace, 99).waitMs, 1);
  assert.equal(taken(fourth.bucket, pace, 100).waitMs, 0);
  assert.equal(taken({ milli: 0, at: 0 }, pace, 3_600_000).bucket.milli, 2_000, 'never more than the burst');
  assert.equal(taken({ milli: 1_000, at: 1_000 }, pace, 0).waitMs, 0, 'a clock that goes back takes nothing');
});

test('every caller has a pace of its own', () => {
  let now = 0;
  const pacing = new Pacing({ perSecond: 1, burst: 1 }, () => now);
  assert.deepEqual([pacing.waitMs('a'), pacing.waitMs('a'), pacing.waitMs('b')], [0, 1_000, 0]);
  now = 1_000;
  assert.equal(pacing.waitMs('a'), 0);
});

test('a map that strangers fill stays within its bound and forgets what is old', () => {
  const recent = new RecentByKey<number>(100, 1_000);
  for (let n = 0; n < 10_000; n++) recent.set(`stranger ${n}`, n, n / 100);
  assert.equal(recent.size, 100);
  assert.deepEqual([recent.get('stranger 9999', 100), recent.get('stranger 0', 100)], [9_999, undefined]);
  assert.deepEqual([recent.get('stranger 9999', 1_098), recent.get('stranger 9999', 1_100)], [9_999, undefined]);
  for (let n = 0; n < 30; n++) recent.set('the only one', n, 5_000);
  assert.equal(recent.size, 41, 'what is old goes two by two');
});

test('what was touched last stays', () => {
  const recent = new RecentByKey<string>(2, 1_000);
  recent.set('a', 'first', 0);
  recent.set('b', 'second', 0);
  recent.set('a', 'again', 1);
  recent.set('c', 'third', 2);
  assert.deepEqual([recent.get('a', 2), recent.get('b', 2), recent.get('c', 2)], ['again', undefined, 'third']);
});
