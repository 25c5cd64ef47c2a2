// Three kills (-9) of every process and every part at random moments under a charging fleet; then every invariant is checked.
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { after, before, test } from 'node:test';
import type { TrialProcess } from '#load-tests/bench/trial-process';
import { type FaultedRun, startFaultedRun } from '#load-tests/faults/faulted-run';
import { renderChecks } from '#load-tests/faults/verify/verdict';
import { Random } from '#load-tests/fleet/random';

const stations = 100;
const rounds = 3;
const windowMs = 4_000;
const downMsMax = 1_000;
const seed = process.env['SEED'] ?? 'kill-everything';

let run: FaultedRun;

before(async () => {
  run = await startFaultedRun({ stations, seed, gateways: 2 });
});
after(() => run.close());

test(
  'three kills of every process and part under load lose, double and reorder nothing',
  { timeout: 230_000 },
  async (context) => {
    context.diagnostic(`seed ${seed}`);
    const { trial, fleet } = run;
    const random = new Random(`${seed}/kills`);
    const processes = [...trial.processes.values(), ...trial.parts.values()];
    for (let round = 0; round < rounds; round++) {
      // In turns: the one that dies is the one to which all stations fled from the other.
      const spared = `gateway-${(round + 1) % 2}`;
      const victims = processes.filter(({ name }) => name !== spared);
      const draws = victims.map((victim) => ({
        victim,
        afterMs: random.integer(0, windowMs),
        downMs: random.integer(0, downMsMax),
      }));
      const startedMs = performance.now();
      await Promise.all(draws.map(killAndStart));
      await fleet.connected();
      const seconds = Math.round((performance.now() - startedMs) / 1_000);
      context.diagnostic(`round ${round + 1}: everybody is back after ${seconds} s`);
    }
    const { checks, effects, rssPeakMiB } = await run.finish();
    context.diagnostic(JSON.stringify({ ...effects, rssPeakMiB }));
    assert.ok(effects.endsAcknowledged > stations, 'the fleet charged');
    for (const { invariant, checked } of checks) assert.ok(checked > 0, `${invariant} looked at something`);
    assert.deepEqual(
      checks.flatMap(({ violations }) => violations),
      [],
      renderChecks(checks),
    );
  },
);

type Draw = { readonly victim: TrialProcess; readonly afterMs: number; readonly downMs: number };

async function killAndStart({ victim, afterMs, downMs }: Draw): Promise<void> {
  await delay(afterMs);
  await victim.kill();
  await delay(downMs);
  await victim.start();
}
