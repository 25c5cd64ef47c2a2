// The sessions service on a real log and a real database: rows, answers and emissions, over a restart and a fresh fold.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { decodeAs, decodeRecord, encodeRecord, type AnyRecord } from '#contracts/codec';
import type { ActiveSession } from '#contracts/generated/types';
import { partitionOf, stationKey } from '#contracts/keys';
import { topicsFor, type Topic } from '#contracts/topics';
import { openLogReader } from '#kit/event-log/reader';
import type { LogRecord, LogWriter } from '#kit/event-log/types';
import { openLogWriter } from '#kit/event-log/writer';
import type { RunningService } from '#kit/lifecycle';
import { createLogger } from '#kit/logger';
import { logSettings } from '#services/sessions/config';
import { start } from '#services/sessions/main';
import { until } from '#test/support/until';
import { Station, minuteMs, noon, register, type SessionEvent } from './station-tale.ts';

// Parked keys are part of the tale and need no lines in the test's output.
process.env['LOG_LEVEL'] = 'silent';
const partitions = 24;
const topics = topicsFor(partitions);
const brokers = (process.env['KAFKA_BROKERS'] ?? '').split(',');
const loginUrl = process.env['DATABASE_URL'] ?? '';
const folder = mkdtempSync(join(tmpdir(), 'sessions-test-'));
const internalToken = randomBytes(16).toString('hex');
// Other test files append to the same topics: this tenant is ours alone.
const tenantId = `t-${randomBytes(4).toString('hex')}`;
const databases: string[] = [];
const logger = createLogger('test', 'silent');

let writer: LogWriter;
let service: RunningService;
let environment: NodeJS.ProcessEnv;

before(async () => {
  writeFileSync(
    join(folder, 'secrets.json'),
    JSON.stringify({ internalToken, demoOperatorKey: 'x'.repeat(32), tenantKeySeed: '0'.repeat(64) }),
  );
  environment = await freshDatabase();
  service = await start(environment);
  writer = await openLogWriter({ ...logSettings, brokers, clientId: 'test' }, logger);
});

after(async () => {
  await writer.close();
  await service.close();
  await asLogin(async (login) => {
    for (const name of databases) await login.query(`drop database ${name} with (force)`);
  });
  rmSync(folder, { recursive: true });
});

test('what stations report becomes rows, answers and emissions', async () => {
  const station = new Station('CS-A', tenantId);
  await append([
    station.started16({ meterStart: 1_000 }),
    station.metered({ readings: [register(10, 2_000), register(20, 3_000)] }),
    station.ended16({ at: noon + 30 * minuteMs, meterStop: 6_021, reason: 'EVDisconnected' }),
    station.started16({ at: noon + 60 * minuteMs, transactionId: '7002', meterStart: 6_021 }),
  ]);
  const page = await answered<Page>('/v1/sessions?stationId=CS-A', ({ items }) => items.length === 2);
  const [running, done] = page.items;
  assert.ok(running !== undefined && done !== undefined);
  assert.deepEqual([running.state, running.transactionId, running.energyMilliWh], ['charging', '7002', 0]);
  assert.deepEqual(
    [done.state, done.energyMilliWh, done.energyKwh, done.startedAt, done.endedAt, done.stopReason, done.flags],
    ['ended', 5_021_000, '5.021', '2026-03-01T12:00:00.000Z', '2026-03-01T12:30:00.000Z', 'EVDisconnected', []],
  );
  assert.deepEqual(await get(`/v1/sessions/${done.sessionId}`), { status: 200, body: done });
  assert.deepEqual((await get('/v1/sessions-summary?day=2026-03-01')).body, {
    day: '2026-03-01',
    charging: 1,
    ended: 1,
    energyMilliWh: 5_021_000,
    energyKwh: '5.021',
  });
  const spoken = await emissionsOf(done.sessionId);
  assert.deepEqual(
    spoken.map(({ type }) => type),
    ['SessionStarted', 'SessionUpdated', 'SessionEnded'],
  );
  assert.ok(spoken.every((record) => 'generation' in record && record.generation === 1));
  assert.equal((await activeOf(running.sessionId))?.transactionId, '7002');
  // Services of other test files that fold this log may just say again that it began; they say its end as well.
  await until(async () => (await activeOf(done.sessionId)) === undefined, 'the ended session to be gone');
});

test('lists are filtered, paged newest first, and each tenant sees its own', async () => {
  const station = new Station('CS-B', tenantId);
  const starts = [0, 1, 2, 3, 4].map((n) =>
    station.started2({ transactionId: `b-${n}`, evseId: n + 1, at: noon + n * minuteMs, remoteStartId: n }),
  );
  await append([...starts, station.ended2({ transactionId: 'b-1', evseId: 2, at: noon + 9 * minuteMs })]);
  await append([station.ended16({ transactionId: '999', at: noon + 10 * minuteMs })]);
  await answered<Page>('/v1/sessions?stationId=CS-B', ({ items }) => items.length === 6);
  const seen: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const path: string = `/v1/sessions?stationId=CS-B&limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`;
    const { items, nextCursor } = (await get(path)).body as Page;
    seen.push(...items.map(({ transactionId }) => transactionId));
    cursor = nextCursor;
  }
  assert.deepEqual(seen, ['999', 'b-4', 'b-3', 'b-2', 'b-1', 'b-0']);
  const count = async (query: string) =>
    ((await get(`/v1/sessions?stationId=CS-B&${query}`)).body as Page).items.length;
  assert.equal(await count('state=ended'), 2);
  assert.equal(await count('flagged=true'), 1);
  assert.equal(await count('flagged=false&state=charging'), 4);
  assert.equal(await count('transactionId=b-2'), 1);
  assert.equal(await count(`from=${encodeURIComponent('2026-03-01T13:01:00+01:00')}&to=2026-03-01T12:03:00Z`), 2);
  assert.equal(await count(`tokenRef=${'0'.repeat(32)}`), 0);
  assert.deepEqual(((await get('/v1/sessions', 'another')).body as Page).items, []);
});

test('a malformed request is told each fault by its path; a stranger is told nothing', async () => {
  const refused = await get('/v1/sessions?limit=5000');
  assert.equal(refused.status, 400);
  assert.match(JSON.stringify(refused.body), /querystring\/limit/);
  for (const query of ['cursor=bm9uZQ', 'from=2026-13-45T00:00:00Z', 'from=yesterday', 'state=paused', 'nonsense=1']) {
    assert.equal((await get(`/v1/sessions?${query}`)).status, 400, query);
  }
  assert.equal((await get('/v1/sessions-summary?day=2026-13-45')).status, 400);
  assert.equal((await get('/v1/sessions/00000000-0000-8000-8000-000000000000')).status, 404);
  assert.equal((await fetch(`${service.url}/v1/sessions`)).status, 401);
});

test('the platform team sees how far the fold is and may try parked stations again; others may not', async () => {
  const station = new Station('CS-P', tenantId);
  const [good] = [station.started16({})];
  const key = stationKey(tenantId, 'CS-P');
  const partition = partitionOf(key, partitions);
  await writer.append(topics.events.name, partition, [
    { key, type: 'TransactionStarted', value: Buffer.from('poison') },
  ]);
  await append([good]);
  const parked = await answered<Status>('/v1/projections/sessions', ({ parkedKeys }) => parkedKeys === 1, 'platform');
  assert.equal(parked.parked[0]?.key, key);
  assert.ok(parked.partitions.every(({ stopped }) => stopped === null));
  assert.equal((await get('/v1/projections/sessions')).status, 403);
  const redrive = await fetch(`${service.url}/v1/projections/sessions/redrive`, {
    method: 'POST',
    headers: { ...headersOf(tenantId, 'platform'), 'content-type': 'application/json' },
    body: JSON.stringify({ key }),
  });
  assert.equal(redrive.status, 200);
  const { stillParked } = (await redrive.json()) as { stillParked: { key: string }[] };
  assert.deepEqual(
    stillParked.map((each) => each.key),
    [key],
  );
});

test('a restart in the middle of a session changes nothing, and a fresh fold of the same log leaves the same rows', async () => {
  const stations = Array.from({ length: 20 }, (_, n) => new Station(`CS-R${n}`, tenantId));
  const begun = stations.flatMap((station) => [
    station.started2({ transactionId: 'r' }),
    station.metered({ transactionId: 'r', readings: [register(1, 100), register(2, 200)] }),
  ]);
  await append(begun);
  await answered<Page>('/v1/sessions?transactionId=r', ({ items }) => items.length === stations.length);
  await service.close();
  const rest = stations.flatMap((station) => [
    station.metered({ transactionId: 'r', readings: [register(3, 300, 'Transaction.End')] }),
    station.ended2({ transactionId: 'r', at: noon + 3 * minuteMs }),
  ]);
  await append(rest);
  service = await start(environment);
  const { items } = await answered<Page>(
    '/v1/sessions?transactionId=r&state=ended',
    (page) => page.items.length === stations.length,
  );
  assert.ok(items.every(({ energyMilliWh, flags }) => energyMilliWh === 200_000 && flags.length === 0));
  const live = await dump(environment);

  await service.close();
  const fresh = await freshDatabase();
  service = await start(fresh);
  await answered<Status>(
    '/v1/projections/sessions',
    (status) => status.partitions.every(({ nextOffset, endOffset }) => nextOffset >= endOffset),
    'platform',
  );
  await answered<Page>('/v1/sessions?transactionId=r&state=ended', (page) => page.items.length === stations.length);
  assert.deepEqual(await dump(fresh), live);
  environment = fresh;
});

type Shown = {
  sessionId: string;
  transactionId: string;
  state: string;
  startedAt: string;
  endedAt: string | null;
  energyMilliWh: number | null;
  energyKwh: string | null;
  stopReason: string | null;
  flags: string[];
};
type Page = { items: Shown[]; nextCursor: string | null };
type Status = {
  parkedKeys: number;
  parked: { key: string }[];
  partitions: { nextOffset: number; endOffset: number; stopped: string | null }[];
};

async function append(events: readonly SessionEvent[]): Promise<void> {
  for (const event of events) {
    const key = stationKey(event.meta.tenantId, event.meta.stationId);
    const { type, ...content } = event;
    const value = encodeRecord(type, content as never);
    await writer.append(topics.events.name, partitionOf(key, partitions), [{ key, type, value }]);
  }
}

function headersOf(tenant: string, role: string): Record<string, string> {
  return { authorization: `Bearer ${internalToken}`, 'x-tenant-id': tenant, 'x-actor': 'test', 'x-role': role };
}

async function get(path: string, tenant = tenantId, role = 'viewer'): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${service.url}${path}`, { headers: headersOf(tenant, role) });
  return { status: response.status, body: await response.json() };
}

/** Asks until the answer is as wanted; the file's timeout ends it. */
async function answered<Body>(path: string, wanted: (body: Body) => boolean, role = 'viewer'): Promise<Body> {
  for (;;) {
    const { status, body } = await get(path, tenantId, role);
    assert.equal(status, 200, JSON.stringify(body));
    if (wanted(body as Body)) return body as Body;
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
}

/** Everything in the topic of sessions about one session, in its order. */
async function emissionsOf(sessionId: string): Promise<AnyRecord[]> {
  const records = await readAll(topics.sessions, partitionOf(`${tenantId}/${sessionId}`, partitions));
  const ours = records.filter(({ key }) => key === `${tenantId}/${sessionId}`);
  // Services of other test files fold this log too, and say the same, byte for byte: readers drop it, and so do we.
  return [...new Set(ours.map(({ value }) => value?.toString('hex') ?? ''))].map((hex) =>
    decodeRecord(Buffer.from(hex, 'hex')),
  );
}

/** What the compacted topic holds of a session, for gateways. */
async function activeOf(sessionId: string): Promise<ActiveSession | undefined> {
  const key = `${tenantId}/${sessionId}`;
  const { activeSessions } = topics;
  const records = await readAll(activeSessions, partitionOf(key, activeSessions.partitions));
  const last = records.findLast((record) => record.key === key)?.value;
  return last === null || last === undefined ? undefined : decodeAs('ActiveSession', last);
}

async function readAll(topic: Topic, partition: number): Promise<LogRecord[]> {
  const options = { ...logSettings, brokers, clientId: 'test', topic: topic.name, onLost: () => {} };
  const reader = await openLogReader(options, logger);
  const end = (await reader.endOffsets()).get(partition) ?? 0;
  reader.assign(partition, 0);
  const records: LogRecord[] = [];
  while ((records.at(-1)?.offset ?? -1) + 1 < end) {
    for (const batch of await reader.next(10_000)) records.push(...batch.records);
  }
  await reader.close();
  return records;
}

async function dump({ DATABASE_URL: url }: NodeJS.ProcessEnv): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ line: unknown }>(
    'select to_jsonb(s) as line from sessions_1.sessions s where tenant_id = $1 order by session_id',
    [tenantId],
  );
  const { rows: marks } = await client.query<{ line: unknown }>(
    'select to_jsonb(a) as line from sessions_1.applied_connections a where tenant_id = $1 order by station_id',
    [tenantId],
  );
  await client.end();
  assert.ok(rows.length > 20 && marks.length > 20);
  return [...rows, ...marks].map(({ line }) => line);
}

async function freshDatabase(): Promise<NodeJS.ProcessEnv> {
  const name = `sessions_${randomBytes(4).toString('hex')}`;
  databases.push(name);
  await asLogin((login) => login.query(`create database ${name}`));
  const url = new URL(loginUrl);
  url.pathname = `/${name}`;
  return {
    KAFKA_BROKERS: brokers.join(','),
    DATABASE_URL: url.href,
    SECRETS_FILE: join(folder, 'secrets.json'),
    EVENT_PARTITIONS: String(partitions),
    SESSIONS_PORT: '0',
  };
}

async function asLogin(fn: (login: pg.Client) => Promise<unknown>): Promise<void> {
  const login = new pg.Client({ connectionString: loginUrl });
  await login.connect();
  await fn(login);
  await login.end();
}
