// A rebuild beside a running projection: nobody notices, differences are told once, and a crash at any step is made good.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '#kit/fault';
import { type Database, openDatabase, transaction } from '#kit/postgres';
import type { Corrections } from '#kit/projection/corrections';
import { rebuildProjection, type RebuildMode, type RebuildSummary } from '#kit/projection/rebuild';
import { lockRebuild } from '#kit/projection/rebuild-state';
import { runProjection, type RunningProjection } from '#kit/projection/runner';
import { prepareProjection, readVersions } from '#kit/projection/schema';
import { readStanding } from '#kit/projection/standing';
import type { Projection } from '#kit/projection/types';
import { createTrialDatabase, logger, type TrialDatabase, until } from '../trial.ts';
import { createFakeLog, type FakeLog } from './fake-log.ts';
import {
  added,
  type HundredReached,
  source,
  type Tally,
  type TallyEvents,
  type TallyFaults,
  tallies,
  tallyProjection,
  tallySql,
  target,
} from './tally.ts';

const crashes = ['rebuild.filled', 'rebuild.taken', 'rebuild.correcting', 'rebuild.corrected', 'rebuild.swapped'];
/** Those that fail at their next passing, once. */
const armed = new Set<string>();

async function pass(name: string): Promise<void> {
  assert.ok(crashes.includes(name), `${name} is no step that this file crashes at`);
  if (armed.delete(name)) throw new Fault('FAILPOINT', { detail: name });
}

type TallyFold = Projection<Tally, TallyEvents, HundredReached>;
type TallyRow = { readonly key: string; readonly total: number; readonly events: number };

let trial: TrialDatabase;
let database: Database;
let directory: string;
let names = 0;
const running: { close(): Promise<void> }[] = [];

before(async () => {
  trial = await createTrialDatabase();
  database = await openDatabase({ url: trial.url, role: trial.role('rebuilding'), schema: 'own', poolMax: 12 });
  directory = mkdtempSync(join(tmpdir(), 'tally-sql-'));
  writeFileSync(join(directory, '001-tallies.sql'), tallySql);
});

after(async () => {
  for (const projection of running) await projection.close();
  await database.close();
  await trial.drop();
  rmSync(directory, { recursive: true });
});

type Trial = {
  readonly name: string;
  readonly log: FakeLog;
  run(projection: TallyFold): Promise<RunningProjection>;
  rebuild(projection: TallyFold, mode?: Partial<RebuildMode>): Promise<RebuildSummary>;
  rows(version: number): Promise<TallyRow[]>;
};

function newTrial(): Trial {
  names += 1;
  const name = `tally${names}`;
  const log = createFakeLog();
  return {
    name,
    log,
    async run(projection) {
      await prepareProjection(database, { ...projection, directory });
      const { openReader, writer } = log;
      const runner = await runProjection(projection, { database, openReader, writer, logger });
      running.push(runner);
      return runner;
    },
    rebuild: (projection, mode = {}) =>
      rebuildProjection(
        { projection, directory, corrections: correctionsOf(projection.generation) },
        { database, openReader: log.openReader, writer: log.writer, logger, onProgress: () => {}, pass },
        { dryRun: false, ...mode },
      ),
    rows: (version) => database.query<TallyRow>(`select * from ${name}_${version}.tallies order by key`),
  };
}

function correctionsOf(generation: number): Corrections<TallyRow> {
  return {
    table: 'tallies',
    keyOf: ({ key }) => String(key),
    toRecord: ({ live, rebuilt, said }) => {
      const key = (rebuilt ?? live)?.key ?? '';
      const content = { key, generation, before: live?.total ?? null, now: rebuilt?.total ?? null, said: said.length };
      return { partition: 0, record: { key, type: 'TallyCorrected', value: Buffer.from(JSON.stringify(content)) } };
    },
  };
}

/** What it says of a tally is keyed by the tally, so that a rebuild finds it again. */
function tallyOf(name: string, faults: TallyFaults = {}): TallyFold {
  return tallyProjection(faults, name);
}

/** Code of the next generation: amounts of 7 and more count twice. */
function secondOf(name: string): TallyFold {
  const first = tallyOf(name);
  const add = first.fold.Added;
  assert(add !== undefined);
  return {
    ...first,
    generation: 2,
    fold: { ...first.fold, Added: (state, event, at) => add(state, event.amount < 7 ? event : twice(event), at) },
  };
}

function twice(event: TallyEvents['Added']): TallyEvents['Added'] {
  return { ...event, amount: event.amount * 2 };
}

function offsetOf(projection: RunningProjection): number {
  return projection.status().partitions.reduce((sum, { nextOffset }) => sum + nextOffset, 0);
}

function corrected(log: FakeLog): Record<string, unknown>[] {
  return log
    .records(target.name)
    .filter(({ type }) => type === 'TallyCorrected')
    .map(({ value }) => JSON.parse(String(value)) as Record<string, unknown>);
}

function isOff(projection: RunningProjection, why: string): boolean {
  return projection.status().partitions.every(({ stopped }) => stopped === why);
}

test('a rebuild while events flow is identical; readers see every row all the time, and no event speaks twice', async () => {
  const { name, log, run, rebuild, rows } = newTrial();
  const live = await run(tallyOf(name));
  const traffic = flowing(name, log);
  try {
    await until('some applied', () => offsetOf(live) > 50);
    const summaries: RebuildSummary[] = [];
    while (summaries.length < 2) summaries.push(await rebuild(tallyOf(name)));
    const before = offsetOf(live);
    await until('it goes on in the new version', () => offsetOf(live) > before + 50);
    const seen = await traffic.end();
    const written = log.records(source.name).length;
    await until('all applied', () => offsetOf(live) === written);
    assert.ok(summaries.every(({ outcome, isIdentical }) => outcome === 'swapped' && isIdentical));
    assert.ok(seen.every((events, n) => events >= (seen[n - 1] ?? 0)));
    const [older = 0, newer = 0] = summaries.map(({ rebuilt }) => rebuilt.version);
    assert.equal(
      (await rows(newer)).reduce((sum, { events }) => sum + events, 0),
      written,
    );
    // What was said before a commit that the fence refused is said again, byte for byte: readers drop it.
    const said = new Set(log.records(target.name).map(({ value }) => String(value)));
    assert.equal(
      said.size,
      (await rows(newer)).reduce((sum, { total }) => sum + Math.floor(total / 100), 0),
    );
    // One version before the live one is kept, the ones before that are gone.
    assert.deepEqual(await versionsOf(name), [older, newer]);
  } finally {
    await traffic.end();
  }
});

test('a newer fold tells exactly the rows that differ; the older generation never writes again, the newer one goes on', async () => {
  const { name, log, run, rebuild, rows } = newTrial();
  const older = await run(tallyOf(name));
  log.append(source.name, 0, [added('small', 3), added('big', 9), added('small', 100)]);
  log.append(source.name, 1, [added('other', 5), added('late', 8)]);
  await until('applied', () => offsetOf(older) === 5);
  const newer = await run(secondOf(name));
  assert.ok(isOff(newer, 'stands-by'));
  assert.equal(newer.notReady(), undefined);
  const { outcome, corrections, tables, rebuilt } = await rebuild(secondOf(name));
  assert.deepEqual([outcome, corrections, rebuilt], ['swapped', 3, { version: 2, generation: 2 }]);
  const [, comparison] = tables;
  assert.deepEqual(
    [comparison?.table, comparison?.changed, comparison?.onlyLive, comparison?.onlyRebuilt],
    ['tallies', 3, 0, 0],
  );
  assert.deepEqual(
    corrected(log).toSorted((a, b) => String(a['key']).localeCompare(String(b['key']))),
    [
      { key: 'big', generation: 2, before: 9, now: 18, said: 0 },
      { key: 'late', generation: 2, before: 8, now: 16, said: 0 },
      { key: 'small', generation: 2, before: 103, now: 203, said: 0 },
    ],
  );
  log.append(source.name, 0, [added('big', 1)]);
  await until('the newer one goes on', () => offsetOf(newer) === 6);
  await until('the older one is over', () => isOff(older, 'generation-over'));
  assert.match(older.notReady() ?? '', /generation 1 of .* is over/);
  assert.equal((await rows(1)).find(({ key }) => key === 'big')?.total, 9);
  assert.equal((await tallies(database, name)).find(({ key }) => key === 'big')?.total, 19);
  const late = await run(tallyOf(name));
  assert.ok(isOff(late, 'generation-over'));
  await assert.rejects(rebuild(tallyOf(name)), isRefused(/generation 2 is live, this code has 1/));
});

test('a dry run says what differs and changes nothing', async () => {
  const { name, log, run, rebuild } = newTrial();
  const live = await run(tallyOf(name));
  log.append(source.name, 0, [added('small', 3), added('big', 9)]);
  await until('applied', () => offsetOf(live) === 2);
  const records = log.records(target.name).length;
  const summary = await rebuild(secondOf(name), { dryRun: true });
  assert.deepEqual([summary.outcome, summary.isIdentical, summary.corrections], ['would-swap', false, 0]);
  assert.deepEqual(summary.tables.find(({ table }) => table === 'tallies')?.samples, [{ key: 'big' }]);
  assert.ok((await rebuild(tallyOf(name), { dryRun: true })).isIdentical);
  assert.equal(log.records(target.name).length, records);
  assert.deepEqual(await versionsOf(name), [1]);
  assert.deepEqual(await readStanding(database.pool, name), {
    live: { version: 1, generation: 1 },
    rebuild: undefined,
  });
  log.append(source.name, 0, [added('big', 1)]);
  await until('the live one never stopped', () => offsetOf(live) === 3);
});

test('other rows under the same generation are refused, and the live version goes on', async () => {
  const { name, log, run, rebuild } = newTrial();
  const live = await run(tallyOf(name));
  log.append(source.name, 2, [added('a', 3), added('b', 4)]);
  await until('applied', () => offsetOf(live) === 2);
  await database.query(`update ${name}_1.tallies set total = 99 where key = 'a'`);
  const summary = await rebuild(tallyOf(name));
  assert.deepEqual([summary.outcome, summary.corrections], ['differs', 0]);
  assert.deepEqual(corrected(log), []);
  log.append(source.name, 2, [added('b', 1)]);
  await until('the live one goes on', () => offsetOf(live) === 3);
  assert.deepEqual(await versionsOf(name), [1]);
});

test('a crash at any step: before the first correction the live version goes on, after it the older never; it ends the same', async () => {
  const { name, log, run, rebuild } = newTrial();
  const older = await run(tallyOf(name));
  log.append(source.name, 0, [added('small', 3), added('big', 9)]);
  await until('applied', () => offsetOf(older) === 2);
  let written = 2;
  for (const crash of crashes.slice(0, 2)) {
    armed.add(crash);
    await assert.rejects(rebuild(secondOf(name)), /FAILPOINT/);
    log.append(source.name, 0, [added('small', 1)]);
    written += 1;
    await until(`the live version goes on after ${crash}`, () => offsetOf(older) === written);
  }
  for (const crash of crashes.slice(2, 4)) {
    armed.add(crash);
    await assert.rejects(rebuild(secondOf(name)), /FAILPOINT/);
    await until(`the older generation is over after ${crash}`, () => isOff(older, 'generation-over'));
  }
  await assert.rejects(rebuild({ ...secondOf(name), generation: 3 }), isRefused(/corrections of generation 2 began/));
  await assert.rejects(rebuild(tallyOf(name)), isRefused(/corrections of generation 2 began/));
  armed.add('rebuild.swapped');
  await assert.rejects(rebuild(secondOf(name)), /FAILPOINT/);
  const said = corrected(log);
  assert.ok(said.length >= 2);
  assert.deepEqual(new Set(said.map((each) => JSON.stringify(each))).size, 1);
  assert.equal((await tallies(database, name)).find(({ key }) => key === 'big')?.total, 18);
  const newer = await run(secondOf(name));
  log.append(source.name, 0, [added('big', 1)]);
  await until('the newer one goes on', () => offsetOf(newer) === written + 1);
});

test('two rebuilds at once are refused', async () => {
  const { name, run, rebuild } = newTrial();
  await run(tallyOf(name));
  const lock = await lockRebuild(database, name);
  await assert.rejects(rebuild(tallyOf(name)), isRefused(/another process rebuilds/));
  await lock.release();
  assert.equal((await rebuild(tallyOf(name))).outcome, 'swapped');
});

test('keys that wait in the live version wait in the rebuilt one, and a re-drive heals them there', async () => {
  const { name, log, run, rebuild } = newTrial();
  const unlucky = await run(tallyOf(name, { poison: 13 }));
  log.append(source.name, 0, [added('a', 1), added('a', 13), added('b', 2), added('a', 4)]);
  await until('applied', () => offsetOf(unlucky) === 4);
  const summary = await rebuild(tallyOf(name, { poison: 13 }));
  assert.deepEqual([summary.outcome, summary.isIdentical], ['swapped', true]);
  await unlucky.close();
  const mended = await run(tallyOf(name));
  await until('the key waits', () => mended.parkedKeys().length === 1);
  await mended.redrive('a');
  assert.deepEqual(await tallies(database, name), [
    { key: 'a', total: 18, events: 3 },
    { key: 'b', total: 2, events: 1 },
  ]);
});

/** Events that come all the time, and a reader that asks all the time; end() says how many events each answer showed. */
function flowing(name: string, log: FakeLog): { end(): Promise<number[]> } {
  const seen: number[] = [];
  let flows = true;
  const flow = async (): Promise<void> => {
    for (let n = 0; flows; n += 1) {
      log.append(source.name, n % source.partitions, [added(`p${n % source.partitions}k${n % 7}`, 30)]);
      await delay(2);
    }
  };
  const reading = async (): Promise<void> => {
    while (flows) seen.push((await tallies(database, name)).reduce((sum, { events }) => sum + events, 0));
  };
  const both = Promise.all([flow(), reading()]);
  return {
    async end() {
      flows = false;
      await both;
      return seen;
    },
  };
}

async function versionsOf(name: string): Promise<number[]> {
  return transaction(database, (client) => readVersions(client, name));
}

function isRefused(detail: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof Fault && error.code === 'REBUILD_REFUSED' && detail.test(error.detail);
}
