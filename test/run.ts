// The test runner: `npm test [-- word…]` runs the files whose path holds a word and starts only the parts they need.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import type { Parts } from '#infra/local/parts';
import { rootDir } from '#infra/local/paths';
import { Fault } from '#kit/fault';
import { type Counts, formatCounts, noCounts, type RunnerEvent, takeCount } from '#test/support/counts';
import { noteOutcome, outcomeOf } from '#test/support/outcomes';
import { selectTests, type TestFile } from '#test/support/selection';
import { startTestParts } from '#test/support/test-parts';

// Twice what the run takes on two cores (about 20 minutes): a slow machine is no failure, a run that stands still is.
const runTimeoutMs = 2_700_000;
const fileTimeoutMs = 420_000;
const concurrency = 2;
const interrupted = 'interrupted';

// The runner's own test gives it another tree of tests.
const root = process.env['TEST_ROOT'] ?? rootDir;
const words = process.argv.slice(2);
const outcomesFile = process.env['TEST_OUTCOMES'];
const stopping = new AbortController();
listenForTheEnd();
process.exitCode = await main();
process.exit();

async function main(): Promise<number> {
  const startedMs = performance.now();
  const counts = noCounts();
  const files = selectTests(
    root,
    words.filter((word) => word !== '--unit'),
  ).filter((file) => !words.includes('--unit') || (file.needs.length === 0 && !file.alone));
  if (files.length === 0) {
    process.stderr.write(`No test file's path holds ${words.join(' or ')}.\n`);
    return 1;
  }
  const needs = [...new Set(files.flatMap((file) => file.needs))];
  // Unit tests run while the parts start.
  const starting = needs.length === 0 ? undefined : startTestParts(needs);
  starting?.catch(() => {});
  let fault: unknown;
  try {
    await pipeline(Readable.from(events(files, starting, counts)), new spec(), process.stdout, { end: false });
  } catch (error) {
    fault = error;
  } finally {
    const parts = await starting?.catch(() => undefined);
    await parts?.close();
  }
  return report(counts, fault, performance.now() - startedMs);
}

function report(counts: Counts, fault: unknown, durationMs: number): number {
  const wasStopped = stopping.signal.aborted;
  if (wasStopped || fault !== undefined) {
    // Parts that did not start are a failure like any other: the counts alone must not look green.
    counts.tests += 1;
    counts.fail += 1;
    process.stdout.write(`\n${wasStopped ? `The tests were stopped: ${stopReason()}.` : sentenceOf(fault)}\n`);
  }
  process.stdout.write(formatCounts(counts, durationMs));
  if (wasStopped && stopReason() === interrupted) return 130;
  return counts.fail + counts.cancelled === 0 && counts.tests > 0 ? 0 : 1;
}

async function* events(
  files: readonly TestFile[],
  starting: Promise<Parts> | undefined,
  counts: Counts,
): AsyncGenerator<RunnerEvent> {
  yield* runFiles(
    files.filter((file) => file.needs.length === 0 && !file.alone),
    concurrency,
    counts,
  );
  const rest = files.filter((file) => file.needs.length > 0 || file.alone);
  if (rest.length === 0 || stopping.signal.aborted) return;
  const parts = await starting;
  Object.assign(process.env, parts?.environment);
  void parts?.failed.then((sentence) => stop(sentence));
  yield* runFiles(
    rest.filter((file) => !file.alone),
    concurrency,
    counts,
  );
  // Whole platforms: those on the shared parts one after the other, and beside them those that bring parts of their own;
  // both mostly wait, for stations that come back and parts that start again. The second ones are shown last.
  const whole = rest.filter((file) => file.alone);
  const ownParts = collected(
    runFiles(
      whole.filter(({ needs }) => needs.length === 0),
      1,
      counts,
    ),
  );
  ownParts.catch(() => {});
  yield* runFiles(
    whole.filter(({ needs }) => needs.length > 0),
    1,
    counts,
  );
  yield* await ownParts;
}

async function collected(events: AsyncIterable<RunnerEvent>): Promise<RunnerEvent[]> {
  const all: RunnerEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

async function* runFiles(files: readonly TestFile[], atOnce: number, counts: Counts): AsyncGenerator<RunnerEvent> {
  if (files.length === 0 || stopping.signal.aborted) return;
  const stream = run({
    files: files.map((file) => join(root, file.path)),
    concurrency: atOnce,
    timeout: fileTimeoutMs,
    signal: stopping.signal,
  });
  for await (const event of stream) {
    const seen = event as RunnerEvent;
    const outcome = outcomesFile === undefined ? undefined : outcomeOf(root, seen);
    if (outcomesFile !== undefined && outcome !== undefined) noteOutcome(outcomesFile, outcome);
    if (!takeCount(seen, counts)) yield seen;
  }
}

function listenForTheEnd(): void {
  process.on('SIGINT', () => stop(interrupted));
  process.on('SIGTERM', () => stop('terminated'));
  if (process.env['CHILD_OF_PIPE'] === '1') {
    process.stdin.resume();
    process.stdin.once('end', () => stop('the parent ended'));
    process.stdin.unref?.();
  }
  // The tests' own processes have another parent.
  delete process.env['CHILD_OF_PIPE'];
  setTimeout(() => stop(`not done after ${runTimeoutMs / 60_000} minutes`), runTimeoutMs).unref();
  process.execArgv.push('--import', pathToFileURL(join(rootDir, 'test', 'support', 'end-with-runner.ts')).href);
}

function stop(reason: string): void {
  // node's runner writes into the reason, so it must be an Error.
  stopping.abort(new Error(reason));
}

function stopReason(): string {
  const { reason } = stopping.signal;
  return reason instanceof Error ? reason.message : String(reason);
}

function sentenceOf(fault: unknown): string {
  if (fault instanceof Fault) return fault.detail;
  return fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
}
