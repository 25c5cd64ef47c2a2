// Configuration of the stations service, with defaults and bounds.
import { integer, list, readConfig, text, type ConfigOf, type Environment } from '#kit/env';

const settings = {
  brokers: list('KAFKA_BROKERS', ['127.0.0.1:9092']),
  partitions: integer('EVENT_PARTITIONS', 24, 1, 1024),
  replicationFactor: integer('KAFKA_REPLICATION_FACTOR', 1, 1, 5),
  databaseUrl: text('DATABASE_URL', 'postgres://postgres:postgres@127.0.0.1:5432/postgres'),
  databasePoolMax: integer('DATABASE_POOL_MAX', 8, 4, 100),
  secretsFile: text('SECRETS_FILE', '.data/secrets.json'),
  host: text('HOST', '127.0.0.1'),
  port: integer('STATIONS_PORT', 8102, 0, 65_535),
  /** How often commands and leases are looked at without a record that asks for it. */
  tickMs: integer('STATIONS_TICK_MS', 1_000, 50, 60_000),
} as const;

export type StationsConfig = ConfigOf<typeof settings>;

/** Throws Fault CONFIG_INVALID that names every faulty variable. */
export function stationsConfig(environment: Environment): StationsConfig {
  return readConfig(settings, environment);
}

/** How this service reads and writes the log. */
export const logSettings = {
  fetchWaitMs: 100,
  fetchBytesMax: 4 * 1024 * 1024,
  bufferBytesMax: 16 * 1024 * 1024,
  lanes: 1,
  lingerMs: 2,
  batchRecordsMax: 1_000,
  batchBytesMax: 900_000,
  queueBytesMax: 16 * 1024 * 1024,
  appendTimeoutMs: 10_000,
  closeTimeoutMs: 5_000,
} as const;
