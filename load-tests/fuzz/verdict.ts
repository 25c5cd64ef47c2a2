// Whether a platform stood a fuzz run: alive, within its memory, as fast for others, every frame accounted for, no acknowledged fact missing.
import { setTimeout as delay } from 'node:timers/promises';
import { deadLettersOf, topicsFor } from '#contracts/topics';
import { commonSettings } from '#kit/common-settings';
import { readConfig } from '#kit/env';
import { createLogger } from '#kit/logger';
import type { Trial } from '#load-tests/bench/trial';
import { readTopic } from '#load-tests/faults/verify/read-topic';
import { readMetrics } from '#load-tests/faults/verify/recovery';
import type { Latency } from './probes.ts';
import type { Tally } from './tally.ts';

export type Verdict = {
  readonly violations: readonly string[];
  /** Exchanges in the log of frames, shed ones, and what the transport refused: one for each message that came. */
  readonly accounted: number;
  readonly factsFound: number;
};

export type Seen = {
  readonly tally: Tally;
  readonly before: Latency;
  readonly during: Latency;
  readonly rssMiB: { readonly before: number; readonly peak: number; readonly after: number };
  /** Why one of the others was not answered. */
  readonly failure: string | null;
};

/** A gateway's guards alone are 200; the rest is what a heap may grow to before it is collected. */
const rssMiBMax = 600;
const accountedWithinMs = 30_000;
const everyMs = 200;
const shownMax = 10;

/** @param othersP99MsMax what the others may wait, by the machine: they share its cores with whoever sends the frames. */
export async function judge(trial: Trial, seen: Seen, othersP99MsMax: number): Promise<Verdict> {
  const { tally } = seen;
  const violations = [...livenessOf(trial, seen), ...memoryOf(seen), ...latencyOf(seen, othersP99MsMax)];
  for (const finding of tally.findings.slice(0, shownMax))
    violations.push(`${finding.stationId} (${finding.mutation}): ${finding.what}; frame ${finding.frame}`);
  if (tally.found > shownMax) violations.push(`… and ${tally.found - shownMax} more of that kind`);
  const accounted = await accountedBy(trial, tally);
  const sure = tally.sent - tally.unsure;
  if (accounted < sure || accounted > tally.sent)
    violations.push(
      `${tally.sent} messages were sent (${tally.unsure} of them as their socket ended), ${accounted} are accounted for`,
    );
  const facts = await factsOf(trial, tally);
  return { violations: [...violations, ...facts.violations], accounted, factsFound: facts.found };
}

function livenessOf(trial: Trial, { failure }: Seen): string[] {
  const gone = [...trial.processes.values()].filter((each) => !isAlive(each.pid())).map(({ name }) => `${name} ended`);
  return failure === null ? gone : [...gone, `a well-behaved station was not answered: ${failure}`];
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function memoryOf({ rssMiB: { before, peak } }: Seen): string[] {
  return peak <= rssMiBMax ? [] : [`the gateway took ${peak} MiB (${before} before), more than ${rssMiBMax}`];
}

function latencyOf({ before, during }: Seen, maxMs: number): string[] {
  if (during.p99Ms <= maxMs) return [];
  return [`others waited: p99 ${during.p99Ms} ms, before ${before.p99Ms} ms, at most ${maxMs} ms`];
}

/** What comes late is waited for: frames are told in batches. */
async function accountedBy(trial: Trial, { sent, unsure }: Tally): Promise<number> {
  const untilMs = performance.now() + accountedWithinMs;
  for (;;) {
    const accounted = await countedBy(trial);
    if (accounted >= sent - unsure || performance.now() > untilMs) return accounted;
    await delay(everyMs);
  }
}

const told = /^chargestream_log_appended_records_total\{topic="charging\.frames\.v1"\} (\d+)$/gm;
const shed = /^chargestream_gateway_frames_shed_total\{[^}]*\} (\d+)$/gm;
const transport = /^chargestream_gateway_frame_faults_total\{reason="(?:binary|frame-too-big)"\} (\d+)$/gm;

async function countedBy(trial: Trial): Promise<number> {
  const texts = await Promise.all(trial.gateways.map(({ adminUrl }) => readMetrics(adminUrl)));
  let sum = 0;
  for (const text of texts) {
    for (const line of [told, shed, transport]) for (const [, value] of text.matchAll(line)) sum += Number(value);
  }
  return sum;
}

async function factsOf(trial: Trial, { acknowledged }: Tally): Promise<{ violations: string[]; found: number }> {
  const { brokers, partitions } = readConfig(commonSettings, trial.environment);
  const topics = topicsFor(partitions);
  const logger = createLogger('fuzz', 'error');
  const { events, unreadable } = await readTopic(brokers, topics.events, logger);
  const found = new Set<string>();
  for (const { record } of events) {
    if ('meta' in record && record.meta.messageId !== null)
      found.add(inUtf8(`${record.meta.stationId} ${record.meta.messageId}`));
  }
  const lost = [...acknowledged].filter((fact) => !found.has(inUtf8(fact)));
  const violations = lost.slice(0, shownMax).map((fact) => `${fact} was acknowledged and is not in the log`);
  if (lost.length > shownMax) violations.push(`… and ${lost.length - shownMax} more of these`);
  const own = unreadable.filter(isOurs);
  if (own.length > 0) violations.push(`${own.length} events cannot be read: ${own.slice(0, shownMax).join(', ')}`);
  // Dead letters are JSON, so this reader names their keys alone.
  const parked = (await readTopic(brokers, deadLettersOf(topics.events), logger)).unreadable.filter(isOurs);
  if (parked.length > 0)
    violations.push(`${parked.length} events stopped a fold: ${parked.slice(0, shownMax).join(', ')}`);
  return { violations, found: acknowledged.size - lost.length };
}

/** The log may be shared with tests that plant what cannot be read. */
function isOurs(key: string): boolean {
  return key.includes('/FUZZ-') || key.includes('/PROBE-');
}

/** UTF-8 has no lone surrogates: what a station made its id of is one replacement character in the log, or three. */
function inUtf8(text: string): string {
  return text.replaceAll(/\p{Surrogate}|\ufffd+/gu, '\ufffd');
}
