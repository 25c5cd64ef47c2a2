// An unmodified @clickhouse/client is satisfied by the front.
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { type ClickHouseClient, ClickHouseError, TupleParam } from '@clickhouse/client';
import { type Front, startFront } from '#test/infra/local/clickhouse-http/front';
import { until } from '#test/support/until';

let front: Front;
let client: ClickHouseClient;

before(async () => {
  front = await startFront();
  client = front.client();
  await client.command({ query: 'CREATE TABLE meters (id UInt32, name String) ENGINE = MergeTree ORDER BY id' });
});

after(async () => {
  await client.close();
  await front.stop();
});

const rows = async (
  query: string,
  extra: Partial<Parameters<ClickHouseClient['query']>[0]> = {},
): Promise<unknown[]> => {
  const result = await client.query({ query, format: 'JSONEachRow', ...extra });
  return (await result.json()) as unknown[];
};

const fresh = async (): Promise<void> => {
  await client.command({ query: 'TRUNCATE TABLE meters' });
};

test('a ping is answered, with and without a query', async () => {
  assert.deepEqual(await client.ping(), { success: true });
  assert.equal((await client.ping({ select: true })).success, true);
  assert.equal((await front.client({ password: 'wrong' }).ping({ select: true })).success, false);
});

test('rows come back as they were inserted, in each format a client writes', async () => {
  await fresh();
  const text = `quote ' tab\t back\\slash "; DROP TABLE meters; -- \n\n ü €`;
  await client.insert({ table: 'meters', values: [{ id: 1, name: text }], format: 'JSONEachRow' });
  await client.insert({ table: 'meters', values: [[2, text]], format: 'JSONCompactEachRow' });
  const csv = `3,"${text.replaceAll('"', '""')}"\n`;
  await client.insert({ table: 'meters', values: Readable.from([csv], { objectMode: false }), format: 'CSV' });
  await client.insert({ table: 'meters', values: Readable.from([{ id: 4, name: text }]), format: 'JSONEachRow' });
  await client.insert({ table: 'meters', values: [], format: 'JSONEachRow' });
  await client.insert({ table: 'meters', columns: ['id'], values: [{ id: 5 }], format: 'JSONEachRow' });
  const expected = [1, 2, 3, 4].map((id) => ({ id, name: text }));
  assert.deepEqual(await rows('SELECT * FROM meters ORDER BY id'), [...expected, { id: 5, name: '' }]);
});

test('an insert tells how much it wrote', async () => {
  await fresh();
  const values = Array.from({ length: 1_000 }, (_, id) => ({ id, name: 'x' }));
  const { summary, query_id: queryId } = await client.insert({
    table: 'meters',
    values,
    format: 'JSONEachRow',
    query_id: 'insert-of-a-thousand',
  });
  assert.equal(summary?.written_rows, '1000');
  assert.equal(queryId, 'insert-of-a-thousand');
});

test('binary rows that hold two line breaks in a row arrive byte for byte', async () => {
  await client.command({ query: 'CREATE TABLE bytes (a UInt8, b UInt8) ENGINE = MergeTree ORDER BY tuple()' });
  const written = [
    [1, 2],
    [3, 4],
    [10, 10],
    [5, 6],
    [13, 10],
    [0, 255],
    [10, 10],
    [10, 10],
  ];
  const { stream } = await client.exec({
    query: 'INSERT INTO bytes FORMAT RowBinary',
    values: Readable.from([Buffer.from(written.flat())], { objectMode: false }),
  });
  await stream.resume().toArray();
  assert.deepEqual(await rows('SELECT a, b FROM bytes', { format: 'JSONCompactEachRow' }), written);
});

test('binary rows may begin with the bytes that separate a statement from its data', async () => {
  await client.command({ query: 'CREATE TABLE first_bytes (a UInt8) ENGINE = MergeTree ORDER BY tuple()' });
  const { stream } = await client.exec({
    query: 'INSERT INTO first_bytes FORMAT RowBinary',
    values: Readable.from([Buffer.from([10, 32, 13, 10, 59, 9])], { objectMode: false }),
  });
  await stream.resume().toArray();
  assert.deepEqual(await rows('SELECT a FROM first_bytes', { format: 'JSONCompactEachRow' }), [
    [10],
    [32],
    [13],
    [10],
    [59],
    [9],
  ]);
});

test('JSON comes with its columns, its count and the format asked for', async () => {
  const result = await client.query({
    query: 'SELECT number, toString(number) AS text FROM numbers(3)',
    format: 'JSON',
  });
  const { meta, data, rows: count } = await result.json<{ number: number; text: string }>();
  assert.deepEqual(meta, [
    { name: 'number', type: 'UInt64' },
    { name: 'text', type: 'String' },
  ]);
  assert.equal(data.length, 3);
  assert.equal(count, 3);
  assert.equal(result.response_headers['x-clickhouse-format'], 'JSON');
});

test('parameters of every kind reach the query unharmed', async () => {
  const at = new Date(Date.UTC(2026, 2, 4, 5, 6, 7, 89));
  const [row] = await rows(
    `SELECT {text: String} AS text, {list: Array(String)} AS list, {map: Map(String, UInt8)} AS map, {none: Nullable(String)} AS none,
            {at: DateTime64(3, 'UTC')} AS at, {day: Date} AS day, tupleElement({tuple: Tuple(UInt8, String)}, 2) AS second, {flag: Bool} AS flag,
            count() AS rows FROM {table: Identifier}`,
    {
      query_params: {
        text: `it's a\ttab, a\nline, a back\\slash; DROP TABLE meters`,
        list: ["a'b", 'c\td', 'e\\f', 'ü'],
        map: new Map([['k', 1]]),
        none: null,
        at,
        day: '2026-03-04',
        tuple: new TupleParam([1, "x'y"]),
        flag: true,
        table: 'first_bytes',
      },
    },
  );
  assert.deepEqual(row, {
    text: `it's a\ttab, a\nline, a back\\slash; DROP TABLE meters`,
    list: ["a'b", 'c\td', 'e\\f', 'ü'],
    map: { k: 1 },
    none: null,
    at: '2026-03-04 05:06:07.089',
    day: '2026-03-04',
    second: "x'y",
    flag: true,
    rows: 6,
  });
});

test('parameters too long for a URL come in a form', async () => {
  const ids = Array.from({ length: 30_000 }, (_, id) => id);
  const multipart = front.client({ use_multipart_params_auto: true });
  const result = await multipart.query({
    query: 'SELECT length({ids: Array(UInt32)}) AS n',
    query_params: { ids },
    format: 'JSONEachRow',
  });
  assert.deepEqual(await result.json(), [{ n: 30_000 }]);
  await multipart.close();
});

test('settings hold for their own request only', async () => {
  const setting = "SELECT getSetting('max_block_size') AS size";
  const [usual] = await rows(setting);
  assert.deepEqual(await rows(setting, { clickhouse_settings: { max_block_size: '77' } }), [{ size: 77 }]);
  assert.deepEqual(await rows(setting), [usual]);
});

test('both directions may be compressed', async () => {
  await fresh();
  const compressed = front.client({ compression: { request: true, response: true } });
  await compressed.insert({ table: 'meters', values: [{ id: 1, name: 'zipped' }], format: 'JSONEachRow' });
  const result = await compressed.query({ query: 'SELECT * FROM meters', format: 'JSONEachRow' });
  assert.equal(result.response_headers['content-encoding'], 'gzip');
  assert.deepEqual(await result.json(), [{ id: 1, name: 'zipped' }]);
  const described = await compressed.query({ query: 'DESCRIBE meters', format: 'JSONEachRow' });
  assert.equal((await described.json()).length, 2);
  await compressed.close();
});

test('a million rows stream without loss', async () => {
  const result = await client.query({ query: 'SELECT number FROM numbers(1000000)', format: 'JSONCompactEachRow' });
  let count = 0;
  let sum = 0;
  for await (const part of result.stream<[number]>()) {
    for (const row of part) {
      count += 1;
      sum += row.json()[0];
    }
  }
  assert.deepEqual({ count, sum }, { count: 1_000_000, sum: 499_999_500_000 });
});

const hasCode = (code: string, type: string) => (error: unknown) => {
  assert.ok(error instanceof ClickHouseError, String(error));
  assert.deepEqual({ code: error.code, type: error.type }, { code, type });
  return true;
};

test('errors carry the code and the name of the real server', async () => {
  await assert.rejects(rows('SELECT * FROM no_such_table'), hasCode('60', 'UNKNOWN_TABLE'));
  await assert.rejects(rows('selec 1'), hasCode('62', 'SYNTAX_ERROR'));
  await assert.rejects(rows('SELECT no_such_function(1)'), hasCode('46', 'UNKNOWN_FUNCTION'));
  await assert.rejects(rows('SELECT {a: UInt8}'), hasCode('456', 'UNKNOWN_QUERY_PARAMETER'));
  await assert.rejects(
    client.insert({ table: 'no_such_table', values: [{ a: 1 }], format: 'JSONEachRow' }),
    hasCode('60', 'UNKNOWN_TABLE'),
  );
  await assert.rejects(
    front.client({ database: 'no_such_database' }).query({ query: 'SELECT 1' }),
    hasCode('81', 'UNKNOWN_DATABASE'),
  );
  await assert.rejects(
    rows('SELECT 1', { clickhouse_settings: { no_such_setting: 1 } }),
    hasCode('115', 'UNKNOWN_SETTING'),
  );
  await assert.rejects(
    front.client({ password: 'wrong' }).query({ query: 'SELECT 1' }),
    hasCode('516', 'AUTHENTICATION_FAILED'),
  );
});

test('an error in the middle of a result reaches the client, plain and compressed', async () => {
  const query = 'SELECT number, throwIf(number = 900000) AS bad FROM numbers(1000000) SETTINGS max_threads = 1';
  for (const response of [false, true]) {
    const streaming = front.client({ compression: { response }, log: { level: 127 } });
    const result = await streaming.query({ query, format: 'JSONEachRow' });
    let count = 0;
    const read = async (): Promise<void> => {
      for await (const part of result.stream()) count += part.length;
    };
    await assert.rejects(read(), hasCode('395', 'FUNCTION_THROW_IF_VALUE_IS_NON_ZERO'));
    assert.ok(count > 0 && count <= 900_000, `${count} rows came before the error`);
    await streaming.close();
  }
});

test('a session keeps its temporary tables and settings, and no other sees them', async () => {
  const named = front.client({ session_id: 'first' });
  const one = async (query: string, settings = {}): Promise<unknown[]> =>
    (await named.query({ query, format: 'JSONEachRow', clickhouse_settings: settings })).json();
  await named.command({ query: 'CREATE TEMPORARY TABLE kept (a UInt8)' });
  await named.insert({ table: 'kept', values: [{ a: 7 }], format: 'JSONEachRow' });
  await named.command({ query: 'SET max_block_size = 99' });
  assert.deepEqual(await one('SELECT a FROM kept'), [{ a: 7 }]);
  assert.deepEqual(await one("SELECT getSetting('max_block_size') AS s", { max_block_size: '11' }), [{ s: 11 }]);
  assert.deepEqual(await one("SELECT getSetting('max_block_size') AS s"), [{ s: 99 }]);
  await assert.rejects(rows('SELECT a FROM kept'), hasCode('60', 'UNKNOWN_TABLE'));
  const twice = await Promise.allSettled([one('SELECT sleep(0.3)'), one('SELECT sleep(0.3)')]);
  const refused = twice.find((result) => result.status === 'rejected');
  assert.ok(hasCode('373', 'SESSION_IS_LOCKED')(refused?.reason));
  await named.close();
});

test('a query that its client has left is killed', async () => {
  const running = async (): Promise<unknown[]> =>
    rows("SELECT query FROM system.processes WHERE query LIKE '%sipHash64%' AND query NOT LIKE '%processes%'");
  for (const query of [
    'SELECT count() FROM numbers(100000000000) WHERE sipHash64(number) = 1',
    'SELECT sipHash64(number) FROM numbers(100000000000)',
  ]) {
    const abort = new AbortController();
    const left = client.query({ query, format: 'TabSeparated', abort_signal: abort.signal }).then((result) => {
      result.close();
    });
    await until(async () => (await running()).length === 1, 'the query to run', 20_000);
    abort.abort();
    await left.catch(() => {});
    await until(async () => (await running()).length === 0, 'the query to be gone', 20_000);
  }
});

test('a slow scalar subquery holds up nobody else', async () => {
  const abort = new AbortController();
  const slow = client
    .query({
      query: 'SELECT (SELECT count() FROM numbers(100000000000) WHERE sipHash64(number) = 1) AS n',
      abort_signal: abort.signal,
    })
    .catch(() => {});
  await until(
    async () =>
      (await rows("SELECT 1 FROM system.processes WHERE query LIKE '%AS n%' AND query NOT LIKE '%processes%'"))
        .length === 1,
    'the slow query to run',
    20_000,
  );
  const startedAt = performance.now();
  assert.deepEqual(await rows('SELECT 1 AS one'), [{ one: 1 }]);
  assert.ok(performance.now() - startedAt < 5_000);
  abort.abort();
  await slow;
});

test('the same deduplication token counts once', async () => {
  await client.command({
    query:
      'CREATE TABLE once (a UInt8) ENGINE = MergeTree ORDER BY a SETTINGS non_replicated_deduplication_window = 100',
  });
  for (const token of ['a', 'a', 'b']) {
    await client.insert({
      table: 'once',
      values: [{ a: 1 }],
      format: 'JSONEachRow',
      clickhouse_settings: { insert_deduplication_token: token },
    });
  }
  assert.deepEqual(await rows('SELECT count() AS n FROM once'), [{ n: 2 }]);
});

test('rows may pass through input() on their way', async () => {
  await fresh();
  const { stream } = await client.exec({
    query: "INSERT INTO meters SELECT a * 2, upper(b) FROM input('a UInt32, b String') WHERE a > 1 FORMAT CSV",
    values: Readable.from(['1,"x"\n2,"y"\n3,"z"\n'], { objectMode: false }),
  });
  await stream.resume().toArray();
  assert.deepEqual(await rows('SELECT * FROM meters ORDER BY id'), [
    { id: 4, name: 'Y' },
    { id: 6, name: 'Z' },
  ]);
});
