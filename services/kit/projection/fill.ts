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
import { type Positions, positionsIn, readTo, sumOf } from '#kit/projection/read-to';
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

const cachedStatesMax = 50_000;

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
    return positionsIn(this.#owned);
  }

  /** Throws Fault LOG_*, DATABASE_UNAVAILABLE, FenceBroken: what was committed stays, a new fill goes on from there. */
  async fillTo(targets: Positions): Promise<void> {
    const reader = this.#reader;
    if (reader === undefined) throw new Fault('LOG_CLOSED');
    await readTo({ reader, owned: this.#owned }, targets, (batches) => this.#apply(batches));
  }

  async close(): Promise<void> {
    await this.#reader?.close();
  }

  async #apply(batches: readonly PartitionBatch[]): Promise<void> {
    const isParked = (partition: number, key: string): boolean => this.#parked.has(`${partition}/${key}`);
    const { events } = readBatches(this.#projection, batches, isParked);
    const advances = this.#owned.advancesOf(batches);
    const { parked } = await applyEvents(this.#parts, { events, advances });
    this.#owned.moved(advances);
    if (parked.length > 0) this.#parked = await this.#readParked();
    this.#options.onReached(sumOf(this.positions()));
  }

  async #readParked(): Promise<ReadonlySet<string>> {
    const rows = await this.#options.database.query<{ place: string }>(
      `select "partition" || '/' || key as place from ${schemaOf(this.#projection)}.parked_keys`,
    );
    return new Set(rows.map(({ place }) => place));
  }
}
