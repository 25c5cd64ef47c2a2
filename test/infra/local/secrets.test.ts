// The secrets of a platform are made once and stay.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { loadSecrets } from '#infra/local/secrets';
import { Fault } from '#kit/fault';

function secretsFile(context: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'chargestream-secrets-'));
  context.after(() => rmSync(dir, { recursive: true, force: true }));
  return join(dir, 'below', 'secrets.json');
}

test('secrets are made once, readable by their owner alone, and read again unchanged', (context) => {
  const file = secretsFile(context);
  const made = loadSecrets(file);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.match(made.tenantKeySeed, /^[0-9a-f]{64}$/);
  assert.match(made.demoOperatorKey, /^csk_[\w-]{32}$/);
  assert.deepEqual(loadSecrets(file), made);
});

test('an older file gets the fields it lacks and keeps those it has', (context) => {
  const file = secretsFile(context);
  const made = loadSecrets(file);
  writeFileSync(file, JSON.stringify({ tenantKeySeed: made.tenantKeySeed, ours: 'kept' }));
  const again = loadSecrets(file);
  assert.equal(again.tenantKeySeed, made.tenantKeySeed);
  assert.notEqual(again.internalToken, made.internalToken);
  assert.match(readFileSync(file, 'utf8'), /"ours": "kept"/);
  assert.deepEqual({ ...loadSecrets(file) }, { ...again });
});

test('a file that is not JSON is refused, never replaced', (context) => {
  const file = secretsFile(context);
  loadSecrets(file);
  writeFileSync(file, '{ torn');
  assert.throws(
    () => loadSecrets(file),
    (error) => error instanceof Fault && error.code === 'SECRET_MISSING',
  );
  assert.equal(readFileSync(file, 'utf8'), '{ torn');
});
