// Configuration of the ocpi service, with defaults and bounds.
import { commonSettings, databaseUrl } from '#kit/common-settings';
import { integer, readConfig, type ConfigOf, type Environment } from '#kit/env';

const settings = {
  ...commonSettings,
  databaseUrl,
  databasePoolMax: integer('DATABASE_POOL_MAX', 8, 2, 100),
  port: integer('OCPI_PORT', 8106, 0, 65_535),
} as const;

export type OcpiConfig = ConfigOf<typeof settings>;

/** Throws Fault CONFIG_INVALID that names every faulty variable. */
export function ocpiConfig(environment: Environment): OcpiConfig {
  return readConfig(settings, environment);
}
