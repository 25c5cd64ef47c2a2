// I5: after healing every process answers, and every projection and sink reaches the end of its topic, none stopped, no key parked.
import { serviceNames } from '#infra/local/programs';
import { waitFor } from '#infra/local/wait';
import { openLogReader } from '#kit/event-log/reader';
import type { TopicSpec } from '#kit/event-log/types';
import type { Logger } from '#kit/logger';
import { openDatabase } from '#kit/postgres';
import type { Trial } from '#load-tests/bench/trial';
import { readSettings } from '#load-tests/faults/verify/refold';
import { positionsOf } from '#load-tests/faults/verify/table-hashes';
import type { Check, Violation } from '#load-tests/faults/verify/verdict';

/** Something that follows a topic: the schema of its positions, the role that owns it. */
export type Follower = { readonly role: string; readonly schema: string; readonly topic: TopicSpec };

export type RecoveryParts = {
  readonly trial: Trial;
  readonly followers: readonly Follower[];
  readonly brokers: readonly string[];
  readonly databaseUrl: string;
  readonly logger: Logger;
  readonly withinMs: number;
};

const everyMs = 200;
const answerTimeoutMs = 5_000;

export async function checkRecovery(parts: RecoveryParts): Promise<Check> {
  const { trial, followers, withinMs } = parts;
  const deadline = performance.now() + withinMs;
  const violations: Violation[] = [];
  for (const follower of followers) violations.push(...(await lagOf(follower, parts, deadline)));
  const urls = metricUrlsOf(trial);
  const states = await Promise.all(urls.map(stateOf));
  return { invariant: 'I5', checked: followers.length + urls.length, violations: [...violations, ...states.flat()] };
}

/** The ends as of now; timers may append behind them meanwhile. */
async function lagOf(follower: Follower, parts: RecoveryParts, deadline: number): Promise<Violation[]> {
  const { brokers, databaseUrl: url, logger } = parts;
  const { role, schema, topic } = follower;
  const options = { ...readSettings, brokers, clientId: 'verify', topic: topic.name, onLost: () => {} };
  const reader = await openLogReader(options, logger);
  const database = await openDatabase({ url, role, schema: role, poolMax: 1, logger });
  let behind = 0;
  try {
    const ends = await reader.endOffsets();
    await waitFor(
      async () => {
        const positions = await positionsOf(database, schema);
        behind = [...ends].reduce(
          (sum, [partition, end]) => sum + Math.max(0, end - (positions.get(partition) ?? 0)),
          0,
        );
        if (behind > 0) throw new Error(`${behind} events behind`);
      },
      { timeoutMs: Math.max(everyMs, deadline - performance.now()), everyMs },
    );
    return [];
  } catch (error) {
    return [violation(schema, 'the end of its topic', behind > 0 ? `${behind} events behind` : String(error))];
  } finally {
    await reader.close();
    await database.close();
  }
}

/** The services that run: a process is named after those in it. */
export function servicesOf({ processes }: Trial): ReadonlySet<string> {
  return new Set([...processes.keys()].flatMap((name) => name.split('-')));
}

/** Base URLs of all our processes that answer /metrics. */
export function metricUrlsOf(trial: Trial): string[] {
  const { urls, gateways } = trial;
  const running = servicesOf(trial);
  return [
    ...serviceNames.filter((name) => running.has(name)).map((name) => urls[name]),
    ...gateways.map(({ adminUrl }) => adminUrl),
  ];
}

export async function readMetrics(base: string): Promise<string> {
  const response = await fetch(`${base}/metrics`, { signal: AbortSignal.timeout(answerTimeoutMs) });
  return response.text();
}

const stateLine = /^chargestream_((?:projection|sink)_(?:partition_stopped|parked_keys))\{([^}]*)\} (\S+)$/gm;

/** A process that does not answer is down for good: nobody hurts it any more. */
async function stateOf(base: string): Promise<Violation[]> {
  try {
    const text = await readMetrics(base);
    return [...text.matchAll(stateLine)].flatMap(([, name = '', labels = '', value]) =>
      Number(value) === 0 ? [] : [violation(`${name} {${labels}}`, '0', String(value))],
    );
  } catch (error) {
    return [violation(base, 'an answer', String(error))];
  }
}

function violation(subject: string, expected: string, found: string): Violation {
  return { invariant: 'I5', hop: 'log → read model', subject, expected, found };
}
