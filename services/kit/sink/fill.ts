// Carries a sink's records from positions of a rebuild's own into twins of its tables, up to given positions.
import type { ClickHouse } from '#kit/clickhouse';
import type { LogReader, PartitionBatch } from '#kit/event-log/types';
import type { Closable } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';
import { type Database, transaction } from '#kit/postgres';
import { advancePositions } from '#kit/projection/fence';
import { type OpenReader, OwnedPartitions } from '#kit/projection/owned-partitions';
import { positionMetrics } from '#kit/projection/position-metrics';
import { type Positions, positionsIn, readTo, sumOf } from '#kit/projection/read-to';
import { toBlocksSafely } from '#kit/sink/blocks';
import { tokenOf } from '#kit/sink/cut';
import { prepareSink, sinkSchemaOf } from '#kit/sink/intent';
import type { SinkOptions } from '#kit/sink/runner';

export type SinkFillOptions = {
  /** What is rebuilt. */
  readonly sink: Pick<SinkOptions, 'name' | 'topic' | 'types' | 'toBlocks'>;
  /** Follows the names of the tables that are filled, and the name of the positions. */
  readonly suffix: string;
  readonly database: Database;
  readonly insert: Pick<ClickHouse, 'insertRowBinary'>;
  readonly openReader: OpenReader;
  readonly logger: Logger;
  /** Told the sum of the positions after each insert. */
  readonly onReached: (at: number) => void;
};

/** Records of one insert, beyond what one read gives. */
const insertRecordsMax = 50_000;

/** Claims the positions of the fill; fillTo() brings them further. */
export async function openSinkFill(options: SinkFillOptions): Promise<SinkFill> {
  const fill = new SinkFill(options);
  await fill.open();
  return fill;
}

export class SinkFill implements Closable {
  readonly #options: SinkFillOptions;
  readonly #name: string;
  readonly #types: ReadonlySet<string>;
  readonly #owned: OwnedPartitions;
  #reader: LogReader | undefined;
  #gathered: PartitionBatch[] = [];

  constructor(options: SinkFillOptions) {
    const { sink, suffix, database, logger } = options;
    this.#options = options;
    this.#name = `${sink.name}${suffix}`;
    this.#types = new Set(sink.types);
    const [schema, metrics] = [sinkSchemaOf(this.#name), positionMetrics('sink')];
    const { topic } = sink;
    this.#owned = new OwnedPartitions({ kind: 'sink', name: this.#name, topic, database, schema, metrics, logger });
  }

  async open(): Promise<void> {
    const { sink, database, openReader } = this.#options;
    await prepareSink(database, this.#name);
    this.#reader = await openReader(sink.topic, (partition, fault) => this.#owned.lost(partition, fault));
    const partitions = Array.from({ length: sink.topic.partitions }, (_, partition) => partition);
    await this.#owned.claim(this.#reader, partitions);
  }

  positions(): Positions {
    return positionsIn(this.#owned);
  }

  /** Throws Fault LOG_*, DATABASE_UNAVAILABLE, TIMESERIES_*: what was inserted twice is one row by its key. */
  async fillTo(targets: Positions): Promise<void> {
    const reader = this.#reader;
    if (reader === undefined) return;
    this.#gathered = [];
    await readTo({ reader, owned: this.#owned }, targets, async (batches) => {
      this.#gathered.push(...batches);
      const records = this.#gathered.reduce((sum, batch) => sum + batch.records.length, 0);
      if (records >= insertRecordsMax || this.#isAllThere(targets)) await this.#insert();
    });
  }

  async close(): Promise<void> {
    await this.#reader?.close();
  }

  #isAllThere(targets: Positions): boolean {
    const ends = new Map(this.positions());
    for (const { partition, records } of this.#gathered) ends.set(partition, (records.at(-1)?.offset ?? -1) + 1);
    return [...targets].every(([partition, target]) => (ends.get(partition) ?? 0) >= target);
  }

  /** 1. rows, 2. positions. A crash between inserts the same rows again, in whatever cut. */
  async #insert(): Promise<void> {
    const { sink, suffix, database, insert, onReached } = this.#options;
    const advances = this.#owned.advancesOf(merged(this.#gathered));
    const ours = this.#gathered.flatMap((batch) => {
      const records = batch.records.filter(({ type }) => this.#types.has(type));
      return records.length === 0 ? [] : [{ ...batch, records }];
    });
    // The live sink has buried what cannot be read.
    const { blocks } = toBlocksSafely(sink.toBlocks, ours);
    const cutToken = tokenOf(this.#name, sink.topic.name, advances);
    for (const { table, columns, rows, rowCount } of blocks) {
      const twin = `${table}${suffix}`;
      const deduplicationToken = `${cutToken}:${twin}`;
      if (rowCount > 0) await insert.insertRowBinary({ table: twin, columns, rows, deduplicationToken });
    }
    await transaction(database, (client) => advancePositions(client, advances), { schema: sinkSchemaOf(this.#name) });
    this.#owned.moved(advances);
    this.#gathered = [];
    onReached(sumOf(this.positions()));
  }
}

/** One batch per partition, that ends where the last of them does. */
function merged(batches: readonly PartitionBatch[]): PartitionBatch[] {
  return [...new Map(batches.map((batch) => [batch.partition, batch])).values()];
}
