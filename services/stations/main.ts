// The stations service: what stations report, the life of commands, and the end of connections that nobody holds.
import { join } from 'node:path';
import { readSecrets, type Secrets } from '#contracts/secrets';
import { deadLettersOf, topicsFor, type Topics } from '#contracts/topics';
import { openLogReader } from '#kit/event-log/reader';
import { ensureTopics } from '#kit/event-log/topics';
import { openLogWriter } from '#kit/event-log/writer';
import type { LogWriter } from '#kit/event-log/types';
import { createHttp, listen } from '#kit/http';
import { Lifecycle, type RunningService } from '#kit/lifecycle';
import { createLogger } from '#kit/logger';
import { migrate } from '#kit/migrations';
import { openDatabase, type Database } from '#kit/postgres';
import { runProjection, type RunningProjection } from '#kit/projection/runner';
import { prepareProjection } from '#kit/projection/schema';
import type { Projection } from '#kit/projection/types';
import { startBulkJobs } from './bulk/open.ts';
import { logSettings, stationsConfig, type StationsConfig } from './config.ts';
import { openAuthority, startSigner } from './certificates/open.ts';
import { openFiles } from './files/open.ts';
import { startOnboarder } from './onboarding/open.ts';
import { wantedFrom } from './onboarding/wanted.ts';
import { startKeepers } from './kept-contents.ts';
import { addStationsRoutes } from './http.ts';
import { idempotencyIn, pruneOldKeys } from './idempotency.ts';
import { listedTokensOf } from './local-lists/listed-tokens.ts';
import { startProcesses } from './processes.ts';
import { commandsProjection, stationsProjection } from './projections.ts';
import { followRegistry } from './registered-stations.ts';
import { refsOf } from './token-refs.ts';

const name = 'stations';
const ownSchema = 'stations_own';
const sqlDir = join(import.meta.dirname, 'sql');

export async function start(environment: NodeJS.ProcessEnv): Promise<RunningService> {
  const config = stationsConfig(environment);
  return startStations(config, topicsFor(config.partitions), readSecrets(config.secretsFile));
}

/** Starts with the given topics; tests have their own. */
export async function startStations(config: StationsConfig, topics: Topics, secrets: Secrets): Promise<RunningService> {
  const lifecycle = new Lifecycle(createLogger(name));
  try {
    const url = await startParts({ config, topics, secrets, lifecycle });
    return { name, url, close: () => lifecycle.close() };
  } catch (error) {
    await lifecycle.close();
    throw error;
  }
}

type Starting = {
  readonly config: StationsConfig;
  readonly topics: Topics;
  readonly secrets: Secrets;
  readonly lifecycle: Lifecycle;
};

/** 1. topics and tables, 2. the folds, 3. what is known of presence and registry, 4. the processes, 5. the API. */
async function startParts({ config, topics, secrets, lifecycle }: Starting): Promise<string> {
  const logger = createLogger(name);
  const { brokers, replicationFactor } = config;
  const { events, commands, presence, registryStations } = topics;
  const needed = [events, commands, presence, registryStations, deadLettersOf(events), deadLettersOf(commands)];
  await ensureTopics(brokers, needed, { replicationFactor });
  const opening = { url: config.databaseUrl, role: name, schema: ownSchema, poolMax: config.databasePoolMax, logger };
  const database = lifecycle.add('database', await openDatabase(opening));
  await migrate(database, ownSchema, join(sqlDir, 'own'));
  const log = lifecycle.add('log', await openLogWriter({ ...logSettings, brokers, clientId: name }, logger));
  const refOf = refsOf(secrets);
  const fold = <S, E>(projection: Projection<S, E>) => runFold(projection, { config, database, log, lifecycle });
  const projections = [await fold(stationsProjection(topics)), await fold(commandsProjection(topics, refOf))];
  const registry = lifecycle.add('registry', followRegistry(config, topics, logger));
  await registry.caughtUp;
  const { isRegistered } = registry;
  const { leads, ...books } = await startProcesses({ config, topics, database, log, logger, lifecycle, refOf });
  const idempotency = idempotencyIn(database);
  const { locate, parts: files } = await openFiles({ config, database, secrets, lifecycle, logger });
  const requests = {
    ...books,
    database,
    idempotency,
    topic: commands,
    log,
    refOf,
    isRegistered,
    locate,
    now: Date.now,
  };
  lifecycle.add('pruning', pruneOldKeys(idempotency, logger, Date.now));
  const { internalToken } = secrets;
  const authority = await openAuthority(database, secrets, Date.now);
  const registryOptions = { url: config.registryUrl, internalToken, timeoutMs: config.registryTimeoutMs };
  if (authority !== undefined)
    startSigner({ ...config, authority, topics, leads, registry: registryOptions, requests, lifecycle, logger });
  const wanted = wantedFrom(registryOptions);
  startOnboarder({ registry: wanted, requests, logger, tickMs: config.tickMs, leads, lifecycle });
  const listedTokens = listedTokensOf(registryOptions);
  startKeepers({ ...config, requests, listedTokens, logger, leads, lifecycle });
  const sessions = { url: config.sessionsUrl, internalToken, timeoutMs: config.registryTimeoutMs };
  startBulkJobs({ tickMs: config.tickMs, leads, sessions, requests, lifecycle, logger });
  const notReady = (): string | undefined =>
    projections.map((each) => each.notReady()).find((why) => why !== undefined);
  const api = lifecycle.add('api', createHttp({ service: name, logger, internalToken, notReady }));
  addStationsRoutes(api, {
    states: { database, isRegistered },
    certificates: { database, authority, now: Date.now },
    files,
    onboarding: { database, registry: wanted, isRegistered },
    kept: { database, refOf, listedTokens, logger, isRegistered, now: Date.now },
    imports: { log, topic: events, refOf, presence: books.presence, isRegistered, now: Date.now },
    commands: requests,
    bulk: { database, registered: registry, refOf, now: Date.now },
    projections,
  });
  return listen(api, config.host, config.port);
}

type FoldParts = {
  readonly config: StationsConfig;
  readonly database: Database;
  readonly log: LogWriter;
  readonly lifecycle: Lifecycle;
};

async function runFold<S, E>(
  projection: Projection<S, E>,
  { config: { brokers }, database, log: writer, lifecycle }: FoldParts,
): Promise<RunningProjection> {
  const logger = createLogger(name);
  await prepareProjection(database, { ...projection, directory: join(sqlDir, projection.name) });
  const running = await runProjection(projection, {
    database,
    openReader: (topic, onLost) =>
      openLogReader(
        { ...logSettings, brokers, clientId: `${name}-${projection.name}`, topic: topic.name, onLost },
        logger,
      ),
    writer,
    logger,
  });
  return lifecycle.add(`projection ${projection.name}`, running);
}
