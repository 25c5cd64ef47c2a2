// The long fuzz run: a whole platform, one process per service, spoiled frames for minutes, and every fold at its topic's end after it.
import { topicsFor } from '#contracts/topics';
import { serviceNames } from '#infra/local/programs';
import { commonSettings } from '#kit/common-settings';
import { readConfig } from '#kit/env';
import { createLogger } from '#kit/logger';
import { startTrial, type Trial } from '#load-tests/bench/trial';
import { checkRecovery } from '#load-tests/faults/verify/recovery';
import { renderChecks } from '#load-tests/faults/verify/verdict';
import { followersOf } from '#load-tests/faults/verify/verify';
import { fuzzEnvironment, runFuzz } from './fuzz.ts';

export type FuzzSoakOptions = {
  readonly seed: string;
  readonly frames: number;
  readonly rate: number;
  say(line: string): void;
};

export type FuzzSoak = {
  /** Whether the platform stood it. */
  run(options: FuzzSoakOptions): Promise<boolean>;
  close(): Promise<void>;
};

const sockets = 60;
const quietMs = 10_000;
const othersP99MsMax = 250;
const recoveryMsMax = 300_000;

export async function startFuzzSoak(): Promise<FuzzSoak> {
  const processes = serviceNames.map((name) => [name]);
  const trial = await startTrial({ processes, ownParts: true, env: fuzzEnvironment });
  return { run: (options) => soak(trial, options), close: () => trial.close() };
}

async function soak(trial: Trial, { seed, frames, rate, say }: FuzzSoakOptions): Promise<boolean> {
  const report = await runFuzz(trial, { seed, frames, rate, sockets, quietMs, othersP99MsMax, say });
  const { tally, verdict, ...figures } = report;
  const { brokers, partitions } = readConfig(commonSettings, trial.environment);
  const followers = followersOf(trial, topicsFor(partitions));
  const databaseUrl = trial.environment['DATABASE_URL'] ?? '';
  const logger = createLogger('fuzz', 'error');
  const recovery = await checkRecovery({ trial, followers, brokers, databaseUrl, logger, withinMs: recoveryMsMax });
  say(renderChecks([recovery]));
  for (const violation of verdict.violations) say(violation);
  const violations = verdict.violations.length + recovery.violations.length;
  const { sent, dealtWith, closedOn, answered, refused } = tally;
  const { accounted, factsFound } = verdict;
  const closes = Object.fromEntries(tally.closes);
  const counts = { sent, dealtWith, closedOn, answered, refused, accounted, factsFound, closes };
  say(JSON.stringify({ ...figures, ...counts, violations }));
  return violations === 0;
}
