// What a sink makes of its records: blocks of rows to insert, and records that it cannot read.
import type { LogRecord, PartitionBatch } from '#kit/event-log/types';

/** Rows for one table, in RowBinary. */
export type SinkBlock = {
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: Uint8Array;
  readonly rowCount: number;
};

export type RefusedRecord = {
  readonly partition: number;
  readonly record: LogRecord;
  /** A stable name; it becomes a metric's label. */
  readonly reason: string;
  readonly detail: string;
};

export type SinkBatch = { readonly blocks: readonly SinkBlock[]; readonly refused: readonly RefusedRecord[] };

/** The same records give the same bytes: no clock, no randomness. At most one block per table. */
export type ToBlocks = (batches: readonly PartitionBatch[]) => SinkBatch;

/** As toBlocks, but a record that it throws on is refused alone, and the others go on. */
export function toBlocksSafely(toBlocks: ToBlocks, batches: readonly PartitionBatch[]): SinkBatch {
  try {
    return toBlocks(batches);
  } catch {
    return withoutPoison(toBlocks, batches);
  }
}

function withoutPoison(toBlocks: ToBlocks, batches: readonly PartitionBatch[]): SinkBatch {
  const refused: RefusedRecord[] = [];
  const sound = batches.map((batch) => {
    const records = batch.records.filter((record) => {
      try {
        toBlocks([{ ...batch, records: [record] }]);
        return true;
      } catch (error) {
        refused.push({ partition: batch.partition, record, reason: 'unreadable', detail: String(error) });
        return false;
      }
    });
    return { ...batch, records };
  });
  const made = toBlocks(sound.filter((batch) => batch.records.length > 0));
  return { blocks: made.blocks, refused: [...made.refused, ...refused] };
}
