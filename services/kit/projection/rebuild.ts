// Rebuilds a projection beside the running one: a fresh version from the log's first offset, compared, corrected, swapped.
import type { PoolClient } from 'pg';
import type { LogWriter } from '#kit/event-log/types';
import { failpoint } from '#kit/failpoint';
import { Fault } from '#kit/fault';
import type { Logger } from '#kit/logger';
import { type Database, transaction } from '#kit/postgres';
import { compareVersions, type OnDifferences, type TableComparison } from '#kit/projection/compare';
import { correct, type Corrections, keepSayings } from '#kit/projection/corrections';
import { type OwnedPosition, readAllPositions } from '#kit/projection/fence';
import { type Fill, openFill } from '#kit/projection/fill';
import type { OpenReader } from '#kit/projection/owned-partitions';
import { positionsOf, sumOf } from '#kit/projection/read-to';
import { type OnProgress, ProgressMeter } from '#kit/projection/rebuild-progress';
import { beginCorrections, lockRebuild, type RebuildLock, takeLive } from '#kit/projection/rebuild-state';
import { abandon, analyze, type RebuildVersions, swap, versionsFor } from '#kit/projection/rebuild-versions';
import { schemaOf } from '#kit/projection/schema';
import type { Live } from '#kit/projection/standing';
import type { Projection } from '#kit/projection/types';

export type RebuildPlan<S, Events, Emission, Row> = {
  /** As the running code has it; its generation is what the rebuilt version will have. */
  readonly projection: Projection<S, Events, Emission>;
  /** Directory of its `NNN-*.sql`. */
  readonly directory: string;
  /** Needed where it emits: readers of what it says are told what a new generation makes different. */
  readonly corrections?: Corrections<Row>;
};

export type RebuildParts = {
  /** A pool of its own under the projection's role, at least 6 connections, without a short statement timeout. */
  readonly database: Database;
  readonly openReader: OpenReader;
  /** Takes corrections. */
  readonly writer: LogWriter;
  readonly logger: Logger;
  readonly onProgress: OnProgress;
  /** Passes a failpoint between two steps; that of the process by default. */
  readonly pass?: (name: string) => Promise<void> | undefined;
};

export type RebuildMode = {
  /** Folds and compares only: says what a rebuild would find, and changes nothing. */
  readonly dryRun: boolean;
  /** Begins anew what an earlier run left unfinished: needed where the fold changed since. */
  readonly afresh?: boolean;
};

export type RebuildSummary = {
  readonly projection: string;
  /**
   * swapped: the rebuilt version is live. would-swap: a dry run. differs: the same generation of code made other rows than
   * those that readers were told of, so nothing was changed; code whose output changed carries a new generation.
   */
  readonly outcome: 'swapped' | 'would-swap' | 'differs';
  readonly live: Live;
  readonly rebuilt: Live;
  readonly events: number;
  readonly seconds: number;
  readonly eventsPerSecond: number;
  readonly isIdentical: boolean;
  readonly corrections: number;
  readonly tables: readonly TableComparison[];
};

/** Events that may be left to fold while the live version stands still. */
const nearEventsMax = 2_000;

/**
 * 1. fill beside the live version, 2. take that at its position and fold to exactly there, 3. compare and append the
 * corrections, 4. swap names, positions and generation in one transaction. A crash before 3 leaves the live version to
 * whoever runs it; a later call goes on from the rows it finds. A crash after the first correction holds the old generation
 * for ever; a later call folds, compares and appends the same again, which readers drop, and swaps.
 * Throws Fault REBUILD_REFUSED, LOG_*, DATABASE_UNAVAILABLE.
 */
export async function rebuildProjection<S, Events, Emission, Row = never>(
  plan: RebuildPlan<S, Events, Emission, Row>,
  parts: RebuildParts,
  mode: RebuildMode,
): Promise<RebuildSummary> {
  const lock = await lockRebuild(parts.database, plan.projection.name);
  try {
    return await new Rebuild(plan, parts, lock).run(mode);
  } finally {
    await lock.release();
  }
}

class Rebuild<S, Events, Emission, Row> {
  readonly #plan: RebuildPlan<S, Events, Emission, Row>;
  readonly #parts: RebuildParts;
  readonly #lock: RebuildLock;

  constructor(plan: RebuildPlan<S, Events, Emission, Row>, parts: RebuildParts, lock: RebuildLock) {
    this.#plan = plan;
    this.#parts = parts;
    this.#lock = lock;
  }

  async run(mode: RebuildMode): Promise<RebuildSummary> {
    const versions = await versionsFor(this.#parts.database, this.#plan, mode);
    const fill = await this.#openFill(versions, mode);
    try {
      const meter = new ProgressMeter(sumOf(fill.positions()), this.#parts.onProgress);
      this.#meter = meter;
      await this.#fillBesideLive(versions, fill);
      const found = mode.dryRun ? await this.#compareSnapshot(versions, fill) : await this.#takeOver(versions, fill);
      const { events, seconds } = meter;
      const { name, live, next: rebuilt } = versions;
      const eventsPerSecond = Math.round(events / Math.max(seconds, 0.001));
      const isIdentical = found.tables.every(({ isEqual }) => isEqual);
      const rounded = Math.round(seconds * 1000) / 1000;
      return { projection: name, live, rebuilt, events, seconds: rounded, eventsPerSecond, isIdentical, ...found };
    } finally {
      await fill.close();
      if (mode.dryRun) await abandon(this.#parts.database, versions);
    }
  }

  #meter: ProgressMeter | undefined;

  #openFill(versions: RebuildVersions, { dryRun }: RebuildMode): Promise<Fill<S, Events, Emission>> {
    const { database, openReader, logger } = this.#parts;
    const { projection } = this.#plan;
    const { name, live, next } = versions;
    const emitted = projection.emitTo?.topic.name;
    const schema = schemaOf({ name, version: next.version });
    const isMuted = dryRun || emitted === undefined || live.generation === next.generation;
    const sayings = isMuted ? undefined : keepSayings(database, schema, emitted);
    const onReached = (at: number): void => this.#meter?.reached(at);
    return openFill({ ...projection, version: next.version }, { database, openReader, sayings, logger, onReached });
  }

  /** The live version is followed and never passed: at its position both can be compared. */
  async #fillBesideLive(versions: RebuildVersions, fill: Fill<S, Events, Emission>): Promise<void> {
    for (;;) {
      const targets = positionsOf(await this.#readLivePositions(versions));
      this.#meter?.aim(sumOf(targets));
      if (sumOf(targets) - sumOf(fill.positions()) <= nearEventsMax) return;
      await fill.fillTo(targets);
    }
  }

  #readLivePositions({ name, live }: RebuildVersions): Promise<OwnedPosition[]> {
    return transaction(this.#parts.database, readAllPositions, { schema: schemaOf({ name, version: live.version }) });
  }

  async #takeOver(versions: RebuildVersions, fill: Fill<S, Events, Emission>): Promise<Found> {
    const { database } = this.#parts;
    const { live, next, name } = versions;
    // Before the live version stands still: a planner that knows nothing of the new tables would be slow in all of them.
    await analyze(database, versions);
    await this.#pass('rebuild.filled');
    this.#refuseLost();
    const taken = await takeLive(database, versions);
    await this.#pass('rebuild.taken');
    await fill.fillTo(positionsOf(taken));
    const telling = new Telling(versions, this.#plan, { ...this.#parts, taken, refuseLost: () => this.#refuseLost() });
    const tables = await transaction(database, async (client) => {
      await waitPatiently(client);
      const [mine, theirs] = [live, next].map(({ version }) => ({ client, schema: schemaOf({ name, version }) }));
      if (mine === undefined || theirs === undefined) return [];
      return compareVersions(mine, theirs, telling.onDifferences(client));
    });
    if (telling.isForbidden) {
      await abandon(database, versions);
      return { outcome: 'differs', corrections: 0, tables };
    }
    await this.#pass('rebuild.corrected');
    this.#refuseLost();
    await swap(database, versions, taken);
    await this.#pass('rebuild.swapped');
    return { outcome: 'swapped', corrections: telling.corrections, tables };
  }

  // The snapshot holds rows and positions of one instant, however far the live version goes on.
  async #compareSnapshot({ name, live, next }: RebuildVersions, fill: Fill<S, Events, Emission>): Promise<Found> {
    const { database } = this.#parts;
    const [liveSchema, nextSchema] = [live, next].map(({ version }) => schemaOf({ name, version }));
    if (liveSchema === undefined || nextSchema === undefined) throw new Fault('REBUILD_REFUSED');
    const tables = await transaction(
      database,
      async (snapshot) => {
        await waitPatiently(snapshot);
        await fill.fillTo(positionsOf(await readAllPositions(snapshot)));
        return transaction(database, async (client) => {
          await waitPatiently(client);
          const mine = { client: snapshot, schema: liveSchema };
          return compareVersions(mine, { client, schema: nextSchema }, async () => {});
        });
      },
      { schema: liveSchema, snapshot: 'read-only' },
    );
    return { outcome: 'would-swap', corrections: 0, tables };
  }

  #pass(name: string): Promise<void> | undefined {
    return (this.#parts.pass ?? failpoint)(name);
  }

  #refuseLost(): void {
    const detail = 'the connection that held its lock is lost';
    if (this.#lock.lost.aborted) throw new Fault('REBUILD_REFUSED', { detail });
  }
}

type Found = Pick<RebuildSummary, 'outcome' | 'corrections' | 'tables'>;

type TellingParts = RebuildParts & { readonly taken: readonly OwnedPosition[]; refuseLost(): void };

/** Tells the readers of a derived topic which rows differ, as they are found; or that it must not, under one generation. */
class Telling<S, Events, Emission, Row> {
  readonly #versions: RebuildVersions;
  readonly #plan: RebuildPlan<S, Events, Emission, Row>;
  readonly #parts: TellingParts;
  corrections = 0;
  isForbidden = false;

  constructor(versions: RebuildVersions, plan: RebuildPlan<S, Events, Emission, Row>, parts: TellingParts) {
    this.#versions = versions;
    this.#plan = plan;
    this.#parts = parts;
  }

  onDifferences(client: PoolClient): OnDifferences {
    return async (table, differences) => {
      const { projection, corrections } = this.#plan;
      const { name, live, next } = this.#versions;
      if (projection.emitTo === undefined) return;
      // What was said under this generation cannot be unsaid under it: readers would drop it.
      if (live.generation === next.generation) this.isForbidden = true;
      if (this.isForbidden || corrections?.table !== table) return;
      const { database, taken, writer, refuseLost, pass = failpoint } = this.#parts;
      refuseLost();
      if (this.corrections === 0) {
        await beginCorrections(database, this.#versions, taken);
        await pass('rebuild.correcting');
      }
      const [liveSchema, rebuiltSchema] = [live, next].map(({ version }) => schemaOf({ name, version }));
      if (liveSchema === undefined || rebuiltSchema === undefined) return;
      const topic = projection.emitTo.topic.name;
      await correct({ client, liveSchema, rebuiltSchema, topic, writer }, corrections, differences);
      this.corrections += differences.length;
    };
  }
}

/** This transaction waits for folds and acknowledgements, and holds no lock that anybody needs. */
async function waitPatiently(client: PoolClient): Promise<void> {
  await client.query('set local idle_in_transaction_session_timeout = 0');
}
