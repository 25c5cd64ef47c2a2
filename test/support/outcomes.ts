// What became of each test of a run, one JSON line per test, for who reads a run: `TEST_OUTCOMES=<file> npm test`.
import { appendFileSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { RunnerEvent } from './counts.ts';

export type TestOutcome = {
  /** Relative to the checkout, with slashes. */
  readonly file: string;
  readonly name: string;
  readonly result: 'passed' | 'failed' | 'skipped';
};

/** The outcome that an event of node:test tells; undefined where it tells none: of a suite, of anything else. */
export function outcomeOf(root: string, { type, data }: RunnerEvent): TestOutcome | undefined {
  if (type !== 'test:pass' && type !== 'test:fail') return undefined;
  const { name, file, skip, details } = data as TestData;
  if (file === undefined || details?.type === 'suite') return undefined;
  const isSkipped = skip !== undefined && skip !== false;
  const told = { file: relative(root, file).replaceAll('\\', '/'), name };
  if (type === 'test:fail') return { ...told, result: 'failed' };
  return { ...told, result: isSkipped ? 'skipped' : 'passed' };
}

/** What node:test says of a test or suite. */
type TestData = {
  readonly name: string;
  readonly file?: string;
  readonly skip?: string | boolean;
  readonly details?: { readonly type?: string };
};

export function noteOutcome(path: string, outcome: TestOutcome): void {
  appendFileSync(path, `${JSON.stringify(outcome)}\n`);
}

export function readOutcomes(path: string): readonly TestOutcome[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as TestOutcome);
}
