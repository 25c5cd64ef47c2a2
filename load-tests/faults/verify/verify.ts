// Verify: every invariant of the platform after a run, from the fleet's model, the log itself and the read models.
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { topicsFor, type Topics } from '#contracts/topics';
import { commonSettings } from '#kit/common-settings';
import { readConfig } from '#kit/env';
import { createLogger } from '#kit/logger';
import type { Trial } from '#load-tests/bench/trial';
import { plainTariff } from '#load-tests/faults/plain-tariff';
import { checkAcknowledged } from '#load-tests/faults/verify/acknowledged';
import { type Bills, checkBills } from '#load-tests/faults/verify/bills';
import { checkCalls, type FleetReport } from '#load-tests/faults/verify/calls';
import { checkSessions, type Effects } from '#load-tests/faults/verify/effects';
import { checkOrder } from '#load-tests/faults/verify/order';
import { refoldables } from '#load-tests/faults/verify/projections';
import { readTopic } from '#load-tests/faults/verify/read-topic';
import { checkRecovery, type Follower, servicesOf } from '#load-tests/faults/verify/recovery';
import { checkRefold, makeEmptyDatabase } from '#load-tests/faults/verify/refold';
import { readSessions } from '#load-tests/faults/verify/read-sessions';
import { stationLogs } from '#load-tests/faults/verify/station-log';
import { checkTimeseries } from '#load-tests/faults/verify/timeseries';
import type { Check } from '#load-tests/faults/verify/verdict';
import type { FleetModel } from '#load-tests/fleet/model';
import { sinksOf } from '#services/analytics/sinks/all';

export type Verification = {
  readonly trial: Trial;
  readonly model: FleetModel;
  readonly report: FleetReport;
  /** Of I6, sampled through the run. */
  readonly bounds: Check;
  /** How long after the last fault everybody may lag. */
  readonly recoveryMsMax: number;
  /** Every session has a price: billing runs and knows the tariff. */
  readonly isBilled: boolean;
};

export type Verified = {
  readonly checks: readonly Check[];
  readonly effects: Omit<Effects, keyof Check> & { readonly cdrs: number };
};

const everyMs = 500;

/** All checks, whatever the first ones find: a loss is named by the earliest hop that shows it. */
export async function verify(verification: Verification): Promise<Verified> {
  const { trial, model, report, bounds, recoveryMsMax, isBilled } = verification;
  const logger = createLogger('verify', 'error');
  const { brokers, partitions } = readConfig(commonSettings, trial.environment);
  const topics = topicsFor(partitions);
  const databaseUrl = trial.environment['DATABASE_URL'] ?? '';
  const projections = refoldables(topics, trial.secrets, servicesOf(trial));
  const followers = followersOf(trial, topics);
  const recovered = (): Promise<Check> =>
    checkRecovery({ trial, followers, brokers, databaseUrl, logger, withinMs: recoveryMsMax });
  await recovered();
  // Billing decides a moment after its tables know, and what it decides is followed in its turn.
  const readBills = async (): Promise<Bills> => {
    const decisions = isBilled ? (await readTopic(brokers, topics.cdrs, logger)).events : [];
    const known = isBilled ? await readSessions(databaseUrl) : [];
    return checkBills(model, known, { decisions, tariff: plainTariff });
  };
  const bills = await settled(readBills, recoveryMsMax);
  const recovery = await recovered();
  const { events } = await readTopic(brokers, topics.events, logger);
  const logs = stationLogs(events);
  const sessions = await readSessions(databaseUrl);
  const effects = checkSessions(model, sessions, logs);
  const emptyUrl = await makeEmptyDatabase(databaseUrl, `refold_${randomBytes(4).toString('hex')}`);
  const parts = { brokers, databaseUrl, emptyUrl, logger };
  const refold = await checkRefold(projections, parts);
  const clickhouseUrl = trial.environment['CLICKHOUSE_URL'] ?? '';
  const timeseries = await checkTimeseries({ ...parts, clickhouseUrl, topics });
  const checks = [
    checkAcknowledged(model, logs),
    sumOf(effects, bills),
    checkOrder(model, events, logs),
    sumOf(refold, timeseries),
    recovery,
    bounds,
    checkCalls(report),
  ];
  const { sessions: count, endsAcknowledged, energyMilliWh, energyFoundMilliWh } = effects;
  return {
    checks,
    effects: { sessions: count, endsAcknowledged, energyMilliWh, energyFoundMilliWh, cdrs: bills.cdrs },
  };
}

/** Every projection and sink of the services that run. */
export function followersOf(trial: Trial, topics: Topics): readonly Follower[] {
  const running = servicesOf(trial);
  const projections = refoldables(topics, trial.secrets, running);
  const sinks = running.has('analytics') ? sinksOf(topics) : [];
  return [
    ...projections.map(({ service, name, version, topic }) => ({ role: service, schema: `${name}_${version}`, topic })),
    ...sinks.map(({ name, topic }) => ({ role: 'analytics', schema: `sink_${name}`, topic })),
  ];
}

/** The first answer without violations, or the last one within the time. */
async function settled<C extends Check>(check: () => Promise<C>, withinMs: number): Promise<C> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await check();
    if (found.violations.length === 0 || performance.now() > deadline) return found;
    await delay(everyMs);
  }
}

function sumOf(one: Check, other: Check): Check {
  return {
    invariant: one.invariant,
    checked: one.checked + other.checked,
    violations: [...one.violations, ...other.violations],
  };
}
