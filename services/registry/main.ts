// The registry: what operators write, in Postgres, and the relay that tells the log of every change.
import { randomBytes, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { readSecrets, tenantKeyOf, type Secrets } from '#contracts/secrets';
import { topicsFor } from '#contracts/topics';
import { logDefaults } from '#kit/common-settings';
import { ensureTopics } from '#kit/event-log/topics';
import { openLogWriter } from '#kit/event-log/writer';
import { listen } from '#kit/http';
import { Lifecycle, type RunningService } from '#kit/lifecycle';
import { createLogger } from '#kit/logger';
import { migrate } from '#kit/migrations';
import { enqueue, prepareOutbox } from '#kit/outbox';
import { openDatabase } from '#kit/postgres';
import { bootstrap } from './bootstrap.ts';
import { registryConfig, type RegistryConfig } from './config.ts';
import { runGrace } from './grace.ts';
import { registryHttp } from './http.ts';
import { runRelay, type RelayTopics } from './relay.ts';
import { runRotations } from './rotation-run.ts';
import { sealOf } from './sealed.ts';
import { stationCommands } from './station-commands.ts';
import { entryOf } from './store/outbox.ts';
import type { Store } from './store/write.ts';

const schema = 'registry_own';
const sqlDir = fileURLToPath(new URL('./sql/', import.meta.url));
const logSettings = { ...logDefaults, batchRecordsMax: 2_000 } as const;

export async function start(environment: NodeJS.ProcessEnv): Promise<RunningService> {
  const config = registryConfig(environment);
  return startRegistry(config, topicsFor(config.partitions), readSecrets(config.secretsFile));
}

/** Starts with the given topics; tests have their own. */
export async function startRegistry(
  config: RegistryConfig,
  topics: RelayTopics,
  secrets: Secrets,
): Promise<RunningService> {
  const logger = createLogger('registry');
  const lifecycle = new Lifecycle(logger);
  try {
    const url = await open(config, topics, { secrets, lifecycle });
    logger.info({ url }, 'registry runs');
    return { name: 'registry', url, close: () => lifecycle.close() };
  } catch (error) {
    await lifecycle.close();
    throw error;
  }
}

type Opening = { readonly secrets: Secrets; readonly lifecycle: Lifecycle };

async function open(config: RegistryConfig, topics: RelayTopics, { secrets, lifecycle }: Opening): Promise<string> {
  const logger = createLogger('registry');
  const { brokers, databaseUrl, databasePoolMax: poolMax, replicationFactor, host, port } = config;
  const { registryChanges, registryStations, registryTokens, registryTenants } = topics;
  await ensureTopics(brokers, [registryChanges, registryStations, registryTokens, registryTenants], {
    replicationFactor,
  });
  const database = lifecycle.add(
    'database',
    await openDatabase({ url: databaseUrl, role: 'registry', schema, poolMax, logger }),
  );
  await migrate(database, schema, sqlDir);
  await prepareOutbox(database);
  const store: Store = {
    database,
    now: Date.now,
    enqueue: (client, changes) => enqueue(client, changes.map(entryOf)),
  };
  await bootstrap(store, secrets.demoOperatorKey);
  const writer = lifecycle.add('log', await openLogWriter({ ...logSettings, brokers, clientId: 'registry' }, logger));
  lifecycle.add('relay', runRelay({ database, writer, topics, logger }));
  lifecycle.add('grace', runGrace(store, logger, config.graceEveryMs));
  const { internalToken } = secrets;
  const tenantKey = (tenantId: string): Buffer => tenantKeyOf(secrets, tenantId);
  const commands = stationCommands({ url: config.stationsUrl, internalToken, timeoutMs: config.stationsTimeoutMs });
  lifecycle.add('rotations', runRotations({ store, commands, logger, everyMs: config.rotationsEveryMs }));
  const parts = { store, randomBytes, newId: randomUUID, seal: sealOf(secrets), tenantKey };
  const api = lifecycle.add('http', registryHttp(parts, { logger, internalToken, notReady: () => undefined }));
  return listen(api, host, port);
}
