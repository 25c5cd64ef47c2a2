import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeFrame } from '#services/gateway/domain/frame';

const message = { chargingLimitSource: 'EMS' };
const payload = Buffer.from(JSON.stringify(message)).toString('base64url');

function decoded(jws: unknown, type = 2): unknown {
  return decodeFrame(JSON.stringify([type, 'm', 'ClearedChargingLimit-Signed', jws]));
}

test('a signed message is the message in it, in each of the three forms of a JWS', () => {
  const within = { kind: 'call', id: 'm', action: 'ClearedChargingLimit', payload: message };
  assert.deepEqual(decoded({ payload, protected: 'e30', signature: 'c2ln' }), within);
  assert.deepEqual(decoded({ payload, signatures: [{ protected: 'e30', signature: 'c2ln' }] }), within);
  assert.deepEqual(decoded(`e30.${payload}.c2ln`), within);
  assert.deepEqual(decoded({ payload }, 6), { ...within, kind: 'send' });
});

test('what cannot be unwrapped is an action that nobody knows', () => {
  const jws = (text: string) => ({ payload: Buffer.from(text).toString('base64url') });
  for (const bad of [{}, { payload: 5 }, { payload: 'no base64!' }, 'e30.e30', 5, jws('{"broken'), jws('')]) {
    const frame = decoded(bad);
    assert.deepEqual(frame, { kind: 'call', id: 'm', action: 'ClearedChargingLimit-Signed', payload: bad });
  }
});

test('a message nests in its signature no deeper than outside of it', () => {
  const nested = (depth: number) => ({
    payload: Buffer.from(`${'['.repeat(depth)}${']'.repeat(depth)}`).toString('base64url'),
  });
  assert.equal((decoded(nested(32)) as { kind: string }).kind, 'call');
  assert.deepEqual(decoded(nested(33)), { kind: 'malformed', why: 'too-deep', id: undefined });
});
