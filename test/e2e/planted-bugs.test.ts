// Bugs planted into running processes while stations charge: each must be found by verify, or the rig proves nothing.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { rootDir } from '#infra/local/paths';
import type { TrialProcess } from '#load-tests/bench/trial-process';
import { type FaultedRun, startFaultedRun } from '#load-tests/faults/faulted-run';
import { renderChecks, type Violation } from '#load-tests/faults/verify/verdict';
import { eventually } from './operator-client.ts';

const stations = 100;
const seed = process.env['SEED'] ?? 'planted-bugs';
const lateKills = 3;
const sessionsBeginMsMax = 60_000;
const withPlants = ['--import', join(rootDir, 'load-tests', 'faults', 'planted', 'plant.mjs')];
const nothing = { PLANTED_BUG: '', FAILPOINTS: '' };

let run: FaultedRun;

before(async () => {
  run = await startFaultedRun({
    stations,
    seed,
    // Short sessions: a moment at random is then often one between a start and its answer.
    fleetFlags: { 'session-seconds': '10', 'idle-seconds': '1' },
    trial: {
      processes: [['sessions'], ['registry', 'stations', 'analytics', 'operator']],
      nodeArgsOf: { 'gateway-0': withPlants, sessions: withPlants },
    },
  });
});
after(() => run.close());

test('the rig finds an answer before the append, a position before its rows, and sessions told apart by message id', async (context) => {
  context.diagnostic(`seed ${seed}`);
  const { fleet } = run;
  await crashBeforeRows();

  // Stations are where a gateway is: the one that shall be hurt gets them all by the other's end.
  const [one, other] = [processOf('gateway-0'), processOf('gateway-1')];
  // Answered, and still in this process for a while: what a kill takes with it.
  await restarted(one, { PLANTED_BUG: 'answer-before-append', FAILPOINTS: 'log.before-send=delay:700' });
  await other.kill();
  await sessionsBegin();
  await one.kill();
  // In the log, and not answered for a while: stations repeat it after the kill, half of them under a new message id.
  for (let kill = 0; kill < lateKills; kill++) {
    await other.start({ ...nothing, FAILPOINTS: 'log.after-ack=delay:700' });
    await sessionsBegin();
    await other.kill();
  }
  await Promise.all([one.start(nothing), other.start(nothing)]);
  await fleet.connected();

  const { checks } = await run.finish();
  const violations = checks.flatMap((check) => check.violations);
  const found = (invariant: Violation['invariant'], hop: string, subject: RegExp): boolean =>
    violations.some((each) => each.invariant === invariant && each.hop === hop && subject.test(each.subject));
  const table = renderChecks(checks);
  assert.ok(found('I1', 'gateway → log', /^fault-/), `answered, not in the log\n${table}`);
  assert.ok(
    found('I2', 'log → sessions', /\((missing|not-ended|energy-differs)\)/),
    `rows that are not there\n${table}`,
  );
  assert.ok(found('I2', 'log → sessions', /\(doubled\)/), `one start, two sessions\n${table}`);
  assert.ok(found('I4', 'log → sessions', /^sessions_/), `rows unlike an undisturbed fold's\n${table}`);
});

function processOf(name: string): TrialProcess {
  const found = run.trial.processes.get(name);
  assert.ok(found !== undefined, `${name} runs`);
  return found;
}

async function restarted(victim: TrialProcess, env: Readonly<Record<string, string>>): Promise<void> {
  await victim.kill();
  await victim.start({ ...nothing, ...env });
}

/** The position moves by itself, and the crash comes before the rows do; then the next bug takes over. */
async function crashBeforeRows(): Promise<void> {
  const victim = processOf('sessions');
  const crash = { PLANTED_BUG: 'position-before-rows', FAILPOINTS: 'projection.before-commit=crash@20' };
  // It may crash before it is ready, too.
  await restarted(victim, crash).catch(() => {});
  await victim.ended();
  await victim.start({ ...nothing, PLANTED_BUG: 'known-by-message-id' });
}

async function sessionsBegin(): Promise<void> {
  const { fleet } = run;
  const before = fleet.model().sessions.size;
  await eventually(
    'sessions begin',
    async () => (fleet.model().sessions.size > before + stations / 2 ? true : undefined),
    sessionsBeginMsMax,
  );
}
