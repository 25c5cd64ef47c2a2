// Configuration of the analytics service, with defaults and bounds.
import { commonSettings, databaseUrl, logDefaults } from '#kit/common-settings';
import { integer, readConfig, text, type ConfigOf, type Environment } from '#kit/env';

const settings = {
  ...commonSettings,
  databaseUrl,
  databasePoolMax: integer('DATABASE_POOL_MAX', 8, 2, 100),
  clickhouseUrl: text('CLICKHOUSE_URL', 'http://default@127.0.0.1:8123'),
  clickhouseDatabase: text('CLICKHOUSE_DATABASE', 'chargestream'),
  port: integer('ANALYTICS_PORT', 8104, 0, 65_535),
  /** Events of one insert: more make a catch-up faster and an insert larger. */
  flushRecordsMax: integer('ANALYTICS_FLUSH_RECORDS_MAX', 80_000, 1, 500_000),
  /** An event waits at most this long for others to be inserted with it. */
  flushMs: integer('ANALYTICS_FLUSH_MS', 1_000, 10, 60_000),
} as const;

export type AnalyticsConfig = ConfigOf<typeof settings>;

/** Throws Fault CONFIG_INVALID that names every faulty variable. */
export function analyticsConfig(environment: Environment): AnalyticsConfig {
  return readConfig(settings, environment);
}

/** How the log is read here, and dead letters are written: both ends of a sink are large and few. */
export const logSettings = {
  ...logDefaults,
  lingerMs: 5,
  fetchWaitMs: 200,
  fetchBytesMax: 8 * 1024 * 1024,
  bufferBytesMax: 32 * 1024 * 1024,
} as const;
