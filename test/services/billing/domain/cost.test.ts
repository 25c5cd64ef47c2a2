// Whether billing knows a transaction as its station does; what it costs is decided by the code of its bill.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { knownAs } from '#services/billing/domain/cost';

const end = 1_767_000_000_000;

test('an end is waited for until it is folded, and only that end is priced', () => {
  assert.equal(knownAs(undefined, end), 'wait');
  assert.equal(knownAs({ ended: false, endedAt: null }, end), 'wait');
  assert.equal(knownAs({ ended: true, endedAt: end }, end), 'now');
  assert.equal(knownAs({ ended: true, endedAt: end - 1 }, end), 'another-end');
});

test('what runs is priced as it is known, and not waited for', () => {
  assert.equal(knownAs(undefined, null), 'not-folded');
  assert.equal(knownAs({ ended: false, endedAt: null }, null), 'now');
  assert.equal(knownAs({ ended: true, endedAt: end }, null), 'another-end');
});
