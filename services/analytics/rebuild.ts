// The rebuilds of this service's tables: each sink's, with those that views fill from them.
import assert from 'node:assert/strict';
import { topicsFor } from '#contracts/topics';
import type { TablePlan } from '#kit/clickhouse/twin-tables';
import type { Environment } from '#kit/env';
import { openLogReader } from '#kit/event-log/reader';
import { failpoint } from '#kit/failpoint';
import { Lifecycle } from '#kit/lifecycle';
import { createLogger } from '#kit/logger';
import { openDatabase } from '#kit/postgres';
import type { OpenReader } from '#kit/projection/owned-partitions';
import type { RebuildRun } from '#kit/projection/rebuild-run';
import { rebuildSink, type SinkRebuildParts } from '#kit/sink/rebuild';
import { analyticsConfig, logSettings, type AnalyticsConfig } from './config.ts';
import { sinksOf, type SinkTopics } from './sinks/all.ts';
import { insertingInto, openTimeseries } from './timeseries.ts';

/** What a sink's blocks go into, directly or through a view. */
export const sinkTables = {
  readings: {
    tables: ['meter_readings_raw', 'meter_samples_other', 'energy_15m_state', 'export_15m_state'],
    views: ['energy_15m_mv', 'export_15m_mv'],
  },
  session_facts: { tables: ['sessions_raw', 'session_map'], views: [] },
  dimensions: { tables: ['stations_raw', 'locations_raw'], views: [] },
  /** As far back as its topic reaches. */
  frames: { tables: ['frames_raw'], views: [] },
} as const satisfies Readonly<Record<string, TablePlan>>;

export type SinkName = keyof typeof sinkTables;

const poolMax = 6;
/** Comparing a table reads all of it. */
const requestTimeoutMs = 6 * 60 * 60 * 1000;

export function sinkRebuildOf(name: SinkName, environment: Environment): RebuildRun {
  const config = analyticsConfig(environment);
  return sinkRebuild(name, config, topicsFor(config.partitions));
}

/** Of the given topics and failpoints; tests have their own. */
export function sinkRebuild(
  name: SinkName,
  config: AnalyticsConfig,
  topics: SinkTopics,
  pass: SinkRebuildParts['pass'] = failpoint,
): RebuildRun {
  const sink = sinksOf(topics).find((each) => each.name === name);
  assert(sink !== undefined, `there is no sink ${name}`);
  const { databaseUrl: url, clickhouseUrl, clickhouseDatabase, brokers } = config;
  const clientId = `rebuild-${name}`;
  return async (mode, onProgress) => {
    const logger = createLogger(clientId, process.env['LOG_LEVEL'] ?? 'warn');
    const lifecycle = new Lifecycle(logger);
    try {
      const opening = { url, role: 'analytics', schema: 'analytics', poolMax, logger };
      const database = lifecycle.add('database', await openDatabase(opening));
      const timeseries = { url: clickhouseUrl, database: clickhouseDatabase, requestTimeoutMs };
      const clickhouse = lifecycle.add('clickhouse', openTimeseries(timeseries));
      const openReader: OpenReader = (topic, onLost) =>
        openLogReader({ ...logSettings, brokers, clientId, topic: topic.name, onLost }, logger);
      const insert = insertingInto(clickhouse);
      const plan = { ...sinkTables[name], sink };
      return await rebuildSink(plan, { database, clickhouse, insert, openReader, logger, onProgress, pass }, mode);
    } finally {
      await lifecycle.close();
    }
  };
}
