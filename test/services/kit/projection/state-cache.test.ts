import { test } from 'node:test';
import assert from 'node:assert/strict';
import { StateCache } from '#kit/projection/state-cache';

test('the least recently used state goes first, and never more than the bound are held', () => {
  const cache = new StateCache<number>(2);
  cache.set('a', 1);
  cache.set('b', 2);
  assert.equal(cache.get('a'), 1);
  cache.set('c', 3);
  assert.equal(cache.size, 2);
  assert.equal(cache.get('b'), undefined);
  assert.equal(cache.get('a'), 1);
  cache.clear();
  assert.equal(cache.get('a'), undefined);
});
