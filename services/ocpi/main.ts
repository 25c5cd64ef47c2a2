// The ocpi service: the CPO side of OCPI. Folds what partners may see, registers them, answers what they ask.
import { join } from 'node:path';
import { mayCall } from '#contracts/roles';
import { readSecrets, type Secrets } from '#contracts/secrets';
import { deadLettersOf, topicsFor } from '#contracts/topics';
import { openLogReader } from '#kit/event-log/reader';
import { ensureTopics } from '#kit/event-log/topics';
import type { LogWriter } from '#kit/event-log/types';
import { openLogWriter } from '#kit/event-log/writer';
import { createHttp, listen, problem, type HttpApi } from '#kit/http';
import { Lifecycle, type RunningService } from '#kit/lifecycle';
import { createLogger } from '#kit/logger';
import { migrate } from '#kit/migrations';
import { prepareOutbox } from '#kit/outbox';
import { openDatabase, type Database } from '#kit/postgres';
import { addProjectionRoutes } from '#kit/projection/routes';
import { runProjection, type RunningProjection } from '#kit/projection/runner';
import { prepareProjection } from '#kit/projection/schema';
import type { Projection } from '#kit/projection/types';
import { addPartnerRoutes } from './api/partners.ts';
import { paceOf } from './api/pace.ts';
import type { PartnerParts } from './api/parts.ts';
import { partnerServer } from './api/server.ts';
import { logSettings, ocpiConfig, type OcpiConfig } from './config.ts';
import { openEgress } from '#kit/egress';
import { runPartnerRelay } from './partners/relay.ts';
import { tokenVault } from './partners/token-vault.ts';
import { cdrsView, evseStatusView, registryView, sessionsView, sqlOf, type ViewTopics } from './projections.ts';
import { nameOfParty } from './reads/parties.ts';
import { tokenNames } from './token-names.ts';

const name = 'ocpi';
const ownSchema = 'ocpi_own';

export type OcpiService = RunningService & { readonly partnersUrl: string };

/** Starts the folds, then both APIs. Throws a Fault where log, database or configuration do not allow it. */
export async function start(environment: NodeJS.ProcessEnv): Promise<OcpiService> {
  const config = ocpiConfig(environment);
  return startOcpi(config, topicsFor(config.partitions), readSecrets(config.secretsFile));
}

/** Starts with the given topics; tests have their own. */
export async function startOcpi(config: OcpiConfig, topics: ViewTopics, secrets: Secrets): Promise<OcpiService> {
  const lifecycle = new Lifecycle(createLogger(name));
  try {
    const urls = await startParts({ config, topics, secrets, lifecycle });
    return { name, ...urls, close: () => lifecycle.close() };
  } catch (error) {
    await lifecycle.close();
    throw error;
  }
}

type Starting = {
  readonly config: OcpiConfig;
  readonly topics: ViewTopics;
  readonly secrets: Secrets;
  readonly lifecycle: Lifecycle;
};

/** 1. topics and tables, 2. the folds, 3. what operators write and its relay, 4. the API behind the door, 5. partners. */
async function startParts({
  config,
  topics,
  secrets,
  lifecycle,
}: Starting): Promise<{ url: string; partnersUrl: string }> {
  const logger = createLogger(name);
  const { brokers, replicationFactor } = config;
  const read = [topics.events, topics.sessions, topics.cdrs, topics.registryChanges];
  await ensureTopics(brokers, [...read, ...read.map(deadLettersOf)], { replicationFactor });
  const opening = { url: config.databaseUrl, role: name, schema: ownSchema, poolMax: config.databasePoolMax, logger };
  const database = lifecycle.add('database', await openDatabase(opening));
  await migrate(database, ownSchema, join(import.meta.dirname, 'sql', 'own'));
  await prepareOutbox(database);
  const writer = lifecycle.add('log', await openLogWriter({ ...logSettings, brokers, clientId: name }, logger));
  const projections = await runFolds({ config, topics, database, writer, lifecycle });
  lifecycle.add('relay', runPartnerRelay({ database, writer, topic: topics.registryChanges, logger }));
  const { internalToken } = secrets;
  const parts = partsOf(config, secrets, database);
  const notReady = (): string | undefined =>
    projections.map((each) => each.notReady()).find((why) => why !== undefined);
  const api = lifecycle.add('api', createHttp({ service: name, logger, internalToken, notReady }));
  guardRoles(api);
  addPartnerRoutes(api, parts);
  addProjectionRoutes(api, projections);
  const partners = lifecycle.add('partners', partnerServer(parts, logger));
  const partnersUrl = await listen(partners, config.host, config.partnersPort);
  return { url: await listen(api, config.host, config.port), partnersUrl };
}

function partsOf(config: OcpiConfig, secrets: Secrets, database: Database): PartnerParts {
  const { registryUrl, insecureHosts, tokenNamesCacheMs: cacheMs, partnersUrl } = config;
  const { partnerPerSecond, strangerPerSecond } = config;
  return {
    database,
    vault: tokenVault(secrets),
    egress: openEgress({ insecureHosts }),
    partnersUrl: partnersUrl.replace(/\/+$/, ''),
    nameOf: (tenantId, partyId) => nameOfParty(database, tenantId, partyId),
    namesOf: tokenNames({ registryUrl, internalToken: secrets.internalToken, cacheMs, now: Date.now }),
    pace: paceOf({ partnerPerSecond, strangerPerSecond, now: () => Math.floor(performance.now()) }),
    now: Date.now,
  };
}

/** The door asks the same; asked again here, a mistake there lets nobody change a partner. */
function guardRoles(api: HttpApi): void {
  api.addHook('onRequest', async ({ caller, method, url }, reply) => {
    const path = url.split('?', 1)[0] ?? '';
    if (path.startsWith('/v1/') && !mayCall(caller.role, method, path))
      return problem(reply, { status: 403, title: 'The role of this key does not allow it' });
  });
}

type FoldParts = {
  readonly config: OcpiConfig;
  readonly topics: ViewTopics;
  readonly database: Database;
  readonly writer: LogWriter;
  readonly lifecycle: Lifecycle;
};

async function runFolds(parts: FoldParts): Promise<RunningProjection[]> {
  const { topics } = parts;
  return [
    await runFold(registryView(topics), parts),
    await runFold(evseStatusView(topics), parts),
    await runFold(sessionsView(topics), parts),
    await runFold(cdrsView(topics), parts),
  ];
}

async function runFold<S, E>(
  projection: Projection<S, E>,
  { config: { brokers }, database, writer, lifecycle }: FoldParts,
): Promise<RunningProjection> {
  const logger = createLogger(name);
  await prepareProjection(database, { ...projection, directory: sqlOf(projection) });
  const running = await runProjection(projection, {
    database,
    openReader: (topic, onLost) =>
      openLogReader({ ...logSettings, brokers, clientId: projection.name, topic: topic.name, onLost }, logger),
    writer,
    logger,
  });
  return lifecycle.add(`projection ${projection.name}`, running);
}
