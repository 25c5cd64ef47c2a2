// Runs the sinks from the moment that ClickHouse and its tables stand, and says until then what is missing.
import type { ClickHouse } from '#kit/clickhouse';
import { openLogReader } from '#kit/event-log/reader';
import type { LogWriter } from '#kit/event-log/types';
import type { Closable } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';
import type { Database } from '#kit/postgres';
import { type RunningSink, runSink, type SinkStatus } from '#kit/sink/runner';
import { logSettings, type AnalyticsConfig } from './config.ts';
import { sinksOf, type SinkTopics } from './sinks/all.ts';
import { insertingInto, prepareTimeseries } from './timeseries.ts';

export type SinkParts = {
  readonly config: AnalyticsConfig;
  readonly topics: SinkTopics;
  readonly clickhouse: ClickHouse;
  readonly database: Database;
  readonly writer: LogWriter;
  readonly logger: Logger;
};

export type RunningSinks = Closable & {
  /** Why nothing is carried yet; undefined once the sinks run. */
  notReady(): string | undefined;
  status(): readonly SinkStatus[];
};

/** Starts at once; a fault that waiting does not mend ends the process. */
export function runSinks(parts: SinkParts): RunningSinks {
  const closing = new AbortController();
  const running: RunningSink[] = [];
  let isReady = false;
  const starting = start(parts, running, closing.signal).then((started) => {
    isReady = started;
  });
  return {
    notReady: () => (isReady ? undefined : 'the sinks wait for ClickHouse'),
    status: () => running.map((sink) => sink.status()),
    async close() {
      closing.abort();
      await starting;
      await Promise.all(running.map((sink) => sink.close()));
    },
  };
}

async function start(parts: SinkParts, running: RunningSink[], signal: AbortSignal): Promise<boolean> {
  const { config, topics, clickhouse, database, writer, logger } = parts;
  const timeseries = { url: config.clickhouseUrl, database: config.clickhouseDatabase };
  const stands = await prepareTimeseries(clickhouse, timeseries, { signal, logger });
  if (!stands) return false;
  for (const sink of sinksOf(topics)) {
    running.push(
      await runSink({
        ...sink,
        openReader: (topic, onLost) =>
          openLogReader(
            { ...logSettings, brokers: config.brokers, clientId: `analytics-${sink.name}`, topic: topic.name, onLost },
            logger,
          ),
        database,
        clickhouse: insertingInto(clickhouse),
        writer,
        logger,
        flushRecordsMax: config.flushRecordsMax,
        flushMs: config.flushMs,
      }),
    );
  }
  return true;
}
