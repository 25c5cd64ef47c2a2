// Rows on their way to Postgres.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowsJson, splitKeys } from '#kit/projection/table-rows';

test('a U+0000 that a station sent becomes U+FFFD, a text that only looks like one stays', () => {
  const rows = [{ info: 'a\0b', nested: { deep: ['\0'] }, text: '\\u0000' }];
  assert.deepEqual(JSON.parse(rowsJson(rows)), [{ info: 'a\uFFFDb', nested: { deep: ['\uFFFD'] }, text: '\\u0000' }]);
});

test('a key is split at its first slash', () => {
  assert.deepEqual(splitKeys(['default/CS-1', 'a/b/c']), [
    ['default', 'a'],
    ['CS-1', 'b/c'],
  ]);
});
