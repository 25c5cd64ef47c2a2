// Configuration of the operator door, with defaults and bounds.
import { commonSettings } from '#kit/common-settings';
import { integer, readConfig, text, type ConfigOf, type Environment } from '#kit/env';

const settings = {
  ...commonSettings,
  port: integer('OPERATOR_PORT', 8080, 0, 65_535),
  registryUrl: text('REGISTRY_URL', 'http://127.0.0.1:8101'),
  stationsUrl: text('STATIONS_URL', 'http://127.0.0.1:8102'),
  sessionsUrl: text('SESSIONS_URL', 'http://127.0.0.1:8103'),
  analyticsUrl: text('ANALYTICS_URL', 'http://127.0.0.1:8104'),
  billingUrl: text('BILLING_URL', 'http://127.0.0.1:8105'),
  ocpiUrl: text('OCPI_URL', 'http://127.0.0.1:8106'),
  alertsUrl: text('ALERTS_URL', 'http://127.0.0.1:8107'),
  /** A revoked key works for at most so long. */
  keyCacheMs: integer('OPERATOR_KEY_CACHE_MS', 30_000, 0, 300_000),
  callsPerSecondMax: integer('OPERATOR_CALLS_PER_SECOND_MAX', 200, 1, 100_000),
  callsBurstMax: integer('OPERATOR_CALLS_BURST_MAX', 1_000, 1, 1_000_000),
  /** Keys that are not known, per client address: guessing is slow, and does not reach the registry's database. */
  unknownKeysPerSecondMax: integer('OPERATOR_UNKNOWN_KEYS_PER_SECOND_MAX', 5, 1, 10_000),
  unknownKeysBurstMax: integer('OPERATOR_UNKNOWN_KEYS_BURST_MAX', 50, 1, 100_000),
  liveClientsMax: integer('OPERATOR_LIVE_CLIENTS_MAX', 100, 1, 10_000),
  /** What may wait for a client that reads slowly; beyond it the client is cut. */
  liveClientBytesMax: integer('OPERATOR_LIVE_CLIENT_BYTES_MAX', 1024 * 1024, 1_024, 64 * 1024 * 1024),
  liveCommentEveryMs: integer('OPERATOR_LIVE_COMMENT_EVERY_MS', 15_000, 50, 60_000),
} as const;

export type OperatorConfig = ConfigOf<typeof settings>;

/** Throws Fault CONFIG_INVALID that names every faulty variable. */
export function operatorConfig(environment: Environment): OperatorConfig {
  return readConfig(settings, environment);
}
