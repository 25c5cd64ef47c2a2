// Configuration of the sessions service, with defaults and bounds.
import { commonSettings, databaseUrl, logDefaults } from '#kit/common-settings';
import { integer, readConfig, type ConfigOf, type Environment } from '#kit/env';

const settings = {
  ...commonSettings,
  databaseUrl,
  databasePoolMax: integer('DATABASE_POOL_MAX', 8, 2, 100),
  port: integer('SESSIONS_PORT', 8103, 0, 65_535),
  /** Events that one transaction applies: more make a replay faster and a failed batch dearer. */
  batchRecordsMax: integer('SESSIONS_BATCH_RECORDS_MAX', 20_000, 1, 100_000),
  /** How far apart small batches are committed: a charging session is then written four times a second at most. */
  commitEveryMs: integer('SESSIONS_COMMIT_EVERY_MS', 250, 0, 10_000),
  /** Stations whose sessions are kept in memory between batches. */
  cachedStatesMax: integer('SESSIONS_CACHED_STATIONS_MAX', 50_000, 1, 10_000_000),
} as const;

export type SessionsConfig = ConfigOf<typeof settings>;

/** Throws Fault CONFIG_INVALID that names every faulty variable. */
export function sessionsConfig(environment: Environment): SessionsConfig {
  return readConfig(settings, environment);
}

/** How the log is read and written here; emissions are few beside the events, so one lane does. */
export const logSettings = {
  ...logDefaults,
  batchRecordsMax: 5_000,
  queueBytesMax: 64 * 1024 * 1024,
  fetchBytesMax: 8 * 1024 * 1024,
  bufferBytesMax: 32 * 1024 * 1024,
} as const;
