// Files between operators and stations: given a link, then its station moves one file through it, once; nobody else does.
import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, utimes, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { openDisk, ourDirectory } from '#services/stations/files/disk';
import { sweep } from '#services/stations/files/sweeper';
import { eventually, FakeGateway, openRig, type Rig } from '../rig.ts';

let rig: Rig;
let gateway: FakeGateway;
const firmware = randomBytes(300_000);
const uploadBytesMax = 50_000;
const hourMs = 3_600_000;

before(async () => {
  rig = await openRig({
    environment: { LEASE_TIMEOUT_MS: '600000', STATION_UPLOAD_BYTES_MAX: String(uploadBytesMax) },
  });
  gateway = await FakeGateway.open(rig);
  for (const stationId of ['F-1', 'F-2']) {
    await rig.register(stationId);
    await eventually(
      () => rig.ask('GET', `/v1/stations/${stationId}/state`),
      ({ status }) => status === 200,
      'the station',
    );
    await gateway.connect(stationId);
  }
  assert.equal((await give('fw-2', firmware)).status, 201);
});

after(async () => {
  await gateway.close();
  await rig.close();
});

async function give(fileId: string, bytes: Buffer): Promise<{ status: number; body: Record<string, unknown> }> {
  const token = { authorization: `Bearer internal-token-of-the-test`, 'x-tenant-id': 'default', 'x-role': 'operator' };
  const headers = { ...token, 'content-type': 'application/octet-stream' };
  const response = await fetch(`${rig.url}/v1/files/${fileId}?name=fw.bin`, { method: 'PUT', headers, body: bytes });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** The location that the station is told for a command. */
async function told(stationId: string, intent: string, parameters: object): Promise<string> {
  const asked = await rig.ask('POST', `/v1/stations/${stationId}/commands`, { body: { intent, parameters } });
  assert.ok(asked.status === 200 || asked.status === 202, JSON.stringify(asked.body));
  const { commandId } = asked.body;
  const [command] = await eventually(
    async () => gateway.received.filter((each) => each.commandId === commandId),
    (seen) => seen.length > 0,
    'the command',
  );
  return (JSON.parse(command?.parametersJson ?? '') as { location: string }).location;
}

const update = (stationId = 'F-1') =>
  told(stationId, 'UpdateFirmware', { fileId: 'fw-2', retrieveAt: '2026-11-26T10:00:00Z' });

async function get(url: string, headers: Record<string, string> = {}): Promise<{ status: number; bytes: Buffer }> {
  const response = await fetch(url, { headers });
  return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()) };
}

/** Reads about so many bytes, then the line breaks. */
function getBroken(url: string, bytesWanted: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, (response) => {
      const chunks: Buffer[] = [];
      let got = 0;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        got += chunk.length;
        if (got >= bytesWanted) asked.destroy();
      });
      response.on('error', () => {});
      response.on('close', () => resolve(Buffer.concat(chunks)));
    });
    asked.on('error', reject);
    asked.end();
  });
}

test('firmware is downloaded once: the second whole download finds the link used', async () => {
  const url = await update();
  assert.match(url, /^http:.*\/download\/F-1\/once-[A-Za-z0-9_-]{43}\/fw\.bin$/);
  const head = await fetch(url, { method: 'HEAD' });
  assert.deepEqual([head.status, head.headers.get('content-length')], [200, String(firmware.length)]);
  const first = await get(url);
  assert.equal(first.status, 200);
  assert.ok(first.bytes.equals(firmware));
  await eventually(
    () => get(url),
    ({ status }) => status === 410,
    'the end of the link',
  );
});

test('a broken download resumes where it broke, as often as it must, and then the link is used', async () => {
  const url = await update();
  const begun = await getBroken(url, 100_000);
  assert.ok(begun.length < firmware.length);
  const rest = await get(url, { range: `bytes=${begun.length}-200000` });
  assert.equal(rest.status, 206);
  const last = await get(url, { range: 'bytes=200001-' });
  assert.ok(Buffer.concat([begun, rest.bytes, last.bytes]).equals(firmware));
  await eventually(
    () => get(url, { range: 'bytes=0-0' }),
    ({ status }) => status === 410,
    'the end of the link',
  );
});

test('parts that are read side by side use the link up once all have arrived, in whatever order', async () => {
  const url = await update();
  const parts = ['bytes=200000-', 'bytes=0-99999', 'bytes=100000-199999'];
  const early = await get(url, { range: parts[0] ?? '' });
  const rest = await Promise.all(parts.slice(1).map((range) => get(url, { range })));
  assert.ok(Buffer.concat([...rest, early].map(({ bytes }) => bytes)).equals(firmware));
  await eventually(
    () => get(url, { range: 'bytes=0-0' }),
    ({ status }) => status === 410,
    'the end of the link',
  );
});

test('a file of which one byte has not gone out is read on; with that byte the link is used', async () => {
  const url = await update();
  await get(url, { range: 'bytes=0-149999' });
  await get(url, { range: 'bytes=150001-' });
  assert.equal((await get(url, { range: 'bytes=0-0' })).status, 206);
  assert.equal((await get(url, { range: 'bytes=150000-150000' })).status, 206);
  await eventually(
    () => get(url, { range: 'bytes=0-0' }),
    ({ status }) => status === 410,
    'the end of the link',
  );
});

test('a range behind the end is 416, and a last part without the first does not use the link up', async () => {
  const url = await update();
  assert.equal((await get(url, { range: `bytes=${firmware.length}-` })).status, 416);
  assert.equal((await get(url, { range: 'bytes=-10' })).status, 206);
  assert.equal((await get(url)).status, 200);
});

test('a link is nothing at another station, with another token, method or way', async () => {
  const [url, other] = [await update('F-1'), await update('F-2')];
  const status = async (at: string, method = 'GET') => (await fetch(at, { method })).status;
  assert.equal(await status(url.replace('/F-1/', '/F-2/')), 404);
  assert.equal(await status(other.replace('/F-2/', '/F-1/')), 404);
  assert.equal(await status(url.replace(/once-.{3}/, 'once-AAA')), 404);
  assert.equal(await status(url.replace('/download/', '/upload/'), 'PUT'), 404);
  assert.equal(await status(url, 'PUT'), 405);
  assert.equal(await status(new URL('/', url).href), 404);
  assert.equal(await status(url), 200);
});

test('a file keeps its bytes; one that a station may read is not deleted, an unknown one is not named', async () => {
  assert.equal((await give('fw-2', firmware)).status, 200);
  assert.equal((await give('fw-2', Buffer.from('other'))).status, 409);
  const { body } = await rig.ask('GET', '/v1/files/fw-2');
  assert.deepEqual(
    [body['bytes'], body['sha256'], body['name']],
    [firmware.length, createHash('sha256').update(firmware).digest('hex'), 'fw.bin'],
  );
  await update('F-2');
  assert.equal((await rig.ask('DELETE', '/v1/files/fw-2')).status, 409);
  assert.equal((await rig.ask('GET', '/v1/files/fw-2', { tenant: 'other' })).status, 404);
  const parameters = { fileId: 'fw-3', retrieveAt: '2026-11-26T10:00:00Z' };
  const unknown = await rig.ask('POST', '/v1/stations/F-1/commands', {
    body: { intent: 'UpdateFirmware', parameters },
  });
  assert.equal(unknown.status, 422);
  const neither = { intent: 'UpdateFirmware', parameters: { retrieveAt: '2026-11-26T10:00:00Z' } };
  assert.equal((await rig.ask('POST', '/v1/stations/F-1/commands', { body: neither })).status, 400);
});

test('a log is uploaded once, kept, listed and read by operators of its tenant; its link stands in the command alone', async () => {
  const url = await told('F-1', 'UploadLog', { log: 'diagnostics' });
  const put = (body: Buffer, at = url) => fetch(at, { method: 'PUT', body: body });
  assert.equal((await put(Buffer.alloc(uploadBytesMax + 1))).status, 413);
  const log = randomBytes(uploadBytesMax);
  assert.equal((await put(log, `${url}/../diag 1.zip`)).status, 404);
  assert.equal((await put(log, `${url}/diag%201.zip`)).status, 201);
  assert.equal((await put(log)).status, 410);
  const { items } = (await rig.ask('GET', '/v1/stations/F-1/files')).body as {
    items: { fileId: string; name: string; bytes: number }[];
  };
  assert.deepEqual(
    items.map(({ name, bytes }) => [name, bytes]),
    [['diag_1.zip', uploadBytesMax]],
  );
  const path = `/v1/stations/F-1/files/${items[0]?.fileId}/content`;
  const token = { authorization: 'Bearer internal-token-of-the-test' };
  const read = await get(rig.url + path, { ...token, 'x-tenant-id': 'default' });
  assert.ok(read.bytes.equals(log));
  assert.equal((await get(rig.url + path, { ...token, 'x-tenant-id': 'other' })).status, 404);
  const shown = JSON.stringify((await rig.ask('GET', '/v1/commands?stationId=F-1')).body);
  assert.ok(shown.includes('/upload/F-1/[redacted]') && !shown.includes('once-'));
});

test('a station that posts a form uploads as well; a form without a file leaves the link open', async () => {
  const url = await told('F-2', 'UploadLog', { log: 'security' });
  const form = new FormData();
  form.set('comment', 'none');
  assert.equal((await fetch(url, { method: 'POST', body: form })).status, 400);
  form.set('file', new Blob(['log\r\nlines']), 'security.log');
  assert.equal((await fetch(url, { method: 'POST', body: form })).status, 201);
  const { items } = (await rig.ask('GET', '/v1/stations/F-2/files')).body as { items: { name: string; md5: string }[] };
  assert.deepEqual(
    items.map(({ name, md5 }) => [name, md5]),
    [['security.log', createHash('md5').update('log\r\nlines').digest('hex')]],
  );
});

test('the same request under one idempotency key tells the station the same link', async () => {
  const body = { intent: 'UploadLog', parameters: { log: 'security' }, idempotencyKey: 'logs-1' };
  const first = await rig.ask('POST', '/v1/stations/F-1/commands', { body });
  const again = await rig.ask('POST', '/v1/stations/F-1/commands', { body });
  assert.ok(first.status < 300 && again.status < 300);
  assert.equal(again.body['commandId'], first.body['commandId']);
});

async function sql<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client({ connectionString: rig.database });
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}

test('a link serves until its time is over, and not after', async () => {
  const url = await update();
  const hash = createHash('sha256')
    .update(/once-[^/]*/.exec(url)?.[0] ?? '')
    .digest('hex');
  const endsIn = (ms: number) =>
    sql('update stations_own.file_links set expires_at_ms = $2 where token_sha256 = $1', [hash, Date.now() + ms]);
  await endsIn(60_000);
  assert.equal((await fetch(url, { method: 'HEAD' })).status, 200);
  await endsIn(-1);
  assert.equal((await fetch(url, { method: 'HEAD' })).status, 410);
});

/** Sends so much of a longer upload, then the line breaks. */
function putBroken(url: string, bytes: number): Promise<void> {
  return new Promise((resolve) => {
    const broken = request(url, { method: 'PUT', headers: { 'content-length': 40_000 } });
    broken.on('error', () => resolve());
    broken.write(Buffer.alloc(bytes, 'x'), () => setImmediate(() => broken.destroy(new Error('the line broke'))));
  });
}

type Upload = { readonly fileId: string; readonly name: string; readonly bytes: number; readonly truncated: boolean };
const uploadsOf = async (stationId: string): Promise<Upload[]> =>
  (await rig.ask('GET', `/v1/stations/${stationId}/files`)).body['items'] as Upload[];

test('what came before the line broke is kept apart, the longest of it, until the whole comes; two at once are one file', async () => {
  const before = (await uploadsOf('F-1')).length;
  const url = await told('F-1', 'UploadLog', { log: 'security' });
  const newest = async () => (await uploadsOf('F-1')).slice(0, -before);
  const longest = (bytes: number) =>
    eventually(
      newest,
      (uploads) => uploads.length === 1 && uploads[0]?.bytes === bytes && uploads[0].truncated,
      `${bytes} bytes of it`,
    );
  await putBroken(`${url}/a.log`, 20_000);
  await longest(20_000);
  await putBroken(`${url}/a.log`, 30_000);
  const [cut] = await longest(30_000);
  const token = { authorization: 'Bearer internal-token-of-the-test', 'x-tenant-id': 'default' };
  const read = await get(`${rig.url}/v1/stations/F-1/files/${cut?.fileId}/content`, token);
  assert.deepEqual([read.status, read.bytes.toString()], [200, 'x'.repeat(30_000)]);
  const both = await Promise.all(
    ['first', 'second'].map(async (body) => (await fetch(url, { method: 'PUT', body })).status),
  );
  assert.deepEqual(
    both.toSorted((a, b) => a - b),
    [201, 410],
  );
  assert.deepEqual(
    (await newest()).map(({ truncated, fileId }) => [truncated, `${fileId}.truncated`]),
    [[false, cut?.fileId]],
  );
});

test('what is over is dropped, and a stray of ours; what others put there is theirs', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'sweep-'));
  const [kept, over, stray, young, moved] = Array.from({ length: 5 }, () => randomUUID()) as [
    string,
    string,
    string,
    string,
    string,
  ];
  const old = new Date(Date.now() - 3 * hourMs);
  const lay = async (path: string, at = old) => {
    await writeFile(path, path);
    await utimes(path, at, at);
  };
  // Files of ours lay there once, without a directory of their own.
  await lay(join(parent, moved));
  await lay(join(parent, 'accounts.xlsx'));
  const disk = await openDisk(parent);
  const directory = join(parent, ourDirectory);
  for (const name of [kept, over, stray, `${stray}.part`, 'notes.txt']) await lay(join(directory, name));
  await lay(join(directory, young), new Date());
  const add = (name: string, expiresInMs: number) =>
    sql(
      `insert into stations_own.files values ('default', $1, 'upload', 'F-1', 'log.zip', 1, '', '', $1, 0, 'F-1', $2)`,
      [name, Date.now() + expiresInMs],
    );
  await add(kept, hourMs);
  await add(moved, hourMs);
  await add(over, -1);
  const database = { query: sql } as unknown as Parameters<typeof sweep>[0]['database'];
  const logger = undefined as unknown as Parameters<typeof sweep>[0]['logger'];
  await sweep({ database, disk, logger, now: Date.now });
  assert.deepEqual((await readdir(directory)).toSorted(), [kept, moved, young, 'notes.txt'].toSorted());
  assert.deepEqual((await readdir(parent)).toSorted(), ['accounts.xlsx', ourDirectory].toSorted());
});
