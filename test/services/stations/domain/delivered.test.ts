// When a link has served: given parts in any order, over lines that break, then it is over once every byte arrived once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  deliveredAfter,
  isOver,
  nothingDelivered,
  spansMax,
  timesMax,
  type Delivered,
} from '#services/stations/domain/delivered';

/** asked: of a part that broke, how many bytes it was to have; by default the rest of the file. */
type Sent = readonly [first: number, bytes: number, how?: 'broken', asked?: number];

const after = (...parts: readonly Sent[]): Delivered =>
  parts.reduce((delivered, [first, sentBytes, how, asked]) => {
    const isFinished = how !== 'broken';
    const askedBytes = isFinished ? sentBytes : (asked ?? Math.max(100 - first, sentBytes + 1));
    return deliveredAfter(delivered, { first, askedBytes, sentBytes, isFinished });
  }, nothingDelivered);
const isRead = (...parts: readonly Sent[]): boolean => isOver(after(...parts), 100);

test('one whole transfer is all that there is to a link', () => {
  assert.equal(isRead([0, 100]), true);
  assert.equal(isRead([0, 99]), false);
  assert.equal(isRead([1, 99]), false);
  assert.equal(isOver(after([0, 0]), 0), true);
});

test('parts count in any order; without one of them the file was not read', () => {
  assert.equal(isRead([60, 40], [0, 30], [30, 30]), true);
  assert.equal(isRead([60, 40], [0, 30], [31, 29]), false);
  assert.equal(isRead([60, 40], [0, 30]), false);
  assert.equal(isRead([0, 60], [40, 60]), true);
});

test('what broke counts as far as its station goes on behind it, and no further', () => {
  assert.equal(isRead([0, 70, 'broken']), false);
  assert.equal(isRead([0, 70, 'broken'], [50, 50]), true);
  assert.equal(isRead([0, 70, 'broken'], [70, 30]), true);
  // Nothing of it arrived behind byte 70, and it begins anew from the start.
  assert.equal(isRead([0, 70, 'broken'], [71, 29]), false);
  assert.equal(isRead([0, 70, 'broken'], [0, 30], [70, 30]), true);
  assert.equal(isRead([0, 100, 'broken']), false, 'all of it was handed over, and its end may be lost');
  assert.equal(isRead([0, 50, 'broken'], [50, 50, 'broken']), false);
  assert.equal(isRead([0, 50, 'broken'], [20, 50, 'broken'], [60, 40]), true);
});

test('a line whose break is noticed late counts as if it had been noticed at once', () => {
  assert.equal(isRead([50, 50], [0, 70, 'broken']), true);
  assert.equal(isRead([71, 29], [0, 70, 'broken']), false);
  assert.equal(isRead([60, 40], [20, 50, 'broken'], [0, 50, 'broken']), true);
});

test('who reads parts side by side has nothing of one that broke because the next one arrived', () => {
  assert.equal(isRead([50, 50], [0, 50, 'broken', 50]), false);
  assert.equal(isRead([0, 50, 'broken', 50], [50, 50]), false);
  assert.equal(isRead([0, 50, 'broken', 50], [50, 50], [30, 20]), true);
});

test('a link that is read again and again without its end is over in the end', () => {
  const fileBytes = 4 * 1024 * 1024;
  const often = (times: number): Delivered =>
    after(...Array.from({ length: times }, (): Sent => [0, fileBytes - 1, 'broken']));
  assert.equal(isOver(often(timesMax), fileBytes), false);
  assert.equal(isOver(often(timesMax + 1), fileBytes), true);
});

test('more gaps than are remembered never end a file that has them', () => {
  const scattered = Array.from({ length: 2 * spansMax }, (_, n): Sent => [4 * n, 1]);
  const delivered = after(...scattered);
  assert.equal(delivered.whole.length, spansMax);
  assert.equal(isOver(delivered, 8 * spansMax), false);
});
