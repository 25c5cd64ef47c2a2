// The alerts service: folds what rules ask of stations, decides which alerts open and close, and tells webhooks.
import { readSecrets, type Secrets } from '#contracts/secrets';
import { deadLettersOf, topicsFor } from '#contracts/topics';
import { openEgress } from '#kit/egress';
import { openLogReader } from '#kit/event-log/reader';
import { ensureTopics } from '#kit/event-log/topics';
import type { LogWriter } from '#kit/event-log/types';
import { openLogWriter } from '#kit/event-log/writer';
import { listen } from '#kit/http';
import { Leadership } from '#kit/leadership';
import { Lifecycle, type RunningService } from '#kit/lifecycle';
import { createLogger } from '#kit/logger';
import { migrate } from '#kit/migrations';
import { openDatabase, type Database } from '#kit/postgres';
import { runProjection, type RunningProjection } from '#kit/projection/runner';
import { prepareProjection } from '#kit/projection/schema';
import { tablesReachEnd } from '#kit/projection/tables-reach-end';
import type { Projection } from '#kit/projection/types';
import { alertsConfig, logSettings, type AlertsConfig } from './config.ts';
import { alertsHttp } from './http.ts';
import { outageLog } from './outage-log.ts';
import { driftsOf } from './process/drifts.ts';
import { Evaluation } from './process/evaluation.ts';
import { alertsProjections, sqlOf, type AlertTopics } from './projections.ts';
import { webhookSeal } from './webhooks/secret.ts';
import { Sender } from './webhooks/sender.ts';

const name = 'alerts';
const ownSchema = 'alerts_own';

export async function start(environment: NodeJS.ProcessEnv): Promise<RunningService> {
  const config = alertsConfig(environment);
  return startAlerts(config, topicsFor(config.partitions), readSecrets(config.secretsFile));
}

type AlertSecrets = Pick<Secrets, 'internalToken' | 'tenantKeySeed'>;

/** Starts with the given topics; tests have their own. */
export async function startAlerts(
  config: AlertsConfig,
  topics: AlertTopics,
  secrets: AlertSecrets,
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
  readonly config: AlertsConfig;
  readonly topics: AlertTopics;
  readonly secrets: AlertSecrets;
  readonly lifecycle: Lifecycle;
};
type Parts = Starting & { readonly database: Database; readonly log: LogWriter };

/** 1. topics and tables, 2. the folds, 3. who decides and who tells, 4. the API. */
async function startParts(starting: Starting): Promise<string> {
  const { config, topics, secrets, lifecycle } = starting;
  const logger = createLogger(name);
  const { brokers, replicationFactor, insecureHosts } = config;
  const read = [topics.events, topics.sessions, topics.registryChanges];
  await ensureTopics(brokers, [...read, ...read.map(deadLettersOf)], { replicationFactor });
  const opening = { url: config.databaseUrl, role: name, schema: ownSchema, poolMax: config.databasePoolMax, logger };
  const database = lifecycle.add('database', await openDatabase(opening));
  await migrate(database, ownSchema, sqlOf({ name: 'own' }));
  const log = lifecycle.add('log', await openLogWriter({ ...logSettings, brokers, clientId: name }, logger));
  const parts = { ...starting, database, log };
  const { alerts_stations, alerts_places, alerts_sessions } = alertsProjections(topics);
  const folds = [
    await runFold(alerts_places, parts),
    await runFold(alerts_stations, parts),
    await runFold(alerts_sessions, parts),
  ];
  const seal = webhookSeal(secrets);
  await startDeciding(parts, seal);
  const notReady = (): string | undefined => folds.map((fold) => fold.notReady()).find((why) => why !== undefined);
  const outages = outageLog(log, topics);
  const api = alertsHttp(
    { database, seal, outages, insecureHosts, now: Date.now, folds },
    { logger, internalToken: secrets.internalToken, notReady },
  );
  lifecycle.add('api', api);
  return listen(api, config.host, config.port);
}

async function runFold<S, E>(
  projection: Projection<S, E>,
  { config: { brokers }, database, log: writer, lifecycle }: Parts,
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
  });
  return lifecycle.add(`projection ${projection.name}`, running);
}

async function startDeciding(
  { config, topics, secrets, database, lifecycle }: Parts,
  seal: ReturnType<typeof webhookSeal>,
) {
  const logger = createLogger(name);
  const { brokers, tickMs, keptDays, driftEveryMs, lookAtAllEveryMs, insecureHosts } = config;
  const closing = new AbortController();
  // It follows no partition: it is asked where they end.
  const askEnds = async (projection: string, topic: string) => {
    const options = { ...logSettings, brokers, clientId: `${name}-ends`, topic, onLost: () => {} };
    return { projection, reader: lifecycle.add(`ends of ${topic}`, await openLogReader(options, logger)) };
  };
  const followed = [
    await askEnds('alerts_places', topics.registryChanges.name),
    await askEnds('alerts_stations', topics.events.name),
    await askEnds('alerts_sessions', topics.sessions.name),
  ];
  const waiting = { timeoutMs: config.readToEndTimeoutMs, signal: closing.signal };
  const readToEnd = (): Promise<void> => tablesReachEnd(database, followed, waiting);
  const leadership = lifecycle.add('leadership', new Leadership(database, 'alerts.deciding', logger));
  const leads = (): boolean => leadership.leads;
  const deciding = { database, logger, leads, now: Date.now };
  const { stationsUrl, stationsTimeoutMs: timeoutMs } = config;
  const drifts = driftsOf({ url: stationsUrl, internalToken: secrets.internalToken, timeoutMs });
  const looking = { tickMs, keptDays, driftEveryMs, lookAtAllEveryMs, drifts, readToEnd };
  lifecycle.add('evaluation', new Evaluation({ ...deciding, ...looking }));
  const egress = openEgress({ insecureHosts });
  const sending = {
    tickMs: config.deliveryTickMs,
    daysMax: config.deliveryDaysMax,
    parallelMax: config.deliveryParallelMax,
    parallelOfTenantMax: config.deliveryParallelOfTenantMax,
  };
  lifecycle.add('sender', new Sender({ ...deciding, egress, seal, ...sending }));
  // Closed first: what waits for the tables is given up.
  lifecycle.add('waits', { close: async () => closing.abort() });
}
