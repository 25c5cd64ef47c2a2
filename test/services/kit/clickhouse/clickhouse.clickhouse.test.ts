import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClickHouse, openClickHouse } from '#kit/clickhouse';
import { createClickHouseDatabase, migrateClickHouse } from '#kit/clickhouse/migrations';
import { RowBinaryWriter } from '#kit/clickhouse/row-binary';
import { Fault } from '#kit/fault';
import { openLine } from '../cuttable-line.ts';

const database = `kit_${randomBytes(4).toString('hex')}`;
const directory = mkdtempSync(join(tmpdir(), 'kit-clickhouse-'));
let url: string;
let clickhouse: ClickHouse;

before(async () => {
  url = process.env['CLICKHOUSE_URL'] ?? '';
  await createClickHouseDatabase(url, database);
  clickhouse = openClickHouse({ url, database });
});

after(async () => {
  await clickhouse.command(`DROP DATABASE ${database}`);
  await clickhouse.close();
  rmSync(directory, { recursive: true });
});

function isFault(code: string): (error: unknown) => boolean {
  return (error) => error instanceof Fault && error.code === code;
}

const columns = ['u8', 'u16', 'u32', 'i32', 'i64', 'id', 'name', 'low', 'at', 'energy', 'energy_or_null', 'soc'];

test('the engine reads every type as it was written', async () => {
  await clickhouse.command(
    `CREATE TABLE golden (u8 UInt8, u16 UInt16, u32 UInt32, i32 Int32, i64 Int64, id UUID, name String,
       low LowCardinality(String), at DateTime64(3, 'UTC'), energy Decimal(18,3), energy_or_null Nullable(Decimal(18,3)),
       soc Nullable(Decimal(9,1))) ENGINE = MergeTree ORDER BY u8`,
  );
  const writer = new RowBinaryWriter();
  for (const sign of [1, -1]) {
    writer.uint8(sign === 1 ? 10 : 20);
    writer.uint16(65_535);
    writer.uint32(4_294_967_295);
    writer.int32(sign * 2_147_483_647);
    writer.int64(sign * (2 ** 53 - 1));
    writer.uuidText('0193b5a0-1111-7abc-8def-0123456789ab');
    writer.string('two\n\nnewlines "; DROP TABLE golden');
    writer.string('grün');
    writer.int64(Date.UTC(2026, 1, 3, 4, 5, 6, 7));
    writer.int64(sign * 11_030_800);
    writer.nullableInt64(sign === 1 ? null : -1);
    writer.nullableInt32(sign === 1 ? 995 : null);
    writer.endRow();
  }
  await clickhouse.insertRowBinary({ table: 'golden', columns, rows: writer.take(), deduplicationToken: 'golden' });
  const common = {
    u16: 65_535,
    u32: 4_294_967_295,
    id: '0193b5a0-1111-7abc-8def-0123456789ab',
    name: 'two\n\nnewlines "; DROP TABLE golden',
    low: 'grün',
    at: '2026-02-03 04:05:06.007',
  };
  const rows = await clickhouse.query<Record<string, unknown>>(
    'SELECT * REPLACE (toString(energy) AS energy, toString(energy_or_null) AS energy_or_null, toString(soc) AS soc) FROM golden ORDER BY u8',
  );
  assert.deepEqual(rows, [
    {
      ...common,
      u8: 10,
      i32: 2_147_483_647,
      i64: '9007199254740991',
      energy: '11030.8',
      energy_or_null: null,
      soc: '99.5',
    },
    {
      ...common,
      u8: 20,
      i32: -2_147_483_647,
      i64: '-9007199254740991',
      energy: '-11030.8',
      energy_or_null: '-0.001',
      soc: null,
    },
  ]);
});

test('the same token inserts once, another one again', async () => {
  await clickhouse.command(
    'CREATE TABLE counted (n Int64) ENGINE = MergeTree ORDER BY n SETTINGS non_replicated_deduplication_window = 100',
  );
  const writer = new RowBinaryWriter();
  writer.int64(7);
  const insert = { table: 'counted', columns: ['n'], rows: writer.take() };
  for (const deduplicationToken of ['a', 'a', 'b']) await clickhouse.insertRowBinary({ ...insert, deduplicationToken });
  const [row] = await clickhouse.query<{ rows: string }>('SELECT count() AS rows FROM counted');
  assert.equal(row?.rows, '2');
});

test('parameters are values, never SQL', async () => {
  const [row] = await clickhouse.query<{ text: string }>('SELECT {text:String} AS text', {
    params: { text: `'; DROP TABLE counted --` },
  });
  assert.equal(row?.text, `'; DROP TABLE counted --`);
});

test('a wrong statement is refused with its code; a server that is not there is unavailable', async () => {
  await assert.rejects(clickhouse.query('SELECT * FROM nowhere'), isFault('TIMESERIES_REFUSED'));
  const rows = Buffer.from([1]);
  await assert.rejects(
    clickhouse.insertRowBinary({ table: 'counted', columns: ['n'], rows, deduplicationToken: 'c' }),
    isFault('TIMESERIES_REFUSED'),
  );
  const nowhere = openClickHouse({ url: 'http://127.0.0.1:1', database: 'default' });
  await assert.rejects(nowhere.query('SELECT 1'), isFault('TIMESERIES_UNAVAILABLE'));
  await assert.rejects(nowhere.ping(), isFault('TIMESERIES_UNAVAILABLE'));
  await nowhere.close();
});

test('a server that says nothing is given up in time', async () => {
  const line = await openLine(url);
  const distant = openClickHouse({ url: line.url, database });
  await distant.ping();
  line.freeze();
  const askedMs = performance.now();
  await assert.rejects(distant.query('SELECT 1', { timeoutMs: 300 }), isFault('TIMESERIES_UNAVAILABLE'));
  assert.ok(performance.now() - askedMs < 10_000, 'long before the request timeout of 60 s');
  line.mend();
  assert.equal((await distant.query('SELECT 1')).length, 1);
  await distant.close();
  await line.close();
});

test('migrations run once, resume in a half-applied file, and refuse what was edited', async () => {
  const file = join(directory, '001-things.sql');
  const first = 'CREATE TABLE ${DATABASE}.things (n Int64, note String) ENGINE = MergeTree ORDER BY n';
  writeFileSync(
    file,
    `-- Things.\n${first}\n-- statement\nINSERT INTO things VALUES (1, 'a;b -- c')\n-- statement\nSELEKT 1\n`,
  );
  await assert.rejects(migrateClickHouse(clickhouse, directory), isFault('TIMESERIES_REFUSED'));
  writeFileSync(
    file,
    `-- Things.\n${first}\n-- statement\nINSERT INTO things VALUES (1, 'a;b -- c')\n-- statement\nSELECT 1\n`,
  );
  await migrateClickHouse(clickhouse, directory);
  await migrateClickHouse(clickhouse, directory);
  assert.deepEqual(await clickhouse.query('SELECT * FROM things'), [{ n: '1', note: 'a;b -- c' }]);
  writeFileSync(file, `-- Other things.\n${first}\n`);
  await assert.rejects(migrateClickHouse(clickhouse, directory), isFault('MIGRATION_CHANGED'));
});
