// `npm run soak -- --seed N --minutes M [--only gateway,kill-kafka] [--rounds 20] [--stations 200]`: random faults under load, then verify;
// `--only fuzz --frames 1000000`: spoiled frames instead.
import { setTimeout as delay } from 'node:timers/promises';
import { provenance } from '#load-tests/bench/trial';
import { startFaultedRun, type FaultedRun } from '#load-tests/faults/faulted-run';
import { drawScenario, selectScenarios } from '#load-tests/faults/scenarios';
import { readSoakOptions, type SoakOptions } from '#load-tests/faults/soak-options';
import { renderChecks } from '#load-tests/faults/verify/verdict';
import { Random } from '#load-tests/fleet/random';
import { startFuzzSoak } from '#load-tests/fuzz/fuzz-soak';
import { Fault } from '#kit/fault';

const quietMs = { min: 500, max: 3_000 };

const say = (line: string): void => void process.stdout.write(`${line}\n`);

let run: Pick<FaultedRun, 'close'> | undefined;
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
if (process.env['CHILD_OF_PIPE'] === '1') {
  process.stdin.resume();
  process.stdin.once('end', () => stop.abort());
}

try {
  const options = readSoakOptions(process.argv.slice(2));
  process.exitCode = await (options.only.includes('fuzz') ? fuzz(options) : soak(options));
} catch (error) {
  if (stop.signal.aborted) say('The soak was stopped.');
  else say(error instanceof Fault ? error.detail : String(error instanceof Error ? error.stack : error));
  process.exitCode = 1;
} finally {
  await run?.close();
}
process.exit();

async function soak(options: SoakOptions): Promise<number> {
  const { seed, stations, only } = options;
  say(await provenance());
  say(`seed ${seed}, ${stations} stations; the same seed draws the same faults`);
  const faulted = await startFaultedRun({ seed, stations, gateways: 2, hasLinks: options.links });
  run = faulted;
  stop.signal.throwIfAborted();
  const among = selectScenarios(faulted.trial, only);
  if (among.length === 0) throw new Fault('CONFIG_INVALID', { detail: `--only ${only.join(',')} names no scenario` });
  const counts = await hurt(faulted, options, among);
  const finished = await faulted.finish();
  say(renderChecks(finished.checks));
  const violations = finished.checks.reduce((sum, check) => sum + check.violations.length, 0);
  say(JSON.stringify({ seed, faults: counts, ...finished.effects, rssPeakMiB: finished.rssPeakMiB, violations }));
  return violations === 0 ? 0 : 1;
}

/** Every version's frames, spoiled, over real sockets: all services run, and must go on. */
async function fuzz({ seed, frames, rate }: SoakOptions): Promise<number> {
  say(await provenance());
  say(`seed ${seed}, ${frames} frames; the same seed draws the same frames`);
  const fuzzed = await startFuzzSoak();
  run = fuzzed;
  stop.signal.throwIfAborted();
  return (await fuzzed.run({ seed, frames, rate, say })) ? 0 : 1;
}

type Among = ReturnType<typeof selectScenarios>;

/** One fault after the other, each healed before the next, until the time or the rounds are over. */
async function hurt({ trial, fleet }: FaultedRun, options: SoakOptions, among: Among): Promise<Record<string, number>> {
  const random = new Random(`${options.seed}/soak`);
  const counts: Record<string, number> = {};
  const endsAtMs = performance.now() + options.minutes * 60_000;
  for (let round = 1; round <= options.rounds && performance.now() < endsAtMs; round++) {
    await delay(random.integer(quietMs.min, quietMs.max), undefined, { signal: stop.signal });
    const [name, { what, run: injure }] = drawScenario(among, random);
    const startedMs = performance.now();
    await injure(trial, random, options);
    // Liveness is asked for only now: with the fault healed, every station must come back by itself.
    await fleet.connected();
    const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
    say(`${String(round).padStart(4)}  ${name.padEnd(18)} ${what}; all stations back after ${seconds} s`);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
