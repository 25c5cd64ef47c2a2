// Everything that was folded is rebuilt while 200 stations charge: identical each time, and nobody outside notices. Then a
// fold of another output corrects exactly the sessions that differ, and billing asks a person about each of their CDRs.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import { rootDir } from '#infra/local/paths';
import { serviceNames } from '#infra/local/programs';
import { type FaultedRun, startFaultedRun } from '#load-tests/faults/faulted-run';
import { askForDetails, askToReserve, untoldSubjects } from './told-details.ts';
import { eventually, operatorOf, type Operator, type Page, type Session } from './operator-client.ts';

const stations = 200;
const seed = process.env['SEED'] ?? 'rebuild';
const projections = ['sessions', 'stations', 'commands'];
/** Words for several: billing's three, four of the OCPI view, what alerts fold of three topics, four kinds of table in ClickHouse. */
const groups = ['billing', 'ocpi', 'alerts', 'clickhouse'];
const rebuiltNames = projections.length + 3 + 4 + 3 + 4;
const everyMs = 100;
/** Stations that are asked for what is kept as documents. */
const askedStations = 12;

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
    const operator = operatorOf(run.trial);
    const { items } = await operator.get<Page<{ readonly stationId: string }>>(`/v1/stations?limit=${askedStations}`);
    const ids = items.map(({ stationId }) => stationId);
    await askForDetails(operator, ids);
    // Most connectors are taken, so that a reservation may have to be asked for again.
    const isTold = async (): Promise<true> => {
      const untold = await untoldSubjects(operator, ids);
      if (untold.includes('reservations')) await askToReserve(operator, ids);
      assert.deepEqual(untold, []);
      return true;
    };
    await eventually('a document of each subject', isTold, 60_000);
    const looking = look();
    // Some change while they are rebuilt.
    const asking = askForDetails(operator, ids.slice(0, 3));
    const rebuilt = await rebuild([...projections, ...groups]);
    await asking;
    const { answers, slowestMs, faults } = await looking.end();
    context.diagnostic(`${answers} answers, the slowest after ${slowestMs.toFixed(0)} ms`);
    assert.equal(rebuilt.length, rebuiltNames);
    for (const each of rebuilt)
      assert.deepEqual([each.outcome, each.isIdentical], ['swapped', true], JSON.stringify(each));
    assert.deepEqual(faults, []);
    assert.ok(answers > 0);
    await run.fleet.connected();
    await run.fleet.drain();
    // What the services folded on, in the versions that were swapped in, is what a fresh fold of the log makes of it.
    for (const each of await rebuild(['sessions', 'stations', 'readings', '--dry-run']))
      assert.deepEqual([each.outcome, each.isIdentical], ['would-swap', true], JSON.stringify(each));
  },
);

test('a fold that makes some sessions dearer corrects these alone; billing opens reviews and issues nothing', async () => {
  const operator = operatorOf(run.trial);
  const { sessions, cdrs } = await eventually(
    'a CDR or a review of each ended session',
    () => decided(operator),
    60_000,
  );
  const issued = new Set(cdrs.map(({ sessionId }) => sessionId));
  const dearer = sessions.filter(isDearer).map(({ sessionId }) => sessionId);
  assert.ok(dearer.length > 0 && dearer.length < sessions.length, `${dearer.length} of ${sessions.length} get dearer`);
  assert.deepEqual(await all(operator, '/v1/billing-reviews?reason=corrected'), []);
  const [{ outcome, corrections } = {}] = await rebuilt([
    'test/services/sessions/second-generation.ts',
    'default',
    'dearer',
  ]);
  assert.deepEqual([outcome, corrections], ['swapped', dearer.length]);
  const billed = dearer.filter((sessionId) => issued.has(sessionId)).toSorted();
  await eventually('a review of each CDR that the correction touches', async () => {
    const reviews = await all<Review>(operator, '/v1/billing-reviews?reason=corrected');
    return reviews.length >= billed.length ? reviews : undefined;
  });
  const reviews = await all<Review>(operator, '/v1/billing-reviews?reason=corrected');
  assert.deepEqual(reviews.map(({ sessionId }) => sessionId).toSorted(), billed);
  assert.deepEqual(await all(operator, '/v1/cdrs'), cdrs, 'what was issued stands, and nothing was issued');
});

type Cdr = { readonly sessionId: string; readonly cdrId: string };
type Review = { readonly sessionId: string };

/** What is charged and what is billed, once billing has decided about all that ended; undefined until then. */
async function decided(operator: Operator): Promise<{ sessions: Session[]; cdrs: Cdr[] } | undefined> {
  const sessions = await all<Session>(operator, '/v1/sessions');
  const cdrs = await all<Cdr>(operator, '/v1/cdrs');
  const reviews = await all<Review>(operator, '/v1/billing-reviews');
  const known = new Set([...cdrs, ...reviews].map(({ sessionId }) => sessionId));
  const isDecided = sessions.every(({ state, sessionId }) => state !== 'ended' || known.has(sessionId));
  return isDecided ? { sessions, cdrs } : undefined;
}

/** 1.6 alone says its register with the end, and counts its transactions in numbers. */
function isDearer({ state, transactionId }: Session): boolean {
  return state === 'ended' && /^\d+$/.test(transactionId) && Number(transactionId) % 7 === 0;
}

async function all<T>(operator: Operator, path: string): Promise<T[]> {
  const found: T[] = [];
  let cursor: string | null = null;
  do {
    const more: string = cursor === null ? '' : `&cursor=${cursor}`;
    const page: Page<T> = await operator.get<Page<T>>(`${path}${path.includes('?') ? '&' : '?'}limit=1000${more}`);
    found.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return found;
}

/** Asks all the time what operators ask: every answer is whole, and no session that was seen is ever gone. */
type Looked = { readonly answers: number; readonly slowestMs: number; readonly faults: readonly string[] };

function look(): { end(): Promise<Looked> } {
  const operator = operatorOf(run.trial);
  const faults: string[] = [];
  const seen = new Set<string>();
  let answers = 0;
  let slowestMs = 0;
  let looks = true;
  const ask = async (): Promise<void> => {
    const paths = ['/v1/sessions?limit=200', '/v1/stations?limit=200', '/v1/cdrs?limit=20'];
    for (const path of paths) {
      const askedMs = performance.now();
      const response = await operator.raw(path);
      const text = await response.text();
      slowestMs = Math.max(slowestMs, performance.now() - askedMs);
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
      return { answers, slowestMs, faults };
    },
  };
}

type Rebuilt = { readonly outcome: string; readonly isIdentical: boolean; readonly corrections: number };

/** As `npm run rebuild` does it; its lines. */
function rebuild(names: readonly string[]): Promise<Rebuilt[]> {
  return rebuilt(['services/rebuild.ts', ...names]);
}

async function rebuilt(args: readonly string[]): Promise<Rebuilt[]> {
  const env = { ...process.env, ...run.trial.environment, LOG_LEVEL: 'error' };
  const child = spawn(process.execPath, ['--import', 'tsx', ...args], { cwd: rootDir, env });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const code = await new Promise((resolve) => child.on('close', resolve));
  assert.equal(code, 0, `${output}${errors}`);
  const lines = output.trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Rebuilt);
}
