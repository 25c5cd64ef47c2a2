// Configuration of the stations service, with defaults and bounds.
import { commonSettings, databaseUrl, logDefaults } from '#kit/common-settings';
import { integer, readConfig, text, type ConfigOf, type Environment } from '#kit/env';

const settings = {
  ...commonSettings,
  databaseUrl,
  databasePoolMax: integer('DATABASE_POOL_MAX', 8, 4, 100),
  port: integer('STATIONS_PORT', 8102, 0, 65_535),
  /** How often commands and leases are looked at without a record that asks for it. */
  tickMs: integer('STATIONS_TICK_MS', 1_000, 50, 60_000),
  registryUrl: text('REGISTRY_URL', 'http://127.0.0.1:8101'),
  registryTimeoutMs: integer('REGISTRY_TIMEOUT_MS', 5_000, 100, 60_000),
  /** How long a station's certificate is valid; it is asked for a new one 30 days before. */
  certificateDays: integer('CERTIFICATE_DAYS', 365, 1, 3_650),
  /** A gateway whose lease is older is gone; gateways renew theirs every 5 s. */
  leaseTimeoutMs: integer('LEASE_TIMEOUT_MS', 30_000, 500, 600_000),
} as const;

export type StationsConfig = ConfigOf<typeof settings>;

/** Throws Fault CONFIG_INVALID that names every faulty variable. */
export function stationsConfig(environment: Environment): StationsConfig {
  return readConfig(settings, environment);
}

/** How this service reads and writes the log. */
export const logSettings = { ...logDefaults, appendTimeoutMs: 10_000 } as const;
