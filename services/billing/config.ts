// Configuration of the billing service, with defaults and bounds.
import { commonSettings, databaseUrl, logDefaults } from '#kit/common-settings';
import { integer, readConfig, type ConfigOf, type Environment } from '#kit/env';

const settings = {
  ...commonSettings,
  databaseUrl,
  databasePoolMax: integer('DATABASE_POOL_MAX', 8, 2, 100),
  port: integer('BILLING_PORT', 8105, 0, 65_535),
  /** How often due sessions are looked for without a commit that asks for it. */
  tickMs: integer('BILLING_TICK_MS', 1_000, 20, 60_000),
  /** How often all ended sessions are looked at anew. */
  sweepEveryMs: integer('BILLING_SWEEP_EVERY_MS', 600_000, 100, 86_400_000),
  /** A decision waits so long for the tables to hold what was appended; then it is tried again. */
  readToEndTimeoutMs: integer('BILLING_READ_TO_END_TIMEOUT_MS', 20_000, 100, 600_000),
  /** Questions of gateways what a transaction costs that may wait for its end to be folded, and how often it is looked for. */
  costsWaitingMax: integer('BILLING_COSTS_WAITING_MAX', 1_024, 1, 100_000),
  costsLookEveryMs: integer('BILLING_COSTS_LOOK_EVERY_MS', 100, 10, 10_000),
} as const;

export type BillingConfig = ConfigOf<typeof settings>;

/** Throws Fault CONFIG_INVALID that names every faulty variable. */
export function billingConfig(environment: Environment): BillingConfig {
  return readConfig(settings, environment);
}

/** How this service reads and writes the log. */
export const logSettings = { ...logDefaults, appendTimeoutMs: 10_000 } as const;
