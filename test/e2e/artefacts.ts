// Everything that a platform leaves behind or shows, piece by piece: records, rows, log lines, metrics, answers of its API.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { allTopics, topicsFor } from '#contracts/topics';
import { rootDir } from '#infra/local/paths';
import { openLogReader } from '#kit/event-log/reader';
import type { LogReader, LogRecord } from '#kit/event-log/types';
import { createLogger } from '#kit/logger';
import type { Trial } from '#load-tests/bench/trial';
import { clickhouse, type Operator } from './operator-client.ts';

/** One record, row, file or answer, and where it lies: `kafka <topic> <type>`, `postgres <table>`, `api <path>` … */
export type Artefact = { readonly where: string; readonly text: string };

/** Every record of every topic, as bytes in latin1. */
export async function* recordsOf(trial: Trial): AsyncGenerator<Artefact> {
  for (const { name } of allTopics(topicsFor(24))) yield* recordsOfTopic(trial, name);
}

async function* recordsOfTopic(trial: Trial, topic: string): AsyncGenerator<Artefact> {
  const brokers = (trial.environment['KAFKA_BROKERS'] ?? '').split(',');
  const bounds = { fetchWaitMs: 50, fetchBytesMax: 1 << 20, bufferBytesMax: 8 << 20, onLost: () => undefined };
  const logger = createLogger('test', 'silent');
  const reader = await openLogReader({ ...bounds, brokers, clientId: 'secrets-test', topic }, logger);
  const left = await beginAll(reader);
  while (left.size > 0) {
    for (const { partition, records } of await reader.next(1_000)) {
      for (const record of records) yield artefactOf(topic, record);
      const reached = records.at(-1)?.offset ?? -1;
      if (reached + 1 >= (left.get(partition) ?? 0)) left.delete(partition);
    }
  }
  await reader.close();
}

/** Where the partitions end that hold something now. */
async function beginAll(reader: LogReader): Promise<Map<number, number>> {
  const [starts, ends] = [await reader.startOffsets(), await reader.endOffsets()];
  const left = new Map([...ends].filter(([partition, end]) => end > (starts.get(partition) ?? 0)));
  for (const partition of left.keys()) reader.assign(partition, starts.get(partition) ?? 0);
  return left;
}

function artefactOf(topic: string, { key, type, value }: LogRecord): Artefact {
  return { where: `kafka ${topic} ${type}`, text: `${key} ${value?.toString('latin1') ?? ''}` };
}

/** Every row of every table, of whichever service; bytea as hexadecimal digits. */
export async function* rowsOf(trial: Trial): AsyncGenerator<Artefact> {
  const client = new pg.Client({ connectionString: trial.environment['DATABASE_URL'] });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind in ('r', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`,
    );
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(`select t::text as row from ${name} as t`);
      for (const { row } of rows) yield { where: `postgres ${name}`, text: row };
    }
  } finally {
    await client.end();
  }
}

/** Every table of readings and frames. */
export async function* readingsOf(trial: Trial): AsyncGenerator<Artefact> {
  const tables = await clickhouse<{ name: string }>(
    trial,
    "SELECT name FROM system.tables WHERE database = 'chargestream' AND engine LIKE '%MergeTree%'",
  );
  for (const { name } of tables)
    for (const row of await clickhouse(trial, `SELECT * FROM chargestream.\`${name}\``))
      yield { where: `clickhouse ${name}`, text: JSON.stringify(row) };
}

/** What every process logged, and what it counts. */
export async function* tracesOf(trial: Trial): AsyncGenerator<Artefact> {
  for (const file of readdirSync(trial.logDir))
    for (const line of readFileSync(join(trial.logDir, file), 'utf8').split('\n'))
      yield { where: `log ${file}`, text: line };
  const { ocpp: _, ocpiPartners: _partners, stationFiles: _files, ...services } = trial.urls;
  for (const [name, url] of Object.entries(services))
    yield { where: `metrics ${name}`, text: await (await fetch(`${url}/metrics`)).text() };
}

type Operation = {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[];
};

/** Every list and every read of one station that the API offers, answered now; the stream of live events is none. */
export async function* answersOf(operator: Operator, stationId: string): AsyncGenerator<Artefact> {
  const document = JSON.parse(readFileSync(join(rootDir, 'contracts/operator-api.json'), 'utf8')) as {
    paths: Record<string, { get?: Operation }>;
  };
  const day = 86_400_000;
  const given: Readonly<Record<string, string>> = {
    stationId,
    from: new Date(Date.now() - day / 2).toISOString(),
    to: new Date(Date.now() + day / 4).toISOString(),
    groupBy: 'station',
    day: new Date().toISOString().slice(0, 10),
  };
  for (const [path, { get }] of Object.entries(document.paths)) {
    const filled = path.replace('{stationId}', stationId);
    if (get === undefined || filled.includes('{') || path === '/v1/live') continue;
    const wanted = (get.parameters ?? []).filter(({ in: place, required }) => place === 'query' && required === true);
    const query = new URLSearchParams(Object.fromEntries(wanted.map(({ name }) => [name, given[name] ?? ''])));
    const response = await operator.raw(query.size === 0 ? filled : `${filled}?${query.toString()}`);
    yield { where: `api ${path} ${response.status}`, text: await response.text() };
  }
}
