// What the front refuses and how it says so: the reader's writes, bad SQL, bad requests, and data that look like SQL.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { brotliCompressSync, deflateSync, gunzipSync, gzipSync } from 'node:zlib';
import { scratchDirOf } from '#infra/local/clickhouse-http/scratch';
import { type Front, password, startFront } from '#test/infra/local/clickhouse-http/front';
import { until } from '#test/support/until';

let front: Front;
const outside = mkdtempSync(join(tmpdir(), 'chargestream-outside-'));

before(async () => {
  front = await startFront();
  await ok('CREATE TABLE victims (a UInt8, s String) ENGINE = MergeTree ORDER BY a');
  await ok("INSERT INTO victims VALUES (1, 'kept')");
});

after(async () => {
  await front.stop();
  rmSync(outside, { recursive: true });
});

async function ok(query: string, options: Parameters<Front['post']>[1] = {}): Promise<string> {
  const { status, text } = await front.post(query, options);
  assert.equal(status, 200, text);
  return text;
}

async function victims(): Promise<string> {
  return ok('SELECT count() FROM victims');
}

test('one who may only read reads', async () => {
  const user = 'analyst';
  assert.equal(await ok('SELECT a, s FROM victims WHERE a = 1', { user }), '1\tkept\n');
  assert.equal(await ok("SELECT format('{}-{}', 1, 2) FORMAT CSV", { user }), '"1-2"\n');
  assert.equal(
    await ok('WITH 2 AS two SELECT two SETTINGS max_threads = 2', { user, search: '?max_threads=2' }),
    '2\n',
  );
  assert.match(await ok('SHOW TABLES', { user }), /^victims$/m);
  assert.match(await ok('EXPLAIN SELECT a FROM victims', { user }), /default\.victims/);
  assert.match(await ok('DESCRIBE victims', { user }), /^a\tUInt8/);
});

test('one who may only read is refused everything else, with the code of the real server', async () => {
  const file = join(outside, 'stolen');
  const refused: [string, string][] = [
    ["INSERT INTO victims VALUES (2, 'x')", '164'],
    ['INSERT INTO victims SELECT 2, currentDatabase()', '164'],
    ['CREATE TABLE mine (a UInt8) ENGINE = Memory', '164'],
    ['CREATE TEMPORARY TABLE mine (a UInt8)', '164'],
    ['DROP TABLE victims', '164'],
    ['TRUNCATE TABLE victims', '164'],
    ['ALTER TABLE victims DELETE WHERE 1', '164'],
    ['SYSTEM STOP MERGES', '164'],
    ['KILL QUERY WHERE 1', '164'],
    ['SET max_threads = 1', '164'],
    ['SELECT 1 SETTINGS readonly = 0', '164'],
    ['SELECT 1; SELECT 2', '62'],
    ['SELECT 1; DROP TABLE victims', '62'],
    [`SELECT 1 INTO OUTFILE '${file}'`, '358'],
    ["SELECT * FROM file('/etc/hostname')", '164'],
    ["SELECT file('/etc/hostname')", '164'],
    ["SELECT `file`('/etc/hostname') FORMAT Null", '164'],
    ["SELECT FiLe/* a */('/etc/hostname')", '164'],
    ["SELECT ‘'’, file('/etc/hostname'), '’'", '164'],
    ["WITH (SELECT file('/etc/hostname')) AS x SELECT x FORMAT Parquet", '164'],
    ["DESCRIBE file('/etc/hostname')", '164'],
    ["SELECT * FROM '/etc/hostname'", '164'],
    ["SELECT * FROM url('http://127.0.0.1:1/', 'CSV', 'a UInt8')", '164'],
    ["SELECT * FROM s3('http://127.0.0.1:1/bucket/key', 'CSV', 'a UInt8')", '164'],
    ["SELECT * FROM eval('SELECT 1')", '164'],
    ["SELECT * FROM remote('127.0.0.1:1', default.victims)", '164'],
    ["EXPLAIN TABLE OVERRIDE mysql('127.0.0.1:1', 'b', 'c', 'd', 'e')", '164'],
    ["SELECT catboostEvaluate('/model', 1)", '497'],
    ['BACKUP TABLE victims TO Null', '164'],
    ['bad bad bad', '62'],
    ['SELECT * FROM no_such_table', '60'],
    ['', '62'],
  ];
  for (const [query, expected] of refused) {
    const { code, text } = await front.post(query, { user: 'analyst' });
    assert.equal(code, expected, `${query}: ${text}`);
    assert.match(text, new RegExp(`^Code: ${expected}\\. DB::Exception: [^]*\\([A-Z_]+\\) \\(version `));
  }
  assert.equal(existsSync(file), false);
  for (const name of ['readonly', 'dialect', 'implicit_select']) {
    assert.equal((await front.post('SELECT 1', { user: 'analyst', search: `?${name}=0` })).code, '164');
  }
  const session = { user: 'analyst', search: '?session_id=a&max_block_size=9' };
  assert.equal(await ok("SELECT getSetting('max_block_size')", session), '9\n');
  assert.equal(await ok("SELECT getSetting('max_block_size')", session), '9\n');
  assert.equal(await victims(), '1\n');
});

test('nobody runs two statements, writes files or reads them as data', async () => {
  const file = join(outside, 'result');
  assert.equal((await front.post('SELECT 1; DROP TABLE victims')).code, '62');
  assert.equal((await front.post('SELECT 1; bad bad bad')).code, '62');
  assert.equal((await front.post(`SELECT 1 INTO OUTFILE '${file}'`)).code, '358');
  assert.equal((await front.post("INSERT INTO victims FROM INFILE '/etc/hostname' FORMAT CSV")).code, '78');
  assert.equal(existsSync(file), false);
  assert.equal(await ok('SELECT 1;'), '1\n');
});

test('GET reads and does not write', async () => {
  const authorization = `Basic ${Buffer.from(`default:${password}`).toString('base64')}`;
  const get = async (query: string): Promise<Response> =>
    fetch(`${front.url}/?query=${encodeURIComponent(query)}`, { headers: { authorization } });
  assert.equal(await (await get('SELECT 1 + 1')).text(), '2\n');
  for (const query of [
    'DROP TABLE victims',
    "INSERT INTO victims VALUES (3, 'x')",
    'INSERT INTO victims SELECT 3, s FROM victims',
  ]) {
    const refused = await get(query);
    assert.equal(refused.headers.get('x-clickhouse-exception-code'), '164');
    assert.match(await refused.text(), /method GET implies readonly/);
  }
  assert.equal(await victims(), '1\n');
});

test('data that look like SQL stay data', async () => {
  await ok('CREATE TABLE texts (s String) ENGINE = MergeTree ORDER BY tuple()');
  await ok('INSERT INTO texts FORMAT CSV\n"a"\n\nDROP TABLE victims\n');
  await ok(`INSERT INTO texts FORMAT CSV\n"""; DROP TABLE victims; --"\n`);
  await ok("INSERT INTO texts VALUES ('\n\nDROP TABLE victims;'), ('b; DROP TABLE victims');");
  await ok('x"\n\n; DROP TABLE victims\n', {
    search: `?query=${encodeURIComponent('INSERT INTO texts FORMAT LineAsString')}`,
  });
  await ok('{"s":"\\n\\nDROP TABLE victims"}\n\n\n{"s":"DROP"}', {
    search: `?query=${encodeURIComponent('INSERT /* FORMAT CSV */ INTO texts -- VALUES\n (s) SETTINGS async_insert = 0 FORMAT JSONEachRow')}`,
  });
  assert.equal(await ok('SELECT count() FROM texts'), '11\n');
  assert.equal(await victims(), '1\n');
});

test('data that do not fit are refused, say where, and leave nothing', async () => {
  const { code, text } = await front.post('INSERT INTO victims FORMAT CSV\n2,"x"\nnot a number,"y"\n');
  assert.equal(code, '27');
  assert.match(text, /Row 2/);
  assert.doesNotMatch(text, /\/dev\/shm|insert-\d/);
  assert.equal((await front.post('INSERT INTO victims')).code, '62');
  assert.equal((await front.post('INSERT INTO victims NONSENSE 1')).code, '62');
  assert.equal(await victims(), '1\n');
});

test('an error in a query shows nothing of how the front runs it', async () => {
  const { status, code, text } = await front.post('SELECT 1 FROM WHERE WHERE');
  assert.deepEqual({ status, code }, { status: 400, code: '62' });
  assert.doesNotMatch(text, /OUTFILE '|pipe-/);
});

test('who is not who they say gets 516 and 403', async () => {
  const attempts: Record<string, string>[] = [
    {},
    { authorization: `Basic ${Buffer.from('default:wrong').toString('base64')}` },
    { authorization: `Basic ${Buffer.from('nobody:').toString('base64')}` },
    { authorization: 'Bearer abc' },
    { 'x-clickhouse-user': 'analyst', 'x-clickhouse-key': 'wrong' },
    { authorization: `Basic ${Buffer.from('analyst:analyst').toString('base64')}`, 'x-clickhouse-user': 'analyst' },
  ];
  for (const headers of attempts) {
    const response = await fetch(front.url, { method: 'POST', body: 'SELECT 1', headers });
    assert.equal(response.status, 403);
    assert.equal(response.headers.get('x-clickhouse-exception-code'), '516');
    assert.match(await response.text(), /^Code: 516\. .*\(AUTHENTICATION_FAILED\)/);
  }
  const named = { 'x-clickhouse-user': 'analyst', 'x-clickhouse-key': 'analyst' };
  assert.equal(await (await fetch(front.url, { method: 'POST', body: 'SELECT 1', headers: named })).text(), '1\n');
  assert.equal(await (await fetch(`${front.url}/?user=analyst&password=analyst&query=SELECT+1`)).text(), '1\n');
});

test('health is answered without a name', async () => {
  for (const path of ['/ping', '/replicas_status', '/']) {
    const response = await fetch(`${front.url}${path}`);
    assert.deepEqual([response.status, await response.text()], [200, 'Ok.\n']);
  }
  assert.equal((await fetch(`${front.url}/elsewhere`)).status, 404);
});

test('requests that the interface does not know are refused with a sentence', async () => {
  const refused: [string, string][] = [
    ['?compress=1', '48'],
    ['?role=admin', '512'],
    ['?session_id=x&session_timeout=99999', '374'],
    ['?session_id=unknown&session_check=1', '372'],
    ['?default_format=CSV;DROP', '73'],
    ['?default_format=NoSuchFormat', '73'],
    ['?param_a-b=1', '36'],
    ['?a%20b=1', '115'],
    ['?max_threads=abc', '27'],
    ['?database=nowhere', '81'],
  ];
  for (const [search, expected] of refused)
    assert.equal((await front.post('SELECT 1', { search })).code, expected, search);
  assert.equal((await front.post('SELECT 1', { headers: { 'content-encoding': 'zstd' } })).code, '48');
  assert.equal((await front.post('SELECT 1', { headers: { 'content-encoding': 'gzip' } })).code, '354');
  assert.equal(
    (await front.post('--x\r\n', { headers: { 'content-type': 'multipart/form-data; boundary=b' } })).code,
    '36',
  );
});

test('bodies come compressed in three ways, results in gzip only for those who ask', async () => {
  const authorization = `Basic ${Buffer.from(`default:${password}`).toString('base64')}`;
  const encoders = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync };
  for (const [encoding, encode] of Object.entries(encoders)) {
    const body = new Uint8Array(encode(Buffer.from('SELECT 42')));
    const response = await fetch(front.url, {
      method: 'POST',
      body,
      headers: { authorization, 'content-encoding': encoding },
    });
    assert.equal(await response.text(), '42\n');
  }
  const curl = async (url: string, header: string): Promise<Buffer> => {
    const args = ['-s', '-u', `default:${password}`, '-H', header, url, '--data-binary', 'SELECT 42'];
    return (await promisify(execFile)('curl', args, { encoding: 'buffer' })).stdout;
  };
  assert.equal(
    gunzipSync(await curl(`${front.url}/?enable_http_compression=1`, 'Accept-Encoding: gzip')).toString(),
    '42\n',
  );
  assert.equal((await curl(front.url, 'Accept-Encoding: gzip')).toString(), '42\n');
  assert.equal(
    (await curl(`${front.url}/?enable_http_compression=1`, 'Accept-Encoding: br, gzip;q=0')).toString(),
    '42\n',
  );
});

test('a held result has its final status', async () => {
  const query = 'SELECT throwIf(number = 900000) FROM numbers(1000000)';
  assert.equal((await front.post(query, { search: '?wait_end_of_query=1' })).status, 500);
  const streamed = await front.post(query);
  assert.equal(streamed.status, 200);
  const tag = streamed.headers.get('x-clickhouse-exception-tag');
  assert.ok(streamed.text.endsWith(`${tag}\r\n__exception__\r\n`));
  assert.equal(await ok('SELECT 1 AS a', { search: '?wait_end_of_query=1&default_format=CSVWithNames' }), '"a"\n1\n');
});

test('every format is one document, streamed or not', async () => {
  const csv = await ok('SELECT number FROM numbers(200000) FORMAT CSVWithNames');
  assert.equal(csv.split('\n').filter((line) => line === '"number"').length, 1);
  assert.equal(await ok('SELECT number FROM numbers(0) FORMAT CSVWithNames'), '"number"\n');
  const json = JSON.parse(await ok('SELECT number FROM numbers(200000) FORMAT JSON')) as {
    rows: number;
    data: unknown[];
  };
  assert.deepEqual([json.rows, json.data.length], [200_000, 200_000]);
});

test('an insert whose client leaves half-way leaves nothing', async () => {
  const authorization = Buffer.from(`default:${password}`).toString('base64');
  const query = encodeURIComponent('INSERT INTO victims FORMAT CSV');
  const half = '7,"half"\n'.repeat(50_000);
  const spooled = (): number =>
    readdirSync(scratchDirOf(front.dataDir)).filter((name) => name.startsWith('insert-')).length;
  const socket = connect(front.port, '127.0.0.1');
  socket.write(
    `POST /?query=${query} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic ${authorization}\r\nContent-Length: 1000000\r\n\r\n${half}`,
  );
  await until(() => spooled() === 1);
  socket.destroy();
  await until(() => spooled() === 0);
  assert.equal(await victims(), '1\n');
});
