// A log reader that ends at given offsets: what was appended since is as if it were not there.
import type { LogReader, PartitionBatch } from '#kit/event-log/types';

/** Next offset by partition. */
export type Positions = ReadonlyMap<number, number>;

/** Hands over records below the ends alone; a partition without an end is empty. */
export function boundedReader(reader: LogReader, ends: Positions): LogReader {
  const endOf = (partition: number): number => ends.get(partition) ?? 0;
  const below = (batch: PartitionBatch): PartitionBatch[] => {
    const records = batch.records.filter(({ offset }) => offset < endOf(batch.partition));
    return records.length === 0 ? [] : [{ ...batch, records }];
  };
  return {
    assign: (partition, nextOffset) => reader.assign(partition, nextOffset),
    unassign: (partition) => reader.unassign(partition),
    async next(recordsMax) {
      for (;;) {
        const batches = await reader.next(recordsMax);
        const bounded = batches.flatMap(below);
        if (bounded.length > 0 || batches.length === 0) return bounded;
      }
    },
    reached: (wanted) => reader.reached(wanted),
    async endOffsets() {
      const all = await reader.endOffsets();
      return new Map([...all.keys()].map((partition) => [partition, endOf(partition)]));
    },
    startOffsets: () => reader.startOffsets(),
    close: () => reader.close(),
  };
}
