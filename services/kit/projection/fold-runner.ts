// Runs one version of a projection: follows its topic from the stored positions, batch by batch, over faults.
import type { LogReader, PartitionBatch } from '#kit/event-log/types';
import { createBackOff } from '#kit/back-off';
import { Fault } from '#kit/fault';
import type { Closable } from '#kit/lifecycle';
import { transaction } from '#kit/postgres';
import { applyEvents, type ApplyParts } from '#kit/projection/apply-events';
import { FenceBroken } from '#kit/projection/fence';
import { readBatches, type Work } from '#kit/projection/fold-batch';
import { pacedCommits } from '#kit/projection/commit-pace';
import type { ProjectionOptions } from '#kit/projection/options';
import { type ClaimPartitions, OwnedPartitions } from '#kit/projection/owned-partitions';
import { type ParkedKey, readParkedKeys } from '#kit/projection/parking';
import { positionMetrics } from '#kit/projection/position-metrics';
import { countBatch, projectionMetrics } from '#kit/projection/projection-metrics';
import { redrivePartition, type Redriven } from '#kit/projection/redrive';
import { schemaOf } from '#kit/projection/schema';
import { StateCache } from '#kit/projection/state-cache';
import type { Projection, ProjectionStatus } from '#kit/projection/types';

export type FoldRunnerOptions = ProjectionOptions & {
  /** Takes partitions over, in a transaction of its own; throws where this version is not the one to fold into. */
  readonly claimIn: ClaimPartitions;
};

// One state is written once per batch, however many events it met: 10,000 replay twice as fast as 2,000. At low load a
// batch is what has just arrived.
const batchRecordsMaxDefault = 10_000;
const cachedStatesMaxDefault = 50_000;
const parkedKeysMaxDefault = 10_000;
const backOffMsMax = 5_000;
const refreshMs = 5_000;
const catchingUpEventsMin = 20_000;

/** start() claims the partitions and follows them until close(). */
export class FoldRunner<S, Events, Emission> implements Closable {
  readonly #projection: Projection<S, Events, Emission>;
  readonly #options: FoldRunnerOptions;
  readonly #owned: OwnedPartitions;
  readonly #parts: ApplyParts<S, Events, Emission>;
  readonly #positionMetrics = positionMetrics('projection');
  readonly #metrics = projectionMetrics();
  readonly #closing = new AbortController();
  readonly #backOff = createBackOff(this.#closing.signal, backOffMsMax);
  /** By partition and key. */
  #parked = new Map<string, ParkedKey>();
  #reader: LogReader | undefined;
  #loop: Promise<void> = Promise.resolve();
  /** Batches and re-drives go one after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  #refresh: NodeJS.Timeout | undefined;

  constructor(projection: Projection<S, Events, Emission>, options: FoldRunnerOptions) {
    const { database, logger } = options;
    this.#projection = projection;
    this.#options = options;
    this.#parts = {
      projection,
      database,
      writer: options.writer,
      muted: options.muted ?? false,
      cache: new StateCache<S>(options.cachedStatesMax ?? cachedStatesMaxDefault),
      logger,
    };
    const { name, topic } = projection;
    const schema = schemaOf(projection);
    const metrics = this.#positionMetrics;
    this.#owned = new OwnedPartitions({ kind: 'projection', name, topic, database, schema, metrics, logger });
  }

  /** Whether other processes own all of its partitions. */
  get isLost(): boolean {
    return this.#owned.isLost;
  }

  /** Throws Fault DATABASE_UNAVAILABLE, LOG_UNAVAILABLE, or what claimIn threw. */
  async start(): Promise<void> {
    const { topic } = this.#projection;
    const partitions = this.#options.partitions ?? Array.from({ length: topic.partitions }, (_, index) => index);
    this.#reader = await this.#openReader();
    try {
      await this.#owned.claim(this.#reader, partitions, this.#options.claimIn);
      await this.#reloadParked();
    } catch (error) {
      await this.#reader.close();
      throw error;
    }
    this.#loop = this.#follow(this.#reader);
    this.#refresh = setInterval(() => void this.#report(), refreshMs);
    this.#refresh.unref();
  }

  status(): ProjectionStatus {
    return { name: this.#projection.name, partitions: this.#owned.status(), parkedKeys: this.#parked.size };
  }

  parkedKeys(): readonly ParkedKey[] {
    return [...this.#parked.values()];
  }

  redrive(key?: string): Promise<Redriven> {
    return this.#inTurn(async () => {
      const unparked: ParkedKey[] = [];
      const stillParked: ParkedKey[] = [];
      for (const partition of this.#owned.partitions) {
        const keys = [...this.#parked.values()].filter(
          (parked) => parked.partition === partition && (key === undefined || parked.key === key),
        );
        const standing = this.#owned.standing(partition);
        if (keys.length === 0 || standing === undefined) continue;
        const redriven = await this.#redrivePartition(standing, keys);
        unparked.push(...redriven.unparked);
        stillParked.push(...redriven.stillParked);
      }
      return { unparked, stillParked };
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    clearInterval(this.#refresh);
    await this.#reader?.close();
    await this.#loop;
    await this.#turn;
  }

  async #follow(reader: LogReader): Promise<void> {
    const recordsMax = this.#options.batchRecordsMax ?? batchRecordsMaxDefault;
    const pace = pacedCommits(this.#options.commitEveryMs ?? 0, this.#closing.signal);
    while (!this.#closing.signal.aborted) {
      const batches = await reader.next(recordsMax);
      if (batches.length === 0) return;
      await this.#inTurn(() => this.#applyOrRecover(batches));
      await pace(batches.reduce((sum, { records }) => sum + records.length, 0) < recordsMax);
    }
  }

  // Nothing is lost by a failure: the batch is dropped, the database says where it stands, and the log gives it again.
  async #applyOrRecover(batches: readonly PartitionBatch[]): Promise<void> {
    const accepted = this.#owned.accept(batches);
    if (accepted.length === 0) return;
    try {
      await this.#apply(accepted);
      this.#backOff.reset();
    } catch (error) {
      await this.#recover(error);
    }
  }

  async #apply(batches: readonly PartitionBatch[]): Promise<void> {
    const endTimer = this.#metrics.commitSeconds.startTimer({ projection: this.#projection.name });
    const read = readBatches(this.#projection, batches, (partition, key) => this.#parked.has(placeOf(partition, key)));
    const advances = this.#owned.advancesOf(batches);
    const work = await applyEvents(this.#parts, { events: read.events, advances });
    this.#owned.moved(advances);
    endTimer();
    this.#park(work.parked);
    countBatch(this.#metrics, this.#projection.name, { skipped: read.skipped, appliedByType: work.appliedByType });
    this.#tell(work, advances);
  }

  async #recover(failure: unknown): Promise<void> {
    let error = failure;
    while (!this.#closing.signal.aborted) {
      this.#parts.cache.clear();
      if (!(error instanceof FenceBroken)) {
        const code = error instanceof Fault ? error.code : 'UNEXPECTED';
        const { name } = this.#projection;
        this.#positionMetrics.failures.inc({ projection: name, code });
        this.#options.logger.error({ err: error, projection: name, code }, 'batch failed, trying again');
        await this.#backOff.wait();
      }
      try {
        await this.#owned.resync();
        return;
      } catch (again) {
        error = again;
      }
    }
  }

  async #redrivePartition(
    standing: Parameters<typeof redrivePartition>[1],
    keys: readonly ParkedKey[],
  ): Promise<Redriven> {
    try {
      return await redrivePartition({ ...this.#parts, openReader: this.#options.openReader }, standing, keys);
    } catch (error) {
      this.#parts.cache.clear();
      if (error instanceof FenceBroken) {
        await this.#owned.resync();
        throw new Fault('OWNERSHIP_LOST', { cause: error });
      }
      throw error;
    } finally {
      await this.#reloadParked();
    }
  }

  #openReader(): Promise<LogReader> {
    const { openReader } = this.#options;
    return Promise.resolve(
      openReader(this.#projection.topic, (partition, fault) => this.#owned.lost(partition, fault)),
    );
  }

  async #reloadParked(): Promise<void> {
    const partitions = this.#owned.status().map(({ partition }) => partition);
    const { database } = this.#options;
    const options = { schema: schemaOf(this.#projection) };
    const parked = await transaction(database, (client) => readParkedKeys(client, partitions), options);
    this.#parked = new Map(parked.map((each) => [placeOf(each.partition, each.key), each]));
    this.#metrics.parkedKeys.set({ projection: this.#projection.name }, this.#parked.size);
  }

  #park(parked: readonly ParkedKey[]): void {
    const { name: projection } = this.#projection;
    for (const each of parked) {
      this.#parked.set(placeOf(each.partition, each.key), each);
      this.#metrics.parked.inc({ projection, reason: each.reason });
      const { key, partition, firstOffset, reason, detail } = each;
      this.#options.logger.error({ projection, key, partition, firstOffset, reason, detail }, 'key parked');
    }
    this.#metrics.parkedKeys.set({ projection }, this.#parked.size);
    if (this.#parked.size <= (this.#options.parkedKeysMax ?? parkedKeysMaxDefault)) return;
    for (const partition of new Set(parked.map((each) => each.partition)))
      this.#owned.stop(
        partition,
        'too-many-parked',
        new Fault('RECORD_UNREADABLE', { detail: 'too many keys are parked' }),
      );
  }

  #tell(work: Work<S>, advances: readonly { readonly partition: number; readonly to: number }[]): void {
    const { onCommitted, logger } = this.#options;
    if (onCommitted === undefined) return;
    const events = [...work.appliedByType.values()].reduce((sum, count) => sum + count, 0);
    const positions = advances.map(({ partition, to }) => ({ partition, nextOffset: to }));
    try {
      onCommitted({ events, keys: [...work.changed.keys()], positions });
    } catch (error) {
      logger.error({ err: error, projection: this.#projection.name }, 'listener failed');
    }
  }

  async #report(): Promise<void> {
    const { logger } = this.#options;
    try {
      await this.#owned.refreshEndOffsets();
    } catch (error) {
      logger.warn({ err: error, projection: this.#projection.name }, 'end offsets unknown');
    }
    const lagEvents = this.#owned
      .status()
      .reduce((sum, each) => sum + Math.max(0, each.endOffset - each.nextOffset), 0);
    if (lagEvents >= catchingUpEventsMin) logger.info({ projection: this.#projection.name, lagEvents }, 'catching up');
  }

  #inTurn<T>(fn: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(fn);
    this.#turn = result.catch(() => {});
    return result;
  }
}

function placeOf(partition: number, key: string): string {
  return `${partition}/${key}`;
}
