// The billing service: tariffs, the process that issues one CDR per session, its tables, and the API over them.
import { readSecrets, type Secrets } from '#contracts/secrets';
import { deadLettersOf, topicsFor, type Topics } from '#contracts/topics';
import { openLogReader } from '#kit/event-log/reader';
import { ensureTopics } from '#kit/event-log/topics';
import type { LogWriter } from '#kit/event-log/types';
import { openLogWriter } from '#kit/event-log/writer';
import { listen } from '#kit/http';
import { Leadership } from '#kit/leadership';
import { Lifecycle, type RunningService } from '#kit/lifecycle';
import { createLogger } from '#kit/logger';
import { migrate } from '#kit/migrations';
import { prepareOutbox } from '#kit/outbox';
import { openDatabase, type Database } from '#kit/postgres';
import { runProjection, type RunningProjection } from '#kit/projection/runner';
import { prepareProjection } from '#kit/projection/schema';
import { tablesReachEnd } from '#kit/projection/tables-reach-end';
import type { Projection } from '#kit/projection/types';
import { Costs } from './costs.ts';
import { billingConfig, logSettings, type BillingConfig } from './config.ts';
import { billingHttp } from './http.ts';
import { Issuing } from './issuing.ts';
import { billingProjections, sqlOf, type BillingTopics } from './projections.ts';
import { runRelay } from './store/outbox.ts';

const name = 'billing';
const ownSchema = 'billing_own';

export async function start(environment: NodeJS.ProcessEnv): Promise<RunningService> {
  const config = billingConfig(environment);
  return startBilling(config, topicsFor(config.partitions), readSecrets(config.secretsFile));
}

/** Starts with the given topics; tests have their own. */
export async function startBilling(
  config: BillingConfig,
  topics: BillingTopics,
  secrets: Pick<Secrets, 'internalToken'>,
): Promise<RunningService> {
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
  readonly config: BillingConfig;
  readonly topics: BillingTopics;
  readonly secrets: Pick<Secrets, 'internalToken'>;
  readonly lifecycle: Lifecycle;
};

type Parts = Starting & { readonly database: Database; readonly log: LogWriter };

/** 1. topics and tables, 2. the relay of what operators write, 3. the folds, 4. the process that decides, 5. the API. */
async function startParts(starting: Starting): Promise<string> {
  const { config, topics, secrets, lifecycle } = starting;
  const logger = createLogger(name);
  const { brokers, replicationFactor } = config;
  const read = [
    topics.sessions,
    topics.cdrs,
    topics.registryChanges,
  ] as const satisfies readonly Topics[keyof Topics][];
  await ensureTopics(brokers, [...read, ...read.map(deadLettersOf)], { replicationFactor });
  const opening = { url: config.databaseUrl, role: name, schema: ownSchema, poolMax: config.databasePoolMax, logger };
  const database = lifecycle.add('database', await openDatabase(opening));
  await migrate(database, ownSchema, sqlOf({ name: 'own' }));
  await prepareOutbox(database);
  const log = lifecycle.add('log', await openLogWriter({ ...logSettings, brokers, clientId: name }, logger));
  lifecycle.add('relay', runRelay({ database, writer: log, topics, logger }));
  const parts = { ...starting, database, log };
  const running: { issuing?: Issuing; costs?: Costs } = {};
  const onCommitted = (): void => {
    running.issuing?.look();
    running.costs?.look();
  };
  const { billing_places: places, billing_sessions: sessions, cdrs } = billingProjections(topics);
  const folds = [
    await runFold(places, parts),
    await runFold(cdrs, parts, onCommitted),
    await runFold(sessions, parts, onCommitted),
  ];
  const { issuing, costs, readToEnd } = await startIssuing(parts);
  running.issuing = issuing;
  running.costs = costs;
  const notReady = (): string | undefined => folds.map((fold) => fold.notReady()).find((why) => why !== undefined);
  const api = billingHttp(
    { store: { database, now: Date.now }, log, topic: topics.cdrs, folds, costs, readToEnd },
    { logger, internalToken: secrets.internalToken, notReady },
  );
  lifecycle.add('api', api);
  return listen(api, config.host, config.port);
}

async function runFold<S, E>(
  projection: Projection<S, E>,
  { config: { brokers }, database, log: writer, lifecycle }: Parts,
  onCommitted: () => void = () => {},
): Promise<RunningProjection> {
  const logger = createLogger(name);
  await prepareProjection(database, { ...projection, directory: sqlOf(projection) });
  const clientId = `${name}-${projection.name}`;
  const running = await runProjection(projection, {
    database,
    openReader: (topic, onLost) =>
      openLogReader({ ...logSettings, brokers, clientId, topic: topic.name, onLost }, logger),
    writer,
    logger,
    onCommitted,
  });
  return lifecycle.add(`projection ${projection.name}`, running);
}

async function startIssuing({ config, topics, database, log, lifecycle }: Parts) {
  const logger = createLogger(name);
  const { brokers, tickMs, sweepEveryMs, readToEndTimeoutMs: timeoutMs } = config;
  const closing = new AbortController();
  // It follows no partition: it is asked where they end.
  const askEnds = async (projection: string, topic: string) => {
    const options = { ...logSettings, brokers, clientId: `${name}-ends`, topic, onLost: () => {} };
    return { projection, reader: lifecycle.add(`ends of ${topic}`, await openLogReader(options, logger)) };
  };
  const followed = [
    await askEnds('cdrs', topics.cdrs.name),
    await askEnds('billing_places', topics.registryChanges.name),
  ];
  const readToEnd = (): Promise<void> => tablesReachEnd(database, followed, { timeoutMs, signal: closing.signal });
  const leadership = lifecycle.add('leadership', new Leadership(database, 'billing.issuing', logger));
  const leads = (): boolean => leadership.leads;
  const options = { database, topic: topics.cdrs, log, logger, tickMs, sweepEveryMs, leads, readToEnd, now: Date.now };
  const issuing = lifecycle.add('issuing', new Issuing(options));
  const { costsWaitingMax: waitingMax, costsLookEveryMs: lookEveryMs } = config;
  const asking = { database, logger, readToEnd, now: Date.now, waitingMax, lookEveryMs };
  const costs = lifecycle.add('costs', new Costs(asking));
  // Closed first: what waits for the tables is given up.
  lifecycle.add('waits', { close: async () => closing.abort() });
  return { issuing, costs, readToEnd };
}
