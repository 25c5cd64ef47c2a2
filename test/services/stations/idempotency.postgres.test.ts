// An idempotency key on a real database: who may append, who waits, who is refused.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { migrate } from '#kit/migrations';
import { openDatabase, type Database } from '#kit/postgres';
import { idempotencyIn, requestHashOf, type Idempotency } from '#services/stations/idempotency';

const name = `idempotency_${randomBytes(4).toString('hex')}`;
const claimMs = 15_000;
let database: Database;
let keys: Idempotency;

async function asAdmin(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: process.env['DATABASE_URL'] });
  await client.connect();
  await client.query(statement);
  await client.end();
}

before(async () => {
  await asAdmin(`create database ${name}`);
  const url = new URL(process.env['DATABASE_URL'] ?? '');
  url.pathname = `/${name}`;
  database = await openDatabase({ url: url.toString(), role: 'stations', schema: 'stations_own', poolMax: 4 });
  await migrate(database, 'stations_own', join(import.meta.dirname, '../../../services/stations/sql/own'));
  keys = idempotencyIn(database);
});

after(async () => {
  await database.close();
  await asAdmin(`drop database ${name} with (force)`);
});

const asked = (commandId: string, request: object = { intent: 'A' }, tenantId = 'default') => ({
  tenantId,
  commandId,
  requestHash: requestHashOf(request),
});

test('the first takes the key, the same request waits until it is in the log, then it is known', async () => {
  assert.equal(await keys.claim(asked('c1'), 1000), 'taken');
  assert.equal(await keys.claim(asked('c1'), 1000), 'pending');
  await keys.requested(asked('c1'), 1001);
  assert.equal(await keys.claim(asked('c1'), 1002), 'known');
});

test('of many at once one takes the key', async () => {
  const standings = await Promise.all(Array.from({ length: 8 }, () => keys.claim(asked('c2'), 1000)));
  assert.equal(standings.filter((standing) => standing === 'taken').length, 1);
});

test('another request is refused, also while the first is pending; another tenant has keys of its own', async () => {
  await keys.claim(asked('c3'), 1000);
  assert.equal(await keys.claim(asked('c3', { intent: 'B' }), 1000 + claimMs), 'differs');
  assert.equal(await keys.claim(asked('c3', { intent: 'B' }, 'other'), 1000), 'taken');
});

test('a claim that came to nothing is taken over after its time, by one; a released one at once', async () => {
  await keys.claim(asked('c4'), 1000);
  assert.equal(await keys.claim(asked('c4'), 1000 + claimMs - 1), 'pending');
  const later = await Promise.all([1, 2].map(() => keys.claim(asked('c4'), 1000 + claimMs)));
  assert.deepEqual(later.toSorted(), ['pending', 'taken']);
  await keys.release(asked('c4'));
  assert.equal(await keys.claim(asked('c4'), 1000), 'taken');
});

test('what is in the log is not released, and is forgotten with the log', async () => {
  await keys.claim(asked('c5'), 5000);
  await keys.requested(asked('c5'), 5001);
  await keys.release(asked('c5'));
  await keys.prune(5000);
  assert.equal(await keys.claim(asked('c5'), 5002), 'known');
  await keys.prune(5001);
  assert.equal(await keys.claim(asked('c5'), 5002), 'taken');
});

test('fields in another order are the same request', () => {
  assert.deepEqual(requestHashOf({ a: 1, b: { c: 2, d: [3] } }), requestHashOf({ b: { d: [3], c: 2 }, a: 1 }));
  assert.notDeepEqual(requestHashOf({ a: [1, 2] }), requestHashOf({ a: [2, 1] }));
});
