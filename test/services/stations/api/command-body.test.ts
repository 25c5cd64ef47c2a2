// A command's body is checked by its intent: each fault is named by its path, once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandValidatorCompiler } from '#services/stations/api/command-body';

const check = commandValidatorCompiler({ schema: {}, method: 'POST', url: '/', httpPart: 'body' });

function faultsOf(body: unknown): string[] {
  const result = check(body);
  assert.ok(typeof result === 'object' && 'error' in result && Array.isArray(result.error), 'it is refused');
  return result.error.map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
}

test("what is left out and has a default is filled in: a token's type", () => {
  const body = { intent: 'StartCharging', parameters: { token: { uid: 'A' } } };
  assert.deepEqual(check(body), {
    value: { intent: 'StartCharging', parameters: { token: { uid: 'A', type: 'Central' } } },
  });
});

test('an unknown intent is told which there are', () => {
  for (const body of [undefined, 'text', {}, { intent: 'toString', parameters: {} }]) {
    assert.match(faultsOf(body).join(), /^\/intent must be one of StartCharging, /);
  }
});

test('alternatives are one sentence, an unknown field is named, a missing one too', () => {
  assert.deepEqual(faultsOf({ intent: 'ResetStation', parameters: { when: 'now', why: 1 } }), [
    '/parameters/why is no field of this intent',
    '/parameters/when must be immediately or idle or immediatelyAndResume',
  ]);
  assert.deepEqual(faultsOf({ intent: 'UnlockConnector', parameters: {} }), [
    '/parameters must have required properties evseId',
  ]);
});

test('a word that no list has is told which there are', () => {
  const body = { intent: 'SetMonitoringBase', parameters: { base: 'Some' } };
  assert.deepEqual(faultsOf(body), ['/parameters/base must be All or FactoryDefault or HardWiredOnly']);
});

test('bounds hold on both sides', () => {
  const expiring = (expiresInSeconds: unknown) => ({ intent: 'ReadConfiguration', parameters: {}, expiresInSeconds });
  for (const seconds of [1, 86_400]) assert.ok('value' in (check(expiring(seconds)) as object));
  for (const seconds of [0, 86_401, 1.5, '1']) assert.equal(faultsOf(expiring(seconds)).length, 1);
  const keyed = (idempotencyKey: string) => ({ intent: 'ReadConfiguration', parameters: {}, idempotencyKey });
  assert.ok('value' in (check(keyed('a'.repeat(100))) as object));
  for (const key of ['', 'a'.repeat(101), 'with space', 'nul\0']) assert.equal(faultsOf(keyed(key)).length, 1);
});
