import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalPassword, graceEnd, passwordViolations } from '#services/registry/domain/credential';

const hex32 = '0123456789abcdef0123456789abcdef';

test('a password has 16 to 40 bytes, whatever its letters', () => {
  assert.equal(passwordViolations('x'.repeat(15), false).length, 1);
  assert.deepEqual(passwordViolations('x'.repeat(16), false), []);
  assert.deepEqual(passwordViolations('x'.repeat(40), false), []);
  assert.equal(passwordViolations('x'.repeat(41), false).length, 1);
  assert.equal(passwordViolations('ü'.repeat(21), false).length, 1, '42 bytes');
  assert.deepEqual(passwordViolations('ü'.repeat(20), false), []);
});

test('what is said to be generated must carry 128 bits', () => {
  assert.deepEqual(passwordViolations('AbCdEfGhIjKlMnOpQrStUv', true), [], '22 of base64url');
  assert.equal(passwordViolations('AbCdEfGhIjKlMnOpQrStU', true).length, 1, '21');
  assert.deepEqual(passwordViolations(hex32, true), [], '32 hex digits');
  assert.equal(passwordViolations(hex32.slice(0, 30), true).length, 1, '30 hex digits are 120 bits');
  assert.equal(passwordViolations('correct horse battery st', true).length, 1, 'not base64url');
  assert.equal(passwordViolations('abababababababababababab', true).length, 1, 'too few letters');
});

test('a 1.6 key works as its bytes and as its hex digits, in either case', () => {
  assert.deepEqual(canonicalPassword(hex32), Buffer.from(hex32, 'hex'));
  assert.deepEqual(canonicalPassword(hex32.toUpperCase()), Buffer.from(hex32, 'hex'));
  assert.deepEqual(canonicalPassword(`${hex32}0`), Buffer.from(`${hex32}0`), 'an odd count is a text');
  assert.deepEqual(canonicalPassword('correct horse battery'), Buffer.from('correct horse battery'));
});

test('without grace a replaced password ends at once', () => {
  assert.equal(graceEnd(1_000, 0), null);
  assert.equal(graceEnd(1_000, 60), 61_000);
});
