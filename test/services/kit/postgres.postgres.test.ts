import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '#kit/fault';
import { migrate } from '#kit/migrations';
import { apiRoleOf, asTenant, type Database, openDatabase, sqlStateOf, transaction } from '#kit/postgres';
import { prepareProjection, prepareSchema, readLive, readVersions, showVersion } from '#kit/projection/schema';
import { openLine } from './cuttable-line.ts';
import { createTrialDatabase, type TrialDatabase } from './trial.ts';

let trial: TrialDatabase;
let database: Database;
let stranger: Database;
const directory = mkdtempSync(join(tmpdir(), 'kit-sql-'));

before(async () => {
  trial = await createTrialDatabase();
  database = await openDatabase({ url: trial.url, role: trial.role('writing'), schema: 'writing_own', poolMax: 3 });
  stranger = await openDatabase({ url: trial.url, role: trial.role('other'), schema: 'other_own', poolMax: 1 });
  writeFileSync(
    join(directory, '001-things.sql'),
    'create table things (tenant_id text not null, name text not null, size bigint not null, primary key (tenant_id, name));' +
      'create table hidden (name text primary key);',
  );
  await migrate(database, 'writing_own', directory);
});

after(async () => {
  await database.close();
  await stranger.close();
  await trial.drop();
  rmSync(directory, { recursive: true });
});

function isFault(code: string): (error: unknown) => boolean {
  return (error) => error instanceof Fault && error.code === code;
}

const insertThing = 'insert into things (tenant_id, name, size) values ($1, $2, $3)';

test('a tenant reads and writes its own rows and no others', async () => {
  await database.query(insertThing, ['red', 'apple', 1]);
  await asTenant(database, 'blue', (client) => client.query(insertThing, ['blue', 'plum', 2]));
  const seen = await asTenant(database, 'blue', async (client) => (await client.query('select name from things')).rows);
  assert.deepEqual(seen, [{ name: 'plum' }]);
  await assert.rejects(
    asTenant(database, 'blue', (client) => client.query(insertThing, ['red', 'pear', 3])),
    (error) => sqlStateOf(error) === '42501',
  );
  const { rowCount } = await asTenant(database, 'blue', (client) => client.query('delete from things where true'));
  assert.equal(rowCount, 1);
  assert.equal((await database.query('select * from things')).length, 1);
});

test('a table without a tenant is closed to API reads', async () => {
  await assert.rejects(
    asTenant(database, 'red', (client) => client.query('select * from hidden')),
    (error) => sqlStateOf(error) === '42501',
  );
});

test('after a tenant’s transaction the connection is the service’s again', async () => {
  await asTenant(database, 'red', (client) => client.query('select 1'));
  const [row] = await database.query<{ role: string; tenant: string | null }>(
    `select current_user as role, nullif(current_setting('app.tenant_id', true), '') as tenant`,
  );
  assert.deepEqual(row, { role: database.role, tenant: null });
});

test('another service’s role does not read here', async () => {
  await assert.rejects(stranger.query('select * from writing_own.things'), (error) => sqlStateOf(error) === '42501');
});

test('large integers are numbers up to 2^53, and a fault beyond', async () => {
  const [row] = await database.query<{ n: number }>('select 9007199254740991::bigint as n');
  assert.equal(row?.n, 9_007_199_254_740_991);
  await assert.rejects(database.query('select 9007199254740993::bigint as n'), isFault('DATABASE_NUMBER_TOO_LARGE'));
  assert.equal((await database.query('select 1::bigint as n')).length, 1);
});

test('what throws in a transaction leaves nothing; a serialization failure is tried again where asked', async () => {
  await assert.rejects(
    transaction(database, async (client) => {
      await client.query(insertThing, ['red', 'fig', 1]);
      throw new Error('changed my mind');
    }),
    /changed my mind/,
  );
  assert.equal((await database.query(`select * from things where name = 'fig'`)).length, 0);
  let runs = 0;
  const fn = async (): Promise<number> => {
    runs += 1;
    if (runs < 3) await database.query(`do $$ begin raise exception 'again' using errcode = '40001'; end $$`);
    return runs;
  };
  assert.equal(await transaction(database, fn, { retries: 2 }), 3);
  runs = 0;
  await assert.rejects(transaction(database, fn), (error) => sqlStateOf(error) === '40001');
});

test('a server that does not answer is a fault, and one that answers again is used again', async () => {
  const nowhere = new URL(trial.url);
  nowhere.port = '1';
  await assert.rejects(
    openDatabase({ url: nowhere.href, role: 'nobody', schema: 'nobody_own', poolMax: 1 }),
    isFault('DATABASE_UNAVAILABLE'),
  );
  const line = await openLine(trial.url);
  const distant = await openDatabase({ url: line.url, role: database.role, schema: 'writing_own', poolMax: 2 });
  await assert.rejects(
    transaction(distant, async (client) => {
      await client.query('select 1');
      line.cut();
      return client.query('select 1');
    }),
    isFault('DATABASE_UNAVAILABLE'),
  );
  await assert.rejects(distant.query('select 1'), isFault('DATABASE_UNAVAILABLE'));
  await assert.rejects(
    transaction(distant, (client) => client.query('select 1')),
    isFault('DATABASE_UNAVAILABLE'),
  );
  line.mend();
  assert.equal((await distant.query('select 1')).length, 1);
  await distant.close();
  await line.close();
});

test('a server that says nothing is given up after the deadline; the next one is asked on a line of its own', async () => {
  const line = await openLine(trial.url);
  const distant = await openDatabase({ url: line.url, role: database.role, schema: 'writing_own', poolMax: 1 });
  await distant.query('select 1');
  line.freeze();
  const askedMs = performance.now();
  await assert.rejects(
    asTenant(distant, 'red', (client) => client.query('select 1'), { deadlineMs: 300 }),
    isFault('DATABASE_UNAVAILABLE'),
  );
  const waitedMs = performance.now() - askedMs;
  assert.ok(waitedMs >= 290 && waitedMs < 4_000, `told after ${waitedMs} ms`);
  line.mend();
  // The pool holds one connection: the silent one was given up, else nobody would ever get another.
  assert.equal((await asTenant(distant, 'red', (client) => client.query('select 1'))).rowCount, 1);
  await distant.close();
  await line.close();
});

test('migrations are applied once, in order, also by two processes at a time; an edited one refuses start', async () => {
  const files = mkdtempSync(join(tmpdir(), 'kit-sql-'));
  writeFileSync(join(files, '001-one.sql'), 'create table one (n int)');
  await Promise.all([migrate(database, 'writing_own_b', files), migrate(database, 'writing_own_b', files)]);
  writeFileSync(join(files, '002-two.sql'), 'alter table one add column m int');
  await migrate(database, 'writing_own_b', files);
  await database.query('select n, m from writing_own_b.one');
  writeFileSync(join(files, '001-one.sql'), 'create table one (n bigint)');
  await assert.rejects(migrate(database, 'writing_own_b', files), isFault('MIGRATION_CHANGED'));
  writeFileSync(join(files, '001-one.sql'), 'create table one (n int)');
  writeFileSync(join(files, '004-four.sql'), 'select 1');
  await assert.rejects(migrate(database, 'writing_own_b', files), isFault('MIGRATION_CHANGED'));
  rmSync(files, { recursive: true });
});

test('a migration that fails leaves none of its run behind', async () => {
  const files = mkdtempSync(join(tmpdir(), 'kit-sql-'));
  writeFileSync(join(files, '001-one.sql'), 'create table one (n int)');
  writeFileSync(join(files, '002-two.sql'), 'create table two (n int); select 1 / 0');
  await assert.rejects(migrate(database, 'writing_own_c', files));
  assert.deepEqual(await database.query(`select to_regclass('writing_own_c.one') as found`), [{ found: null }]);
  rmSync(files, { recursive: true });
});

test('readers of a projection see the live version, whole, under row-level security', async () => {
  const projection = { name: 'fruit', directory };
  await prepareProjection(database, { ...projection, version: 1, generation: 1 });
  await database.query(`insert into fruit_1.things values ('red', 'old', 1), ('blue', 'old', 1)`);
  await prepareSchema(database, { ...projection, version: 2 });
  await database.query(`insert into fruit_2.things values ('red', 'new', 1)`);
  const seen = async (): Promise<unknown> =>
    asTenant(database, 'red', async (client) => (await client.query('select name from things')).rows, {
      schema: 'fruit',
    });
  assert.deepEqual(await seen(), [{ name: 'old' }]);
  assert.deepEqual(await readLive(database, 'fruit'), { version: 1, generation: 1 });
  const show = (version: number, generation: number): Promise<void> =>
    transaction(database, (client) =>
      showVersion(client, { name: 'fruit', version, generation }, apiRoleOf(database.role)),
    );
  await show(2, 2);
  assert.deepEqual(await seen(), [{ name: 'new' }]);
  await assert.rejects(show(1, 1), /generation 1 of fruit is over/);
  // Older code neither shows its rows again nor makes a version; newer code waits for a rebuild.
  for (const generation of [1, 2, 3]) await prepareProjection(database, { ...projection, version: 1, generation });
  assert.deepEqual(await seen(), [{ name: 'new' }]);
  assert.deepEqual(await transaction(database, (client) => readVersions(client, 'fruit')), [1, 2]);
});
