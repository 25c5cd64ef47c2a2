// The partitions that one process reads and owns: claimed by epoch, followed without gaps, left when another owns them.
import assert from 'node:assert/strict';
import type { PoolClient } from 'pg';
import type { LogReader, PartitionBatch, TopicSpec } from '#kit/event-log/types';
import { Fault } from '#kit/fault';
import type { Logger } from '#kit/logger';
import { type Database, transaction } from '#kit/postgres';
import { type Advance, claimPartitions, type OwnedPosition, readPositions } from '#kit/projection/fence';
import type { PositionKind, PositionMetrics } from '#kit/projection/position-metrics';

/** Opens a reader of the topic; onLost is told of a partition whose position the log no longer has. */
export type OpenReader = (
  topic: TopicSpec,
  onLost: (partition: number, fault: Error) => void,
) => Promise<LogReader> | LogReader;

/** Takes partitions over in the transaction; the map says where those begin that nobody has read yet. */
export type ClaimPartitions = (
  client: PoolClient,
  firstOffsets: ReadonlyMap<number, number>,
) => Promise<readonly OwnedPosition[]>;

export type OwnedPartitionsOptions = {
  readonly kind: PositionKind;
  readonly name: string;
  readonly topic: TopicSpec;
  readonly database: Database;
  /** What the topic's retention took before it was read is passed over, not a gap. */
  readonly mayMiss?: boolean | undefined;
  /** Schema that holds projection_position. */
  readonly schema: string;
  readonly metrics: PositionMetrics;
  readonly logger: Logger;
};

/** Why a partition is not read here that another process owns. */
const lostToAnother = 'ownership-lost';

export type PartitionStatus = {
  readonly partition: number;
  readonly nextOffset: number;
  readonly endOffset: number;
  readonly stopped: string | null;
};

type Owned = {
  readonly ownerEpoch: number;
  /** Where the log began when the partition was claimed, and records before may be missed; else 0. */
  readonly beginsAt: number;
  /** As stored. */
  nextOffset: number;
  /** Offset that the reader owes next; ahead of nextOffset while records wait for their commit. */
  expectedOffset: number;
  endOffset: number;
  newestMs: number;
  stopped: string | null;
};

/** Follows positions for a runner, which calls it from one loop: accept, then advancesOf in its transaction, then moved. */
export class OwnedPartitions {
  readonly #options: OwnedPartitionsOptions;
  readonly #owned = new Map<number, Owned>();
  #reader: LogReader | undefined;

  constructor(options: OwnedPartitionsOptions) {
    this.#options = options;
  }

  /** Partitions that are read, in order; those that stopped are not. */
  get partitions(): number[] {
    return [...this.#owned].flatMap(([partition, owned]) => (owned.stopped === null ? [partition] : []));
  }

  /** Whether other processes own all of them. */
  get isLost(): boolean {
    return [...this.#owned.values()].every(({ stopped }) => stopped === lostToAnother);
  }

  /**
   * Takes the partitions over and starts reading them where their rows stand.
   * @param claimIn takes them in its transaction; those that it does not return stay another's.
   */
  async claim(
    reader: LogReader,
    partitions: readonly number[],
    claimIn: ClaimPartitions = claimPartitions,
  ): Promise<void> {
    this.#reader = reader;
    const [startOffsets, endOffsets] = await Promise.all([reader.startOffsets(), reader.endOffsets()]);
    const firstOffsets = new Map(
      partitions.map((partition) => [partition, this.#firstOffset(partition, startOffsets)]),
    );
    const { database, schema } = this.#options;
    const claimed = await transaction(database, (client) => claimIn(client, firstOffsets), { schema });
    for (const partition of partitions) this.#owned.set(partition, notOurs(endOffsets.get(partition) ?? 0));
    for (const { partition, nextOffset, ownerEpoch } of claimed.toSorted((a, b) => a.partition - b.partition)) {
      const endOffset = endOffsets.get(partition) ?? nextOffset;
      const beginsAt = this.#options.mayMiss === true ? (startOffsets.get(partition) ?? 0) : 0;
      const readFrom = this.#readFrom(partition, nextOffset, beginsAt);
      this.#owned.set(partition, {
        ownerEpoch,
        beginsAt,
        nextOffset,
        expectedOffset: readFrom,
        endOffset,
        newestMs: 0,
        stopped: null,
      });
      // A log that ends before the position is not the log that the rows were made from.
      if (endOffset < nextOffset)
        this.stop(partition, 'gap', new Fault('LOG_GAP', { detail: `the log ends at ${endOffset}` }));
      else reader.assign(partition, readFrom);
    }
    this.report();
  }

  /** What of the received batches is new, in order and without gap. A gap stops its partition, unless it is compacted. */
  accept(batches: readonly PartitionBatch[]): PartitionBatch[] {
    const accepted: PartitionBatch[] = [];
    for (const batch of batches) {
      const owned = this.#owned.get(batch.partition);
      if (owned === undefined || owned.stopped !== null) continue;
      owned.endOffset = Math.max(owned.endOffset, batch.endOffset);
      const records = this.#follow(owned, batch);
      const last = records.at(-1);
      if (last === undefined) continue;
      owned.newestMs = last.timestampMs;
      accepted.push({ ...batch, records });
    }
    return accepted.toSorted((a, b) => a.partition - b.partition);
  }

  /** From where each partition moves to behind the last of its records. */
  advancesOf(batches: readonly PartitionBatch[]): Advance[] {
    return batches.flatMap(({ partition, records }) => {
      const owned = this.#owned.get(partition);
      const last = records.at(-1);
      if (owned === undefined || last === undefined) return [];
      return [{ partition, from: owned.nextOffset, to: last.offset + 1, ownerEpoch: owned.ownerEpoch }];
    });
  }

  /** The same moves with the epoch under which this process owns their partitions. */
  fencesOf(moves: readonly { readonly partition: number; readonly from: number; readonly to: number }[]): Advance[] {
    return moves.map(({ partition, from, to }) => {
      const owned = this.#owned.get(partition);
      assert(owned !== undefined, `partition ${partition} was never claimed`);
      return { partition, from, to, ownerEpoch: owned.ownerEpoch };
    });
  }

  /** The fence of a partition that stays where it is. */
  standing(partition: number): Advance | undefined {
    const owned = this.#owned.get(partition);
    if (owned === undefined) return undefined;
    return { partition, from: owned.nextOffset, to: owned.nextOffset, ownerEpoch: owned.ownerEpoch };
  }

  /** The database holds these moves now. */
  moved(advances: readonly Advance[]): void {
    for (const { partition, to } of advances) {
      const owned = this.#owned.get(partition);
      if (owned !== undefined) owned.nextOffset = to;
    }
    this.report();
  }

  /**
   * After a failed batch: asks the database where the partitions stand, reads again from there what is still ours, and
   * leaves what another process took over. Throws Fault DATABASE_UNAVAILABLE.
   * @param onSwitch called in the same turn as the reader is sent back, for who holds records of before.
   */
  async resync(onSwitch: () => void = () => {}): Promise<void> {
    const { database, schema } = this.#options;
    const partitions = this.partitions;
    const stored = await transaction(database, (client) => readPositions(client, partitions), { schema });
    const storedByPartition = new Map(stored.map((position) => [position.partition, position]));
    for (const partition of partitions) {
      const owned = this.#owned.get(partition);
      const position = storedByPartition.get(partition);
      if (owned === undefined || owned.stopped !== null) continue;
      if (position?.ownerEpoch !== owned.ownerEpoch) {
        this.#options.metrics.ownershipLost.inc({ [this.#options.kind]: this.#options.name });
        this.stop(partition, lostToAnother, new Fault('OWNERSHIP_LOST'));
        continue;
      }
      owned.nextOffset = position.nextOffset;
      owned.expectedOffset = Math.max(position.nextOffset, owned.beginsAt);
      this.#reader?.assign(partition, owned.expectedOffset);
    }
    onSwitch();
    this.report();
  }

  /** The reader gave the partition up: its position is no longer in the log, or what stands there cannot be read. */
  lost(partition: number, fault: Error): void {
    const isGap = !(fault instanceof Fault) || fault.code === 'LOG_GAP';
    this.stop(partition, isGap ? 'gap' : 'unreadable', fault);
  }

  /** Stops reading a partition; its rows and its position stay as they are. */
  stop(partition: number, why: string, fault: Error): void {
    const owned = this.#owned.get(partition);
    if (owned === undefined || owned.stopped !== null) return;
    owned.stopped = why;
    this.#reader?.unassign(partition);
    const { kind, name, logger } = this.#options;
    const said = { err: fault, [kind]: name, partition, why, nextOffset: owned.nextOffset };
    if (why === lostToAnother) logger.warn(said, 'partition left to its new owner');
    else logger.error(said, 'partition stopped');
    this.report();
  }

  /** Asks the log where it ends, so that the lag of a partition that stopped or waits is true as well. */
  async refreshEndOffsets(): Promise<void> {
    const endOffsets = await this.#reader?.endOffsets();
    for (const [partition, owned] of this.#owned) {
      owned.endOffset = Math.max(owned.nextOffset, endOffsets?.get(partition) ?? owned.endOffset);
    }
    this.report();
  }

  status(): PartitionStatus[] {
    return [...this.#owned].map(([partition, { nextOffset, endOffset, stopped }]) => ({
      partition,
      nextOffset,
      endOffset,
      stopped,
    }));
  }

  report(nowMs: number = Date.now()): void {
    const { kind, name, metrics } = this.#options;
    let lagMs = 0;
    for (const [partition, owned] of this.#owned) {
      const lagEvents = Math.max(0, owned.endOffset - owned.nextOffset);
      metrics.lagEvents.set({ [kind]: name, partition }, lagEvents);
      // Another owner's partition is no alarm of ours.
      const isAlarm = owned.stopped !== null && owned.stopped !== lostToAnother;
      metrics.stopped.set({ [kind]: name, partition }, isAlarm ? 1 : 0);
      if (lagEvents > 0 && owned.newestMs > 0) lagMs = Math.max(lagMs, nowMs - owned.newestMs);
    }
    metrics.lagSeconds.set({ [kind]: name }, lagMs / 1000);
  }

  /** A topic that is kept for ever must be there from its first record; others begin where their retention says. */
  #firstOffset(partition: number, startOffsets: ReadonlyMap<number, number>): number {
    const { cleanup, retentionMs } = this.#options.topic;
    return cleanup === 'delete' && retentionMs < 0 ? 0 : (startOffsets.get(partition) ?? 0);
  }

  #readFrom(partition: number, nextOffset: number, beginsAt: number): number {
    if (beginsAt <= nextOffset) return nextOffset;
    const { kind, name, logger } = this.#options;
    logger.warn(
      { [kind]: name, partition, nextOffset, beginsAt },
      'records went by their retention before they were read',
    );
    return beginsAt;
  }

  #follow(owned: Owned, batch: PartitionBatch): PartitionBatch['records'] {
    const { records, partition } = batch;
    const isCompacted = this.#options.topic.cleanup === 'compact';
    let from = 0;
    while (from < records.length && (records[from]?.offset ?? 0) < owned.expectedOffset) from += 1;
    for (let i = from; i < records.length; i += 1) {
      const offset = records[i]?.offset ?? 0;
      if (offset !== owned.expectedOffset && !isCompacted) {
        const detail = `expected offset ${owned.expectedOffset} of partition ${partition}, received ${offset}`;
        this.stop(partition, 'gap', new Fault('LOG_GAP', { detail }));
        return records.slice(from, i);
      }
      owned.expectedOffset = offset + 1;
    }
    return from === 0 ? records : records.slice(from);
  }
}

function notOurs(endOffset: number): Owned {
  return {
    ownerEpoch: 0,
    beginsAt: 0,
    nextOffset: endOffset,
    expectedOffset: endOffset,
    endOffset,
    newestMs: 0,
    stopped: lostToAnother,
  };
}
