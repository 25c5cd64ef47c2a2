// Configuration of the ocpi service, with defaults and bounds.
import { commonSettings, databaseUrl, logDefaults } from '#kit/common-settings';
import { integer, list, readConfig, text, type ConfigOf, type Environment } from '#kit/env';

const settings = {
  ...commonSettings,
  databaseUrl,
  databasePoolMax: integer('DATABASE_POOL_MAX', 12, 4, 100),
  /** Of the API behind the operator door. */
  port: integer('OCPI_PORT', 8106, 0, 65_535),
  /** What partners call; production puts a proxy with TLS before it. */
  partnersPort: integer('OCPI_PARTNERS_PORT', 8206, 0, 65_535),
  /** How partners reach that, as it stands in every URL they are given. */
  partnersUrl: text('OCPI_PARTNERS_URL', 'http://127.0.0.1:8206'),
  registryUrl: text('REGISTRY_URL', 'http://127.0.0.1:8101'),
  /** Hosts with port that may be private and without TLS: for the local stack and tests, never in production. */
  insecureHosts: list('OCPI_INSECURE_HOSTS', []),
  /** What one partner may ask, and what may be asked from one address with tokens that are not known to be good. */
  partnerPerSecond: integer('OCPI_PARTNER_PER_SECOND', 50, 1, 10_000),
  strangerPerSecond: integer('OCPI_STRANGER_PER_SECOND', 5, 1, 10_000),
  /** A token that was erased is shown for at most so long. */
  tokenNamesCacheMs: integer('OCPI_TOKEN_NAMES_CACHE_MS', 30_000, 0, 300_000),
} as const;

export type OcpiConfig = ConfigOf<typeof settings>;

/** Throws Fault CONFIG_INVALID that names every faulty variable. */
export function ocpiConfig(environment: Environment): OcpiConfig {
  return readConfig(settings, environment);
}

/** How this service reads and writes the log. */
export const logSettings = logDefaults;
