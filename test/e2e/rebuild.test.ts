// Everything that was folded is rebuilt while 200 stations charge: identical each time, and nobody outside notices.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import { rootDir } from '#infra/local/paths';
import { serviceNames } from '#infra/local/programs';
import { type FaultedRun, startFaultedRun } from '#load-tests/faults/faulted-run';
import { operatorOf, type Page, type Session } from './operator-client.ts';

const stations = 200;
const seed = process.env['SEED'] ?? 'rebuild';
const projections = [
  'sessions',
  'stations',
  'commands',
  'billing_sessions',
  'billing_places',
  'cdrs',
  'ocpi_registry',
  'ocpi_evse_status',
  'ocpi_sessions',
  'ocpi_cdrs',
];
const sinks = ['readings', 'session_facts', 'dimensions'];
const everyMs = 100;

let run: FaultedRun;

before(async () => {
  run = await startFaultedRun({ stations, seed, gateways: 1, trial: { processes: [serviceNames] } });
});
after(() => run.close());

test(
  'each projection and each table of readings is rebuilt while stations charge',
  { timeout: 230_000 },
  async (context) => {
    context.diagnostic(`seed ${seed}`);
    const looking = look();
    const rebuilt = await rebuild([...projections, ...sinks]);
    const { answers, faults } = await looking.end();
    assert.equal(rebuilt.length, projections.length + sinks.length);
    for (const each of rebuilt)
      assert.deepEqual([each.outcome, each.isIdentical], ['swapped', true], JSON.stringify(each));
    assert.deepEqual(faults, []);
    assert.ok(answers > 20, `only ${answers} answers`);
    await run.fleet.connected();
    await run.fleet.drain();
    // What the services folded on, in the versions that were swapped in, is what a fresh fold of the log makes of it.
    for (const each of await rebuild(['sessions', 'stations', 'readings', '--dry-run']))
      assert.deepEqual([each.outcome, each.isIdentical], ['would-swap', true], JSON.stringify(each));
  },
);

/** Asks all the time what operators ask: every answer is whole, and no session that was seen is ever gone. */
function look(): { end(): Promise<{ answers: number; faults: string[] }> } {
  const operator = operatorOf(run.trial);
  const faults: string[] = [];
  const seen = new Set<string>();
  let answers = 0;
  let looks = true;
  const ask = async (): Promise<void> => {
    const paths = ['/v1/sessions?limit=200', '/v1/stations?limit=200', '/v1/cdrs?limit=20'];
    for (const path of paths) {
      const response = await operator.raw(path);
      const text = await response.text();
      if (!response.ok) faults.push(`${path} answers ${response.status}: ${text}`);
      else answers += 1;
    }
    const [known] = seen;
    if (known !== undefined && !(await operator.raw(`/v1/sessions/${known}`)).ok) faults.push(`${known} is gone`);
    const { items } = await operator.get<Page<Session>>('/v1/sessions?limit=20');
    for (const { sessionId } of items) seen.add(sessionId);
  };
  const looking = (async () => {
    while (looks) {
      await ask();
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  })();
  return {
    async end() {
      looks = false;
      await looking;
      return { answers, faults };
    },
  };
}

type Rebuilt = { readonly outcome: string; readonly isIdentical: boolean };

/** As `npm run rebuild` does it; its lines. */
async function rebuild(args: readonly string[]): Promise<Rebuilt[]> {
  const env = { ...process.env, ...run.trial.environment, LOG_LEVEL: 'error' };
  const child = spawn(process.execPath, ['--import', 'tsx', 'services/rebuild.ts', ...args], { cwd: rootDir, env });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const code = await new Promise((resolve) => child.on('close', resolve));
  assert.equal(code, 0, `${output}${errors}`);
  const lines = output.trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Rebuilt);
}
