import { after, before, beforeEach, test } from 'node:test';
import assert from 'node:assert/strict';
import { enqueue, type OutboxEntry, prepareOutbox, runOutboxRelay } from '#kit/outbox';
import { asTenant, type Database, openDatabase, transaction } from '#kit/postgres';
import { createFakeLog, type FakeLog } from './projection/fake-log.ts';
import { createTrialDatabase, logger, type TrialDatabase, until } from './trial.ts';

let trial: TrialDatabase;
let database: Database;
let log: FakeLog;

before(async () => {
  trial = await createTrialDatabase();
  database = await openDatabase({ url: trial.url, role: trial.role('keeping'), schema: 'keeping_own', poolMax: 6 });
  await prepareOutbox(database);
});

beforeEach(() => {
  log = createFakeLog();
});

after(async () => {
  await database.close();
  await trial.drop();
});

function change(key: string, rowVersion: number): OutboxEntry {
  return { topic: 'thing', key, type: 'ThingChanged', rowVersion, payload: { key, rowVersion } };
}

function toRecords(entry: OutboxEntry) {
  const value = Buffer.from(`${entry.key}@${entry.rowVersion}`);
  const record = { key: entry.key, type: entry.type, value };
  return [
    { topic: 'changes', partition: 0, record },
    { topic: 'current', partition: 1, record },
  ];
}

function said(topic: string): string[] {
  return log.records(topic).map((record) => String(record.value));
}

function relay(options: Partial<Parameters<typeof runOutboxRelay>[0]> = {}) {
  return runOutboxRelay({ database, writer: log.writer, toRecords, logger, pollMs: 10_000, ...options });
}

async function pending(): Promise<number> {
  return (await database.query('select 1 from outbox')).length;
}

test('a committed change is published at once, one rolled back never', async () => {
  const running = relay();
  await transaction(database, (client) => enqueue(client, [change('a', 1), change('b', 1)]));
  const undone = transaction(database, async (client) => {
    await enqueue(client, [change('c', 1)]);
    throw new Error('undone');
  });
  await assert.rejects(undone);
  await until('published', async () => said('changes').length === 2 && (await pending()) === 0);
  await running.close();
  assert.deepEqual(said('changes'), ['a@1', 'b@1']);
  assert.deepEqual(said('current'), ['a@1', 'b@1']);
});

test('the API role adds to the outbox within a tenant’s transaction', async () => {
  const running = relay();
  await asTenant(database, 'red', (client) => enqueue(client, [change('t', 1)]));
  await until('published', () => said('current').includes('t@1'));
  await running.close();
});

test('what committed later waits for an older open transaction: the order is that of commits', async () => {
  const running = relay();
  const slow = await database.pool.connect();
  await slow.query('begin');
  await enqueue(slow, [change('slow', 1)]);
  await transaction(database, (client) => enqueue(client, [change('fast', 1)]));
  assert.deepEqual(said('changes'), []);
  await slow.query('commit');
  slow.release();
  await until('both published', () => said('changes').length === 2);
  await running.close();
  assert.deepEqual(said('changes'), ['slow@1', 'fast@1']);
});

test('two changes of one row come in the order of their versions, whoever began first', async () => {
  await database.query('create table thing (key text primary key, version int not null)');
  await database.query(`insert into thing values ('r', 1)`);
  const first = await database.pool.connect();
  await first.query('begin');
  // Takes its transaction id before the other has even begun, and the row only afterwards.
  await enqueue(first, [change('elsewhere', 1)]);
  await transaction(database, async (client) => {
    await client.query(`update thing set version = 2 where key = 'r'`);
    await enqueue(client, [change('r', 2)]);
  });
  await first.query(`update thing set version = 3 where key = 'r'`);
  await enqueue(first, [change('r', 3)]);
  await first.query('commit');
  first.release();
  const running = relay();
  await until('published', () => said('current').length === 3);
  await running.close();
  assert.deepEqual(
    said('current').filter((text) => text.startsWith('r')),
    ['r@2', 'r@3'],
  );
});

test('a lower version after a higher one is followed by the higher one again', async () => {
  await transaction(database, (client) => enqueue(client, [change('x', 5), change('x', 4)]));
  const running = relay();
  await until('published', async () => (await pending()) === 0);
  await running.close();
  assert.equal(said('current').at(-1), 'x@5');
  assert.ok(said('changes').includes('x@4'));
});

test('an append without ack is repeated, and the entry leaves the outbox only then', async () => {
  log.failAppendAfter = 0;
  await transaction(database, (client) => enqueue(client, [change('y', 1)]));
  const running = relay({ current: async (entries) => entries });
  await until('published', async () => (await pending()) === 0);
  await running.close();
  assert.ok(said('changes').length >= 2);
  assert.deepEqual(new Set(said('changes')), new Set(['y@1']));
});

test('of two relays one works; when it ends the other takes over', async () => {
  const other = createFakeLog();
  const first = relay();
  await transaction(database, (client) => enqueue(client, [change('m', 1)]));
  await until('first published', () => said('changes').length === 1);
  const second = relay({ writer: other.writer });
  await transaction(database, (client) => enqueue(client, [change('m', 2)]));
  await until('first published again', () => said('changes').length === 2);
  await first.close();
  await transaction(database, (client) => enqueue(client, [change('m', 3)]));
  await until('second published', () => other.records('changes').length === 1);
  await second.close();
  assert.deepEqual(said('changes'), ['m@1', 'm@2']);
});
