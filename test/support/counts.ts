// The runner's counts: several runs of node's test runner become one, with one set of counts.
export type Counts = Record<(typeof countNames)[number], number>;

/** What of an event of node:test matters here. */
export type RunnerEvent = { readonly type: string; readonly data: unknown };

export const countNames = ['tests', 'suites', 'pass', 'fail', 'cancelled', 'skipped', 'todo'] as const;

export function noCounts(): Counts {
  return { tests: 0, suites: 0, pass: 0, fail: 0, cancelled: 0, skipped: 0, todo: 0 };
}

/** Adds the event's count to counts and returns true when the event is one; such an event is not to be shown. */
export function takeCount(event: RunnerEvent, counts: Counts): boolean {
  if (event.type !== 'test:diagnostic') return false;
  const { data } = event;
  if (typeof data !== 'object' || data === null || !('message' in data) || !('nesting' in data) || data.nesting !== 0)
    return false;
  const [word, value] = String(data.message).split(' ');
  if (word === 'duration_ms') return true;
  const name = countNames.find((candidate) => candidate === word);
  if (name === undefined || !/^\d+$/.test(value ?? '')) return false;
  counts[name] += Number(value);
  return true;
}

/** The last lines of a run, in node's own form. */
export function formatCounts(counts: Counts, durationMs: number): string {
  const lines = countNames.map((name) => `ℹ ${name} ${counts[name]}`);
  return `${[...lines, `ℹ duration_ms ${durationMs.toFixed(0)}`].join('\n')}\n`;
}
