// Configuration of the registry, with defaults and bounds.
import { commonSettings, databaseUrl } from '#kit/common-settings';
import { integer, readConfig, text, type ConfigOf, type Environment } from '#kit/env';

const settings = {
  ...commonSettings,
  databaseUrl,
  databasePoolMax: integer('DATABASE_POOL_MAX', 8, 4, 100),
  stationsUrl: text('STATIONS_URL', 'http://127.0.0.1:8102'),
  stationsTimeoutMs: integer('STATIONS_TIMEOUT_MS', 5_000, 100, 60_000),
  port: integer('REGISTRY_PORT', 8101, 0, 65_535),
  /** How late a replaced password may stop working after its grace. */
  graceEveryMs: integer('REGISTRY_GRACE_EVERY_MS', 1_000, 10, 60_000),
  /** How often passwords on their way to stations are looked at. */
  rotationsEveryMs: integer('REGISTRY_ROTATIONS_EVERY_MS', 1_000, 10, 60_000),
} as const;

export type RegistryConfig = ConfigOf<typeof settings>;

/** Throws Fault CONFIG_INVALID that names every faulty variable. */
export function registryConfig(environment: Environment): RegistryConfig {
  return readConfig(settings, environment);
}
