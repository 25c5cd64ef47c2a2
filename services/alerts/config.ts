// Configuration of the alerts service, with defaults and bounds.
import { commonSettings, databaseUrl, logDefaults } from '#kit/common-settings';
import { integer, list, readConfig, text, type ConfigOf, type Environment } from '#kit/env';

const settings = {
  ...commonSettings,
  databaseUrl,
  databasePoolMax: integer('DATABASE_POOL_MAX', 10, 5, 100),
  port: integer('ALERTS_PORT', 8107, 0, 65_535),
  /** Pause between two looks at what changed or is due. */
  tickMs: integer('ALERTS_TICK_MS', 5_000, 10, 600_000),
  /** So often all stations are looked at, whatever is known of changes. */
  lookAtAllEveryMs: integer('ALERTS_LOOK_AT_ALL_EVERY_MS', 600_000, 10, 86_400_000),
  /** A look waits at most so long until the tables hold what the log held at its start; else it is not taken. */
  readToEndTimeoutMs: integer('ALERTS_READ_TO_END_TIMEOUT_MS', 30_000, 100, 600_000),
  /** Whom it asks which configurations differ, how often, and how long one page may take. */
  stationsUrl: text('STATIONS_URL', 'http://127.0.0.1:8102'),
  driftEveryMs: integer('ALERTS_DRIFT_EVERY_MS', 60_000, 10, 3_600_000),
  stationsTimeoutMs: integer('ALERTS_STATIONS_TIMEOUT_MS', 10_000, 100, 60_000),
  /** Pause between two looks at due deliveries. */
  deliveryTickMs: integer('ALERTS_DELIVERY_TICK_MS', 1_000, 10, 60_000),
  /** Calls to webhooks at the same time: of all tenants, and of one. */
  deliveryParallelMax: integer('ALERTS_DELIVERY_PARALLEL_MAX', 32, 1, 500),
  deliveryParallelOfTenantMax: integer('ALERTS_DELIVERY_PARALLEL_OF_TENANT_MAX', 8, 1, 500),
  /** A delivery that nobody took within so many days is dead. */
  deliveryDaysMax: integer('ALERTS_DELIVERY_DAYS_MAX', 3, 1, 30),
  /** Closed alerts and ended deliveries are kept for so many days. */
  keptDays: integer('ALERTS_KEPT_DAYS', 400, 1, 4_000),
  /** Hosts with port that may be private and without TLS: for the local stack and tests, never in production. */
  insecureHosts: list('ALERTS_INSECURE_HOSTS', []),
} as const;

export type AlertsConfig = ConfigOf<typeof settings>;

/** Throws Fault CONFIG_INVALID that names every faulty variable. */
export function alertsConfig(environment: Environment): AlertsConfig {
  return readConfig(settings, environment);
}

/** How this service reads and writes the log. */
export const logSettings = logDefaults;
