// Rebuilds a sink's tables beside the running sink: twins from the log's first offset, compared, exchanged by name.
import { setTimeout as delay } from 'node:timers/promises';
import type { ClickHouse } from '#kit/clickhouse';
import {
  cloneTables,
  createTwins,
  digestsOf,
  dropTwins,
  exchangedTables,
  exchangeTwins,
  type PartDigest,
  type TablePlan,
  tidyTwins,
} from '#kit/clickhouse/twin-tables';
import { failpoint } from '#kit/failpoint';
import { Fault } from '#kit/fault';
import { type Database, identifier, transaction } from '#kit/postgres';
import { checkStanding, type OwnedPosition, readAllPositions } from '#kit/projection/fence';
import { positionsOf, sumOf } from '#kit/projection/read-to';
import { type OnProgress, ProgressMeter } from '#kit/projection/rebuild-progress';
import { lockRebuild } from '#kit/projection/rebuild-state';
import { openSinkFill, type SinkFill, type SinkFillOptions } from '#kit/sink/fill';
import { sinkSchemaOf } from '#kit/sink/intent';
import { takenLockOf, takeSink } from '#kit/sink/ownership';

export type SinkRebuildPlan = TablePlan & { readonly sink: SinkFillOptions['sink'] };

export type SinkRebuildParts = Pick<SinkFillOptions, 'database' | 'insert' | 'openReader' | 'logger'> & {
  /** Open on the sink's database there. */
  readonly clickhouse: ClickHouse;
  readonly onProgress: OnProgress;
  /** Passes a failpoint between two steps; that of the process by default. */
  readonly pass?: (name: string) => Promise<void> | undefined;
};

export type RebuiltTable = {
  readonly table: string;
  readonly rows: number;
  readonly isEqual: boolean;
  /** Parts of the table that differ: what the live table has, what the rebuilt one. */
  readonly differing: readonly { readonly part: string; readonly liveRows: number; readonly rebuiltRows: number }[];
};

export type SinkRebuildSummary = {
  readonly sink: string;
  readonly outcome: 'swapped' | 'would-swap';
  readonly events: number;
  readonly seconds: number;
  readonly eventsPerSecond: number;
  readonly isIdentical: boolean;
  readonly tables: readonly RebuiltTable[];
};

const nearEventsMax = 20_000;
const takeEveryMs = 20;
const takeWithinMs = 60_000;
const suffix = '_rebuild';
const drySuffix = '_dry';
const cloneSuffix = '_dry_live';

/**
 * 1. fill twins beside the live tables, 2. take the sink between two cuts and fill to exactly there, 3. compare, 4. exchange
 * table by table, 5. give the sink back, which goes on at its own positions: both tables hold what lies before them. A crash
 * anywhere gives it back as well, and whichever tables were exchanged are whole; a later call goes on. A dry run compares
 * with clones of the live tables as they were for a moment, and changes nothing.
 * Throws Fault REBUILD_REFUSED, LOG_*, DATABASE_UNAVAILABLE, TIMESERIES_*.
 */
export async function rebuildSink(
  plan: SinkRebuildPlan,
  parts: SinkRebuildParts,
  { dryRun, afresh = false }: { readonly dryRun: boolean; readonly afresh?: boolean },
): Promise<SinkRebuildSummary> {
  const { database, clickhouse } = parts;
  const schema = sinkSchemaOf(plan.sink.name);
  const [there] = await database.query<{ there: boolean }>('select to_regnamespace($1) is not null as there', [schema]);
  if (there?.there !== true) throw new Fault('REBUILD_REFUSED', { detail: `${plan.sink.name} never ran` });
  const lock = await lockRebuild(database, schema);
  try {
    const tail = dryRun ? drySuffix : suffix;
    await finish(plan, parts);
    const isHalfExchanged = (await exchangedTables(clickhouse, plan)).size > 0;
    if (dryRun || (afresh && !isHalfExchanged)) await forget(plan, parts, tail);
    await createTwins(clickhouse, plan, tail);
    return await fillAndSwap(plan, parts, { dryRun, tail, lost: lock.lost });
  } finally {
    if (dryRun) await forget(plan, parts, drySuffix);
    await lock.release();
  }
}

/** An earlier run that exchanged all of its tables left them untidied: done first, and this run begins anew. */
async function finish(plan: SinkRebuildPlan, parts: SinkRebuildParts): Promise<void> {
  const done = await exchangedTables(parts.clickhouse, plan);
  if (done.size < plan.tables.length) return;
  await tidy(plan, parts);
}

/** 1. positions, 2. tables: a crash between leaves twins that the next run fills from the first offset. */
async function tidy(plan: SinkRebuildPlan, parts: SinkRebuildParts): Promise<void> {
  await forgetPositions(parts.database, plan, suffix);
  await pass(parts, 'rebuild.tidying');
  await tidyTwins(parts.clickhouse, plan, suffix);
}

type Filling = { readonly dryRun: boolean; readonly tail: string; readonly lost: AbortSignal };

async function fillAndSwap(
  plan: SinkRebuildPlan,
  parts: SinkRebuildParts,
  { dryRun, tail, lost }: Filling,
): Promise<SinkRebuildSummary> {
  const { database, onProgress } = parts;
  const { sink } = plan;
  let meter: ProgressMeter | undefined;
  const onReached = (at: number): void => meter?.reached(at);
  const fill = await openSinkFill({ ...parts, sink, suffix: tail, onReached });
  try {
    meter = new ProgressMeter(sumOf(fill.positions()), onProgress);
    await fillBesideLive(database, { sink: sink.name, fill, meter });
    await pass(parts, 'rebuild.filled');
    const tables = dryRun ? await compareClones(plan, parts, fill) : await swap(plan, parts, { fill, lost });
    const { events, seconds } = meter;
    const eventsPerSecond = Math.round(events / Math.max(seconds, 0.001));
    const isIdentical = tables.every(({ isEqual }) => isEqual);
    const outcome = dryRun ? 'would-swap' : 'swapped';
    return { sink: sink.name, outcome, events, seconds, eventsPerSecond, isIdentical, tables };
  } finally {
    await fill.close();
  }
}

type Beside = { readonly sink: string; readonly fill: SinkFill; readonly meter: ProgressMeter };

async function fillBesideLive(database: Database, { sink, fill, meter }: Beside): Promise<void> {
  for (;;) {
    const live = await transaction(database, readAllPositions, { schema: sinkSchemaOf(sink) });
    const targets = positionsOf(live);
    meter.aim(sumOf(targets));
    if (sumOf(targets) - sumOf(fill.positions()) <= nearEventsMax) return;
    await fill.fillTo(targets);
  }
}

type Swapping = { readonly fill: SinkFill; readonly lost: AbortSignal };

async function swap(
  plan: SinkRebuildPlan,
  parts: SinkRebuildParts,
  { fill, lost }: Swapping,
): Promise<readonly RebuiltTable[]> {
  const { database, clickhouse } = parts;
  const { name } = plan.sink;
  const tables = await whileTaken(database, name, async (taken, hold) => {
    await pass(parts, 'rebuild.taken');
    await fill.fillTo(positionsOf(taken));
    // What an earlier run exchanged is live already, and its twin the table of before.
    const done = await exchangedTables(clickhouse, plan);
    const compared = plan.tables.filter((table) => !done.has(table));
    const found = await compareTables(clickhouse, compared, ['', suffix]);
    if (lost.aborted || hold.aborted) throw new Fault('REBUILD_REFUSED', { detail: 'its connection is lost' });
    const schema = sinkSchemaOf(name);
    await transaction(database, (client) => checkStanding(client, 'projection_position', taken), { schema });
    await exchangeTwins(clickhouse, plan, suffix, (table) => pass(parts, `rebuild.exchanged-${table}`));
    return found;
  });
  await pass(parts, 'rebuild.swapped');
  await tidy(plan, parts);
  return tables;
}

async function compareClones(
  plan: SinkRebuildPlan,
  { database, clickhouse }: SinkRebuildParts,
  fill: SinkFill,
): Promise<readonly RebuiltTable[]> {
  const taken = await whileTaken(database, plan.sink.name, async (positions) => {
    await cloneTables(clickhouse, plan, cloneSuffix);
    return positions;
  });
  await fill.fillTo(positionsOf(taken));
  return compareTables(clickhouse, plan.tables, [cloneSuffix, drySuffix]);
}

/** Runs fn while the sink stands still between two cuts; it goes on as soon as fn has ended, or this process. */
async function whileTaken<T>(
  database: Database,
  name: string,
  fn: (taken: readonly OwnedPosition[], hold: AbortSignal) => Promise<T>,
): Promise<T> {
  const hold = await lockRebuild(database, takenLockOf(name));
  try {
    for (
      const deadlineMs = performance.now() + takeWithinMs;
      performance.now() < deadlineMs;
      await delay(takeEveryMs)
    ) {
      const taken = await takeSink(database, name);
      if (taken !== undefined) return await fn(taken, hold.lost);
    }
    // Of a sink that died in it: its next start settles it first.
    throw new Fault('REBUILD_REFUSED', { detail: `${name} has had a cut under way for ${takeWithinMs} ms` });
  } finally {
    await hold.release();
  }
}

async function compareTables(
  clickhouse: ClickHouse,
  tables: readonly string[],
  [liveSuffix, rebuiltSuffix]: readonly [string, string],
): Promise<readonly RebuiltTable[]> {
  const compared: RebuiltTable[] = [];
  for (const table of tables) {
    const live = await digestsOf(clickhouse, `${table}${liveSuffix}`);
    const rebuilt = await digestsOf(clickhouse, `${table}${rebuiltSuffix}`);
    const differing = differencesOf(live, rebuilt);
    const rows = rebuilt.reduce((sum, part) => sum + part.rows, 0);
    compared.push({ table, rows, isEqual: differing.length === 0, differing });
  }
  return compared;
}

const absent = { rows: 0, digest: '' } as const;

function differencesOf(live: readonly PartDigest[], rebuilt: readonly PartDigest[]): RebuiltTable['differing'] {
  const mine = new Map(live.map((part) => [part.part, part]));
  const theirs = new Map(rebuilt.map((part) => [part.part, part]));
  const names = new Set([...mine.keys(), ...theirs.keys()]);
  return [...names].toSorted().flatMap((part) => {
    const before = mine.get(part) ?? absent;
    const after = theirs.get(part) ?? absent;
    if (before.digest === after.digest && before.rows === after.rows) return [];
    return [{ part, liveRows: before.rows, rebuiltRows: after.rows }];
  });
}

/** Drops what a rebuild filled, and its positions. */
async function forget(plan: SinkRebuildPlan, { clickhouse, database }: SinkRebuildParts, tail: string): Promise<void> {
  await forgetPositions(database, plan, tail);
  await dropTwins(clickhouse, plan, tail);
  if (tail === drySuffix) await dropTwins(clickhouse, { tables: plan.tables, views: [] }, cloneSuffix);
}

async function forgetPositions(database: Database, { sink }: SinkRebuildPlan, tail: string): Promise<void> {
  await database.query(`drop schema if exists ${identifier(sinkSchemaOf(`${sink.name}${tail}`))} cascade`);
}

async function pass({ pass: passing = failpoint }: SinkRebuildParts, name: string): Promise<void> {
  await passing(name);
}
