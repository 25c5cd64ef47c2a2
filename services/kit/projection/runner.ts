// Runs a projection: folds into the version that is live, moves to the next one that a rebuild makes live, and stays off
// where the live generation is not that of its code.
import assert from 'node:assert/strict';
import { sleep } from '#kit/back-off';
import { Fault } from '#kit/fault';
import type { Closable } from '#kit/lifecycle';
import { gauge } from '#kit/metrics';
import { faultOf } from '#kit/postgres';
import { claimFreePartitions, claimPartitions } from '#kit/projection/fence';
import { FoldRunner } from '#kit/projection/fold-runner';
import type { ProjectionOptions } from '#kit/projection/options';
import type { ClaimPartitions } from '#kit/projection/owned-partitions';
import type { ParkedKey } from '#kit/projection/parking';
import { positionMetrics } from '#kit/projection/position-metrics';
import type { Redriven } from '#kit/projection/redrive';
import { readStanding, type Standing, type Verdict, verdictOf } from '#kit/projection/standing';
import type { Projection, ProjectionStatus } from '#kit/projection/types';

export type RunningProjection = Closable & {
  status(): ProjectionStatus;
  /** Why this process should be replaced: the live generation is newer than its code. Undefined while all is well. */
  notReady(): string | undefined;
  /** Keys that wait, and why. */
  parkedKeys(): readonly ParkedKey[];
  /**
   * Reads the events of a parked key again (of all parked keys without one) and brings them up to the position.
   * Throws Fault LOG_*, DATABASE_UNAVAILABLE or OWNERSHIP_LOST: what was not brought up stays parked.
   */
  redrive(key?: string): Promise<Redriven>;
};

const lookEveryMs = 500;

/** Claims the partitions and follows them until close(). Throws Fault DATABASE_UNAVAILABLE or LOG_UNAVAILABLE. */
export async function runProjection<S, Events, Emission = never>(
  projection: Projection<S, Events, Emission>,
  options: ProjectionOptions,
): Promise<RunningProjection> {
  const speaks = projection.emitTo !== undefined && options.muted !== true;
  assert(!speaks || options.writer !== undefined, `${projection.name} emits and has no writer`);
  const runner = new ProjectionRunner(projection, options);
  await runner.start();
  return runner;
}

/** The live version changed between looking and claiming. */
class StandingChanged extends Error {}

type Folding<S, Events, Emission> = { readonly version: number; readonly runner: FoldRunner<S, Events, Emission> };

class ProjectionRunner<S, Events, Emission> implements RunningProjection {
  readonly #projection: Projection<S, Events, Emission>;
  readonly #options: ProjectionOptions;
  readonly #partitions: readonly number[];
  readonly #closing = new AbortController();
  #verdict: Verdict | undefined;
  #folding: Folding<S, Events, Emission> | undefined;
  #looking: Promise<void> = Promise.resolve();
  /** Who starts takes over. Later on only what is free, else two processes would take it from each other for ever. */
  #claim: ClaimPartitions = claimPartitions;

  constructor(projection: Projection<S, Events, Emission>, options: ProjectionOptions) {
    this.#projection = projection;
    this.#options = options;
    this.#partitions =
      options.partitions ?? Array.from({ length: projection.topic.partitions }, (_, partition) => partition);
  }

  async start(): Promise<void> {
    await this.#look();
    this.#looking = this.#keepLooking();
  }

  status(): ProjectionStatus {
    const { name } = this.#projection;
    const why = this.#whyOff();
    const folded = this.#folding?.runner.status();
    const partitions = folded?.partitions ?? this.#partitions.map((partition) => standingStill(partition));
    return {
      name,
      partitions: why === undefined ? partitions : partitions.map((each) => ({ ...each, stopped: why })),
      parkedKeys: folded?.parkedKeys ?? 0,
    };
  }

  notReady(): string | undefined {
    const { name, generation } = this.#projection;
    return this.#verdict?.kind === 'generation-over'
      ? `generation ${generation} of ${name} is over: a rebuild made a newer one live`
      : undefined;
  }

  parkedKeys(): readonly ParkedKey[] {
    return this.#folding?.runner.parkedKeys() ?? [];
  }

  async redrive(key?: string): Promise<Redriven> {
    const runner = this.#folding?.runner;
    if (runner === undefined || this.#whyOff() !== undefined) throw new Fault('OWNERSHIP_LOST');
    return runner.redrive(key);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#looking;
    await this.#folding?.runner.close();
  }

  #whyOff(): string | undefined {
    const kind = this.#verdict?.kind;
    return kind === undefined || kind === 'fold' ? undefined : kind;
  }

  async #keepLooking(): Promise<void> {
    const { signal } = this.#closing;
    for (await sleep(lookEveryMs, signal); !signal.aborted; await sleep(lookEveryMs, signal)) {
      try {
        await this.#look();
      } catch (error) {
        this.#options.logger.warn({ err: error, projection: this.#projection.name }, 'live version unknown');
      }
    }
  }

  async #look(): Promise<void> {
    const standing = await this.#readStanding();
    const verdict = verdictOf(standing, this.#projection.generation);
    if (verdict.kind === 'stands-by' || verdict.kind === 'generation-over') await this.#stopFolding();
    this.#say(verdict, standing);
    if (verdict.kind === 'fold') return this.#foldInto(verdict.version);
    this.#claim = claimFree;
  }

  async #foldInto(version: number): Promise<void> {
    const isThere = this.#folding?.version === version;
    if (isThere && !(this.#folding?.runner.isLost === true && (await this.#someAreFree(version)))) return;
    try {
      await this.#fold(version, this.#claim);
      this.#claim = claimFree;
    } catch (error) {
      if (error instanceof StandingChanged) return;
      // What was claimed before the failure is no longer free, and ours.
      this.#claim = claimPartitions;
      throw error;
    }
  }

  async #fold(version: number, claim: ClaimPartitions): Promise<void> {
    await this.#stopFolding();
    const { name, generation } = this.#projection;
    const claimIn: ClaimPartitions = async (client, firstOffsets) => {
      const standing = await readStanding(client, name, 'share');
      const verdict = standing === undefined ? undefined : verdictOf(standing, generation);
      if (verdict?.kind !== 'fold' || verdict.version !== version) throw new StandingChanged();
      return claim(client, firstOffsets);
    };
    const partitions = this.#partitions;
    const runner = new FoldRunner({ ...this.#projection, version }, { ...this.#options, partitions, claimIn });
    await runner.start();
    this.#folding = { version, runner };
  }

  async #stopFolding(): Promise<void> {
    const folding = this.#folding;
    this.#folding = undefined;
    await folding?.runner.close();
  }

  async #someAreFree(version: number): Promise<boolean> {
    const { name } = this.#projection;
    const [row] = await this.#options.database.query<{ free: boolean }>(
      `select exists (select from "${name}_${version}".projection_position
                       where owner_epoch < 0 and "partition" = any($1)) as free`,
      [this.#partitions],
    );
    return row?.free === true;
  }

  async #readStanding(): Promise<Standing> {
    const { name } = this.#projection;
    const { pool } = this.#options.database;
    const standing = await readStanding(pool, name).catch((error: unknown) => {
      throw faultOf(error);
    });
    assert(standing !== undefined, `${name} is run before it was prepared`);
    return standing;
  }

  #say(verdict: Verdict, { live }: Standing): void {
    if (this.#verdict?.kind === verdict.kind && this.#verdict.kind !== 'fold') return;
    const { name: projection, generation } = this.#projection;
    const isNews = this.#verdict?.kind !== 'fold' || this.#verdict.version !== foldedBy(verdict);
    this.#verdict = verdict;
    for (const kind of offKinds) off.set({ projection, why: kind }, verdict.kind === kind ? 1 : 0);
    const isOver = verdict.kind === 'generation-over';
    if (isOver) for (const partition of this.#partitions) stopped.set({ projection, partition }, 1);
    const { logger } = this.#options;
    if (verdict.kind !== 'fold') {
      logger.warn({ projection, generation, live, why: verdict.kind }, 'projection is off');
    } else if (isNews) {
      logger.info({ projection, live }, 'projection folds into the live version');
    }
  }
}

function foldedBy(verdict: Verdict): number | undefined {
  return verdict.kind === 'fold' ? verdict.version : undefined;
}

const offKinds = ['rebuild-takes-over', 'stands-by', 'generation-over'] as const satisfies readonly Verdict['kind'][];
const off = gauge('projection_off', {
  help: '1 where this process does not fold, by why',
  labels: ['projection', 'why'],
});
const { stopped } = positionMetrics('projection');

const claimFree: ClaimPartitions = (client, firstOffsets) => claimFreePartitions(client, [...firstOffsets.keys()]);

function standingStill(partition: number): ProjectionStatus['partitions'][number] {
  return { partition, nextOffset: 0, endOffset: 0, stopped: null };
}
