// The analytics service on real parts, with topics, schemas and a ClickHouse database of its own.
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { encodeRecord, type RecordType } from '#contracts/codec';
import type { Records } from '#contracts/generated/types';
import { partitionOf } from '#contracts/keys';
import { topicsFor, type Topic } from '#contracts/topics';
import { type ClickHouse, openClickHouse } from '#kit/clickhouse';
import { openLogWriter } from '#kit/event-log/writer';
import type { RunningService } from '#kit/lifecycle';
import { createLogger } from '#kit/logger';
import { analyticsConfig } from '#services/analytics/config';
import { startAnalytics } from '#services/analytics/main';
import type { RebuildOutcome } from '#kit/projection/rebuild-run';
import { sinkRebuild, type SinkName } from '#services/analytics/rebuild';
import { createDatabase } from '#test/support/fresh-postgres';

export type Answer = { readonly status: number; readonly body: Record<string, unknown> };

export type AnalyticsRig = {
  readonly clickhouse: ClickHouse;
  /** Appends to the topic that carries the type. */
  append<T extends RecordType>(type: T, key: string, value: Records[T]): Promise<void>;
  get(path: string, tenant?: string): Promise<Answer>;
  /** Resolves with what the query answers once it fits. */
  eventually<Row>(text: string, fits: (rows: Row[]) => boolean): Promise<Row[]>;
  stop(): Promise<void>;
  /** As if it had crashed after each insert, before the position: while it is stopped. */
  forgetPositions(): Promise<void>;
  start(): Promise<void>;
  /** Rebuilds a sink's tables beside the running service. */
  rebuild(name: SinkName, options?: RebuildOptions): Promise<RebuildOutcome>;
  close(): Promise<void>;
};

export type RebuildOptions = { readonly dryRun?: boolean; readonly pass?: (name: string) => Promise<void> };

const internalToken = 'internal-token-of-tests';
const waitMs = 20_000;

export async function startAnalyticsRig(name: string): Promise<AnalyticsRig> {
  const suffix = randomBytes(4).toString('hex');
  const brokers = (process.env['KAFKA_BROKERS'] ?? '').split(',');
  const all = topicsFor(4);
  const prefixed = <T extends Topic>(topic: T): T => ({ ...topic, name: `${name}-${suffix}.${topic.name}` });
  const topics = {
    events: prefixed(all.events),
    sessions: prefixed(all.sessions),
    registryChanges: prefixed(all.registryChanges),
    frames: prefixed(all.frames),
  };
  const databaseUrl = await createDatabase(`${name}_${suffix}`);
  const clickhouseUrl = process.env['CLICKHOUSE_URL'] ?? '';
  const database = `${name}_${suffix}`;
  const config = analyticsConfig({
    KAFKA_BROKERS: brokers.join(','),
    DATABASE_URL: databaseUrl,
    CLICKHOUSE_URL: clickhouseUrl,
    CLICKHOUSE_DATABASE: database,
    ANALYTICS_PORT: '0',
  });
  const logger = createLogger('test', 'silent');
  const clickhouse = openClickHouse({ url: clickhouseUrl, database });
  let service: RunningService = await startAnalytics(config, topics, internalToken);
  const writer = await openLogWriter({ ...writing, brokers, clientId: `${name}-${suffix}` }, logger);
  return {
    clickhouse,
    async append(type, key, value) {
      const topic = Object.values(topics).find(({ types }) => (types as readonly string[]).includes(type));
      if (topic === undefined) throw new Error(`no topic of the rig carries ${type}`);
      const record = { key, type, value: encodeRecord(type, value) };
      await writer.append(topic.name, partitionOf(key, topic.partitions), [record]);
    },
    get: (path, tenant = 'default') => get(`${service.url ?? ''}${path}`, tenant),
    eventually: (text, fits) => eventually(clickhouse, text, fits),
    stop: () => service.close(),
    async forgetPositions() {
      const client = new pg.Client({ connectionString: databaseUrl });
      await client.connect();
      for (const sink of ['readings', 'session_facts', 'dimensions', 'frames'])
        await client.query(`update sink_${sink}.projection_position set next_offset = 0`);
      await client.end();
    },
    async start() {
      service = await startAnalytics(config, topics, internalToken);
    },
    rebuild: (sink, { dryRun = false, pass } = {}) => sinkRebuild(sink, config, topics, pass)({ dryRun }, () => {}),
    async close() {
      await service.close();
      await writer.close();
      await clickhouse.command(`DROP DATABASE IF EXISTS \`${database}\``);
      await clickhouse.close();
    },
  };
}

const writing = {
  lanes: 1,
  lingerMs: 1,
  batchRecordsMax: 1_000,
  batchBytesMax: 900_000,
  queueBytesMax: 16 * 1024 * 1024,
  appendTimeoutMs: 20_000,
  closeTimeoutMs: 5_000,
} as const;

async function get(url: string, tenant: string): Promise<Answer> {
  const headers = {
    authorization: `Bearer ${internalToken}`,
    'x-tenant-id': tenant,
    'x-actor': 'key-of-test',
    'x-role': 'viewer',
  };
  const response = await fetch(url, { headers });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function eventually<Row>(clickhouse: ClickHouse, text: string, fits: (rows: Row[]) => boolean): Promise<Row[]> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const rows = await clickhouse.query<Row>(text).catch(() => []);
    if (fits(rows)) return rows;
    if (performance.now() > deadline) throw new Error(`not seen in time: ${text}; last ${JSON.stringify(rows)}`);
    await delay(50);
  }
}
