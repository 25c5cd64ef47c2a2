// A log in memory behind the reader's interface: what a sink costs without the broker and its client.
import type { LogReader, LogRecord, PartitionBatch } from '#kit/event-log/types';

/** Hands out the records in offset order, all partitions in turn, until the end; then waits for close(). */
export function memoryLog(partitions: readonly (readonly LogRecord[])[]): LogReader {
  const positions = new Map<number, number>();
  const ends = new Map(partitions.map((records, partition) => [partition, records.length]));
  let end: (() => void) | undefined;
  const closed = new Promise<void>((resolve) => (end = resolve));
  return {
    assign: (partition, nextOffset) => void positions.set(partition, nextOffset),
    unassign: (partition) => void positions.delete(partition),
    async next(recordsMax) {
      // As a reader of sockets does, it lets other work go on between two answers.
      await new Promise((resolve) => setImmediate(resolve));
      const share = Math.max(1, Math.ceil(recordsMax / partitions.length));
      const batches: PartitionBatch[] = [];
      for (const [partition, from] of positions) {
        const records = partitions[partition]?.slice(from, from + share) ?? [];
        if (records.length === 0) continue;
        positions.set(partition, from + records.length);
        batches.push({ partition, records, endOffset: ends.get(partition) ?? 0 });
      }
      if (batches.length === 0) await closed;
      return batches;
    },
    reached: () => Promise.resolve(),
    endOffsets: () => Promise.resolve(ends),
    startOffsets: () => Promise.resolve(new Map([...ends.keys()].map((partition) => [partition, 0]))),
    close: async () => end?.(),
  };
}
