// Secrets: given a station that reads its key out to us and takes a new password, when all is over, then no artefact holds any of it.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { allTopics, topicsFor } from '#contracts/topics';
import { openLogReader } from '#kit/event-log/reader';
import { createLogger } from '#kit/logger';
import { startTrial, type Trial } from '#load-tests/bench/trial';
import { clickhouse, eventually, operatorOf, type Operator } from './operator-client.ts';
import { ScriptedStation } from './scripted-station.ts';

const stationId = 'SECRETIVE';
const card = 'CANARYCARD4711';
const readOut = 'CANARY-key-0815';
/** What must be found, so that a search that finds nothing is no blind one. */
const known = stationId;

let trial: Trial;
let operator: Operator;
let canaries: readonly string[] = [];

before(async () => {
  trial = await startTrial();
  operator = operatorOf(trial);
  const { password } = await operator.post<{ password: string }>('/v1/stations', { stationId });
  const port = Number(new URL(trial.urls.ocpp).port);
  const station = await ScriptedStation.connect({
    port,
    stationId,
    password,
    version: '1.6',
    answer: ({ action }) =>
      action === 'GetConfiguration'
        ? { configurationKey: [{ key: 'AuthorizationKey', readonly: false, value: readOut }] }
        : { status: 'Accepted' },
  });
  await station.boot();
  await station.ask('Authorize', { idTag: card });
  await operator.post(`/v1/stations/${stationId}/commands?waitSeconds=20`, {
    intent: 'ReadConfiguration',
    parameters: {},
  });
  const raw = {
    intent: 'SendCall',
    parameters: { action: 'ChangeConfiguration', payload: { key: 'AuthorizationKey', value: readOut } },
  };
  const refused = await operator.raw(`/v1/stations/${stationId}/commands`, {
    method: 'POST',
    body: JSON.stringify(raw),
  });
  assert.equal(refused.status, 422);
  assert.ok(!(await refused.text()).includes(readOut));
  await operator.post(`/v1/stations/${stationId}/credentials/rotations`, {});
  const rotated = await eventually('the station has its new password', async () =>
    station.calls.find(({ action }) => action === 'ChangeConfiguration'),
  );
  const fresh = String(rotated.payload['value']);
  assert.match(fresh, /^[0-9a-f]{40}$/);
  await eventually('the old password is dead', async () => {
    const { items } = await operator.get<{ items: { state: string }[] }>(
      `/v1/stations/${stationId}/credentials/rotations`,
    );
    return items[0]?.state === 'accepted' ? true : undefined;
  });
  canaries = [card, readOut, password, fresh];
  await eventually('its frames are in ClickHouse', async () => {
    const rows = await clickhouse(
      trial,
      `SELECT 1 FROM chargestream.frames WHERE station_id = '${stationId}' AND action = 'ChangeConfiguration'`,
    );
    return rows.length > 0 ? true : undefined;
  });
  station.close();
});
after(() => trial?.close());

/** Throws where a text holds a canary; says whether it holds what is known. */
function search(where: string, text: string): boolean {
  for (const canary of canaries) {
    for (const form of [
      canary,
      Buffer.from(canary).toString('hex'),
      Buffer.from(canary).toString('base64').slice(0, -4),
    ])
      assert.ok(
        !text.includes(form),
        `${where} holds ${canary === card ? 'a card' : 'a secret'}: ${text.slice(Math.max(0, text.indexOf(form) - 200), text.indexOf(form) + 60)}`,
      );
  }
  return text.includes(known);
}

test('no topic holds them', async () => {
  let found = false;
  for (const { name } of allTopics(topicsFor(24))) found = (await searchTopic(name)) || found;
  assert.ok(found, 'the search of topics is blind');
});

async function searchTopic(topic: string): Promise<boolean> {
  const brokers = (trial.environment['KAFKA_BROKERS'] ?? '').split(',');
  const bounds = { fetchWaitMs: 50, fetchBytesMax: 1 << 20, bufferBytesMax: 8 << 20, onLost: () => undefined };
  const logger = createLogger('test', 'silent');
  const reader = await openLogReader({ ...bounds, brokers, clientId: 'secrets-test', topic }, logger);
  const starts = await reader.startOffsets();
  const left = new Map([...(await reader.endOffsets())].filter(([at, end]) => end > (starts.get(at) ?? 0)));
  for (const partition of left.keys()) reader.assign(partition, starts.get(partition) ?? 0);
  let found = false;
  while (left.size > 0) {
    for (const { partition, records } of await reader.next(1_000)) {
      const text = records.map(({ key, value }) => `${key} ${value?.toString('latin1') ?? ''}`).join('\n');
      found = search(topic, text) || found;
      if ((records.at(-1)?.offset ?? -1) + 1 >= (left.get(partition) ?? 0)) left.delete(partition);
    }
  }
  await reader.close();
  return found;
}

test('no table of any service holds them', async () => {
  const client = new pg.Client({ connectionString: trial.environment['DATABASE_URL'] });
  await client.connect();
  let found = false;
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
       where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
    );
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(`select t::text as row from ${name} as t`);
      for (const { row } of rows) found = search(name, row) || found;
    }
  } finally {
    await client.end();
  }
  assert.ok(found, 'the search of tables is blind');
});

test('ClickHouse does not hold them', async () => {
  const tables = await clickhouse<{ name: string }>(
    trial,
    "SELECT name FROM system.tables WHERE database = 'chargestream' AND engine LIKE '%MergeTree%'",
  );
  let found = false;
  for (const { name } of tables) {
    const rows = await clickhouse(trial, `SELECT * FROM chargestream.\`${name}\``);
    found = search(name, JSON.stringify(rows)) || found;
  }
  assert.ok(found, 'the search of ClickHouse is blind');
});

test('no log file and no answer of the API holds them', async () => {
  for (const file of readdirSync(trial.logDir)) search(file, readFileSync(join(trial.logDir, file), 'utf8'));
  let found = false;
  for (const path of ['', '/state', '/variables', '/credentials', '/credentials/rotations', '/security-events'])
    found = search(path, await (await operator.raw(`/v1/stations/${stationId}${path}`)).text()) || found;
  search('commands', await (await operator.raw(`/v1/commands?stationId=${stationId}`)).text());
  assert.ok(found, 'the search of answers is blind');
});
