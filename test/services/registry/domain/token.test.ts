import assert from 'node:assert/strict';
import { test } from 'node:test';
import { patchedToken, registeredToken, shownToken, tokenOf, tokenViolations } from '#services/registry/domain/token';

const key = Buffer.alloc(32, 7);

test('one card is one token, however its number is written and whichever card type is said', () => {
  const ref = tokenOf(key, { uid: '04a1b2c3' }).tokenRef;
  assert.equal(tokenOf(key, { uid: ' 04A1B2C3 ' }).tokenRef, ref);
  assert.equal(tokenOf(key, { uid: '04A1B2C3', type: 'ISO15693' }).tokenRef, ref);
  assert.notEqual(tokenOf(key, { uid: '04A1B2C3', type: 'KeyCode' }).tokenRef, ref);
  assert.notEqual(tokenOf(Buffer.alloc(32, 8), { uid: '04A1B2C3' }).tokenRef, ref);
});

test('what others are told of a token holds neither uid, group name, label nor contract', () => {
  const person = { groupId: 'FLEET-7', label: 'Ms Miller', contractId: 'NL-EMP-C00042-X' };
  const token = tokenOf(key, { uid: '04A1B2C3', ...person, locationIds: ['a'], issuer: 'NL-EMP' });
  const told = JSON.stringify([shownToken(token), registeredToken(token, 'acme', 3)]);
  for (const secret of ['04A1B2C3', 'FLEET-7', 'Miller', 'C00042']) assert.ok(!told.includes(secret), secret);
  assert.equal(registeredToken(token, 'acme', 3).groupRef, tokenOf(key, { uid: 'fleet-7', type: 'Central' }).tokenRef);
});

test('a token is our own unless it says who issued it', () => {
  assert.equal(shownToken(tokenOf(key, { uid: '04A1B2C3' })).issuer, null);
  const issued = tokenOf(key, { uid: '04A1B2C3', issuer: 'NL-EMP', contractId: 'C1' });
  assert.equal(shownToken(issued).issuer, 'NL-EMP');
  assert.equal(patchedToken(key, issued, { issuer: null }).issuer, null);
  assert.equal(patchedToken(key, issued, { label: 'l' }).contractId, 'C1');
});

test('an expiry is kept as an instant in UTC', () => {
  const token = tokenOf(key, { uid: 'u', expiresAt: '2030-01-01T01:00:00+01:00' });
  assert.equal(token.expiresAt, '2030-01-01T00:00:00.000Z');
  assert.equal(registeredToken(token, 'acme', 1).expiresAt, Date.UTC(2030, 0, 1));
  assert.deepEqual(
    tokenViolations({ expiresAt: 'tomorrow' }).map(({ path }) => path),
    ['expiresAt'],
  );
  assert.deepEqual(tokenViolations({ expiresAt: '2030-01-01' }), []);
  assert.deepEqual(tokenViolations({ expiresAt: null }), []);
});

test('a change keeps identity and what it does not name', () => {
  const token = tokenOf(key, { uid: 'u', groupId: 'g', label: 'l' });
  const changed = patchedToken(key, token, { status: 'Blocked', groupId: null });
  assert.deepEqual(changed, { ...token, status: 'Blocked', groupId: null, groupRef: null });
});

test('a vehicle is registered by its address, however that is written', () => {
  const ref = tokenOf(key, { uid: '00B052A1C2D3', type: 'MacAddress' }).tokenRef;
  for (const input of [{ uid: 'VID:00b052a1c2d3' }, { uid: '00:b0:52:a1:c2:d3', type: 'MacAddress' as const }]) {
    const { tokenRef, uid, type } = tokenOf(key, input);
    assert.deepEqual({ tokenRef, uid, type }, { tokenRef: ref, uid: '00B052A1C2D3', type: 'MacAddress' });
  }
  assert.equal(tokenOf(key, { uid: 'VID:none' }).type, 'ISO14443');
});
