// Configuration of the registry, with defaults and bounds.
import { integer, list, readConfig, text, type ConfigOf, type Environment } from '#kit/env';

const settings = {
  brokers: list('KAFKA_BROKERS', ['127.0.0.1:9092']),
  partitions: integer('EVENT_PARTITIONS', 24, 1, 1024),
  replicationFactor: integer('KAFKA_REPLICATION_FACTOR', 1, 1, 5),
  databaseUrl: text('DATABASE_URL', 'postgres://postgres:postgres@127.0.0.1:5432/postgres'),
  databasePoolMax: integer('DATABASE_POOL_MAX', 8, 4, 100),
  secretsFile: text('SECRETS_FILE', '.data/secrets.json'),
  host: text('HOST', '127.0.0.1'),
  port: integer('REGISTRY_PORT', 8101, 0, 65_535),
  /** How late a replaced password may stop working after its grace. */
  graceEveryMs: integer('REGISTRY_GRACE_EVERY_MS', 1_000, 10, 60_000),
} as const;

export type RegistryConfig = ConfigOf<typeof settings>;

/** Throws Fault CONFIG_INVALID that names every faulty variable. */
export function registryConfig(environment: Environment): RegistryConfig {
  return readConfig(settings, environment);
}
