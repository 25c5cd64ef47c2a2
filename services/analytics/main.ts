// The analytics service: carries readings, sessions and dimensions into ClickHouse, and answers questions about them.
import { readSecrets } from '#contracts/secrets';
import { deadLettersOf, topicsFor, type Topic } from '#contracts/topics';
import { ensureTopics } from '#kit/event-log/topics';
import { openLogWriter } from '#kit/event-log/writer';
import { createHttp, listen } from '#kit/http';
import { Lifecycle, type RunningService } from '#kit/lifecycle';
import { createLogger, type Logger } from '#kit/logger';
import { openDatabase } from '#kit/postgres';
import { addEnergyRoute } from './api/energy.ts';
import { addFrameRoute } from './api/frames.ts';
import { addReadingRoutes } from './api/readings.ts';
import { analyticsConfig, logSettings, type AnalyticsConfig } from './config.ts';
import { runSinks } from './run-sinks.ts';
import type { SinkTopics } from './sinks/all.ts';
import { openTimeseries } from './timeseries.ts';

const name = 'analytics';

export async function start(environment: NodeJS.ProcessEnv): Promise<RunningService> {
  const config = analyticsConfig(environment);
  const { internalToken } = readSecrets(config.secretsFile);
  return startAnalytics(config, topicsFor(config.partitions), internalToken);
}

/** Starts with the given topics; tests have their own. Throws a Fault where the log or Postgres does not allow it. */
export async function startAnalytics(
  config: AnalyticsConfig,
  topics: SinkTopics,
  internalToken: string,
): Promise<RunningService> {
  const logger = createLogger(name);
  const lifecycle = new Lifecycle(logger);
  try {
    const url = await startParts(config, topics, { internalToken, logger, lifecycle });
    return { name, url, close: () => lifecycle.close() };
  } catch (error) {
    await lifecycle.close();
    throw error;
  }
}

type Around = { readonly internalToken: string; readonly logger: Logger; readonly lifecycle: Lifecycle };

async function startParts(
  config: AnalyticsConfig,
  topics: SinkTopics,
  { internalToken, logger, lifecycle }: Around,
): Promise<string> {
  const { brokers, replicationFactor, databaseUrl: url, databasePoolMax: poolMax } = config;
  const read: Topic[] = [topics.events, topics.sessions, topics.registryChanges, topics.frames];
  await ensureTopics(brokers, [...read, ...read.map(deadLettersOf)], { replicationFactor });
  const database = lifecycle.add('database', await openDatabase({ url, role: name, schema: name, poolMax, logger }));
  const writer = lifecycle.add('log', await openLogWriter({ ...logSettings, brokers, clientId: name }, logger));
  const clickhouse = lifecycle.add(
    'clickhouse',
    openTimeseries({ url: config.clickhouseUrl, database: config.clickhouseDatabase }),
  );
  const sinks = lifecycle.add('sinks', runSinks({ config, topics, clickhouse, database, writer, logger }));
  const api = lifecycle.add('http', createHttp({ service: name, logger, internalToken, notReady: sinks.notReady }));
  addReadingRoutes(api, clickhouse);
  addEnergyRoute(api, clickhouse);
  addFrameRoute(api, clickhouse);
  return listen(api, config.host, config.port);
}
