// Folds a version from its own positions to given ones and not one event further: how a rebuild fills its tables.
import type { LogReader, LogWriter, PartitionBatch } from '#kit/event-log/types';
import { Fault } from '#kit/fault';
import type { Closable } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';
import type { Database } from '#kit/postgres';
import { applyEvents, type ApplyParts } from '#kit/projection/apply-events';
import { readBatches } from '#kit/projection/fold-batch';
import { type OpenReader, OwnedPartitions } from '#kit/projection/owned-partitions';
import { positionMetrics } from '#kit/projection/position-metrics';
import { schemaOf } from '#kit/projection/schema';
import { StateCache } from '#kit/projection/state-cache';
import type { Projection } from '#kit/projection/types';

export type FillOptions = {
  readonly database: Database;
  readonly openReader: OpenReader;
  /** Takes what the fold says where differences will be told; without it the fold is muted. */
  readonly sayings: LogWriter | undefined;
  readonly logger: Logger;
  /** Told the sum of the positions after each batch. */
  readonly onReached: (at: number) => void;
};

/** Next offset by partition. */
export type Positions = ReadonlyMap<number, number>;

const batchRecordsMax = 20_000;
const cachedStatesMax = 50_000;
const silenceMsMax = 60_000;

/** Claims the version's partitions; fillTo() brings them further. Throws Fault DATABASE_UNAVAILABLE or LOG_UNAVAILABLE. */
export async function openFill<S, Events, Emission>(
  projection: Projection<S, Events, Emission>,
  options: FillOptions,
): Promise<Fill<S, Events, Emission>> {
  const fill = new Fill(projection, options);
  await fill.open();
  return fill;
}

export class Fill<S, Events, Emission> implements Closable {
  readonly #projection: Projection<S, Events, Emission>;
  readonly #options: FillOptions;
  readonly #owned: OwnedPartitions;
  readonly #parts: ApplyParts<S, Events, Emission>;
  #reader: LogReader | undefined;
  #parked: ReadonlySet<string> = new Set();

  constructor(projection: Projection<S, Events, Emission>, options: FillOptions) {
    const { database, logger, sayings } = options;
    const { name, topic } = projection;
    this.#projection = projection;
    this.#options = options;
    const cache = new StateCache<S>(cachedStatesMax);
    this.#parts = { projection, database, writer: sayings, muted: sayings === undefined, cache, logger };
    this.#owned = new OwnedPartitions({
      kind: 'projection',
      name: `${name}-rebuild`,
      topic,
      database,
      schema: schemaOf(projection),
      metrics: positionMetrics('projection'),
      logger,
    });
  }

  async open(): Promise<void> {
    const { topic } = this.#projection;
    this.#reader = await this.#options.openReader(topic, (partition, fault) => this.#owned.lost(partition, fault));
    const partitions = Array.from({ length: topic.partitions }, (_, partition) => partition);
    await this.#owned.claim(this.#reader, partitions);
    this.#parked = await this.#readParked();
  }

  /** Where the tables stand. */
  positions(): Positions {
    return new Map(this.#owned.status().map(({ partition, nextOffset }) => [partition, nextOffset]));
  }

  /** Throws Fault LOG_*, DATABASE_UNAVAILABLE, FenceBroken: what was committed stays, a new fill goes on from there. */
  async fillTo(targets: Positions): Promise<void> {
    const reader = this.#reader;
    if (reader === undefined) throw new Fault('LOG_CLOSED');
    // What was read beyond the targets of before is read again.
    await this.#owned.resync();
    for (const partition of this.#owned.partitions) if (this.#isAt(targets, partition)) reader.unassign(partition);
    while (this.#owned.partitions.some((partition) => !this.#isAt(targets, partition))) {
      const batches = await nextOf(reader);
      await this.#apply(batches.flatMap((batch) => this.#upTo(batch, targets)));
      this.#refuseStopped();
      for (const { partition } of batches) if (this.#isAt(targets, partition)) reader.unassign(partition);
    }
    this.#refuseStopped();
  }

  async close(): Promise<void> {
    await this.#reader?.close();
  }

  async #apply(batches: readonly PartitionBatch[]): Promise<void> {
    const accepted = this.#owned.accept(batches);
    if (accepted.length === 0) return;
    const isParked = (partition: number, key: string): boolean => this.#parked.has(`${partition}/${key}`);
    const { events } = readBatches(this.#projection, accepted, isParked);
    const advances = this.#owned.advancesOf(accepted);
    const { parked } = await applyEvents(this.#parts, { events, advances });
    this.#owned.moved(advances);
    if (parked.length > 0) this.#parked = await this.#readParked();
    this.#options.onReached(sumOf(this.positions()));
  }

  #upTo(batch: PartitionBatch, targets: Positions): PartitionBatch[] {
    const target = targets.get(batch.partition) ?? 0;
    const records = batch.records.filter(({ offset }) => offset < target);
    return records.length === 0 ? [] : [{ ...batch, records }];
  }

  #isAt(targets: Positions, partition: number): boolean {
    return (this.positions().get(partition) ?? 0) >= (targets.get(partition) ?? 0);
  }

  #refuseStopped(): void {
    const stopped = this.#owned.status().find((each) => each.stopped !== null);
    if (stopped === undefined) return;
    const { partition, stopped: why, nextOffset } = stopped;
    throw new Fault('LOG_GAP', { detail: `partition ${partition} stopped at ${nextOffset}: ${why}` });
  }

  async #readParked(): Promise<ReadonlySet<string>> {
    const rows = await this.#options.database.query<{ place: string }>(
      `select "partition" || '/' || key as place from ${schemaOf(this.#projection)}.parked_keys`,
    );
    return new Set(rows.map(({ place }) => place));
  }
}

/** How many offsets lie below these positions. */
export function sumOf(positions: Positions): number {
  return [...positions.values()].reduce((sum, offset) => sum + offset, 0);
}

// Everything below a target was committed by the live version once. Silence means that the log is away, or lost it.
async function nextOf(reader: LogReader): Promise<PartitionBatch[]> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    const fault = new Fault('LOG_UNAVAILABLE', { detail: `the log gives no records for ${silenceMsMax} ms` });
    timer = setTimeout(() => reject(fault), silenceMsMax);
  });
  try {
    const batches = await Promise.race([reader.next(batchRecordsMax), silence]);
    if (batches.length === 0) throw new Fault('LOG_CLOSED');
    return batches;
  } finally {
    clearTimeout(timer);
  }
}
