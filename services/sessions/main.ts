// The sessions service: folds what stations report into sessions, says what became of them, and answers for them.
import { join } from 'node:path';
import { readSecrets } from '#contracts/secrets';
import { deadLettersOf, topicsFor, type Topics } from '#contracts/topics';
import { openLogReader } from '#kit/event-log/reader';
import { ensureTopics } from '#kit/event-log/topics';
import { openLogWriter } from '#kit/event-log/writer';
import { createHttp, listen } from '#kit/http';
import { Lifecycle, type RunningService } from '#kit/lifecycle';
import { createLogger, type Logger } from '#kit/logger';
import { openDatabase, type Database } from '#kit/postgres';
import { addProjectionRoutes } from '#kit/projection/routes';
import { runProjection, type RunningProjection } from '#kit/projection/runner';
import { prepareProjection } from '#kit/projection/schema';
import { watchActiveSessions } from './active-sessions.ts';
import { addSessionRoutes } from './api/sessions.ts';
import { addSummaryRoute } from './api/summary.ts';
import { logSettings, sessionsConfig, type SessionsConfig } from './config.ts';
import { sessionsProjection } from './projection.ts';

const name = 'sessions';

/** Starts the fold, then the API. Throws a Fault where the log, the database or the configuration does not allow it. */
export async function start(environment: NodeJS.ProcessEnv): Promise<RunningService> {
  const config = sessionsConfig(environment);
  const logger = createLogger(name);
  const lifecycle = new Lifecycle(logger);
  try {
    const url = await startParts(config, logger, lifecycle);
    return { name, url, close: () => lifecycle.close() };
  } catch (error) {
    await lifecycle.close();
    throw error;
  }
}

async function startParts(config: SessionsConfig, logger: Logger, lifecycle: Lifecycle): Promise<string> {
  const { brokers, replicationFactor } = config;
  const topics = topicsFor(config.partitions);
  await ensureTopics(brokers, [topics.events, topics.sessions, topics.activeSessions, deadLettersOf(topics.events)], {
    replicationFactor,
  });
  const options = { url: config.databaseUrl, role: name, schema: name, poolMax: config.databasePoolMax, logger };
  const database = lifecycle.add('database', await openDatabase(options));
  const projection = await startFold(config, topics, { database, logger, lifecycle });
  lifecycle.add('gauge', watchActiveSessions(database, logger));
  const { internalToken } = readSecrets(config.secretsFile);
  const api = lifecycle.add(
    'api',
    createHttp({ service: name, logger, internalToken, notReady: () => projection.notReady() }),
  );
  addSessionRoutes(api, database);
  addSummaryRoute(api, database);
  addProjectionRoutes(api, [projection]);
  return listen(api, config.host, config.port);
}

type FoldParts = { readonly database: Database; readonly logger: Logger; readonly lifecycle: Lifecycle };

async function startFold(
  config: SessionsConfig,
  topics: Topics,
  { database, logger, lifecycle }: FoldParts,
): Promise<RunningProjection> {
  const { brokers, batchRecordsMax, cachedStatesMax, commitEveryMs } = config;
  const projection = sessionsProjection(topics);
  await prepareProjection(database, { ...projection, directory: join(import.meta.dirname, 'sql') });
  const log = { ...logSettings, brokers, clientId: name };
  const writer = lifecycle.add('log', await openLogWriter(log, logger));
  const running = await runProjection(projection, {
    database,
    openReader: (topic, onLost) => openLogReader({ ...log, topic: topic.name, onLost }, logger),
    writer,
    logger,
    batchRecordsMax,
    commitEveryMs,
    cachedStatesMax,
  });
  return lifecycle.add('projection', running);
}
