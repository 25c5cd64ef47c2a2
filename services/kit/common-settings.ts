// The settings that every service reads alike: said once, so that no two services differ in a default.
import { integer, list, text } from '#kit/env';

/** Where the log, the secrets and the service itself are. */
export const commonSettings = {
  brokers: list('KAFKA_BROKERS', ['127.0.0.1:9092']),
  /** Of the topics keyed by station; fixed for the life of an installation. */
  partitions: integer('EVENT_PARTITIONS', 24, 1, 1024),
  replicationFactor: integer('KAFKA_REPLICATION_FACTOR', 1, 1, 5),
  secretsFile: text('SECRETS_FILE', '.data/secrets.json'),
  host: text('HOST', '127.0.0.1'),
} as const;

/** The login of a service that has a database; its pool's bounds are its own. */
export const databaseUrl = text('DATABASE_URL', 'postgres://postgres:postgres@127.0.0.1:5432/postgres');

/** How a service that writes little reads and writes the log: one lane, small requests; what differs is its own. */
export const logDefaults = {
  lanes: 1,
  lingerMs: 2,
  batchRecordsMax: 1_000,
  batchBytesMax: 900_000,
  queueBytesMax: 16 * 1024 * 1024,
  appendTimeoutMs: 30_000,
  closeTimeoutMs: 5_000,
  fetchWaitMs: 100,
  fetchBytesMax: 4 * 1024 * 1024,
  bufferBytesMax: 16 * 1024 * 1024,
} as const;
