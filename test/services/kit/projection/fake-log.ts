// A log in memory that behaves as the reader's and writer's types promise, with faults that a test may order.
import type { AppendRecord, LogReader, LogRecord, LogWriter, PartitionBatch } from '#kit/event-log/types';
import { Fault } from '#kit/fault';
import type { OpenReader } from '#kit/projection/owned-partitions';

export type FakeLog = {
  append(topic: string, partition: number, records: readonly AppendRecord[]): void;
  records(topic: string): readonly (LogRecord & { readonly partition: number })[];
  /** Takes records away, as a broken retention would. */
  cutHole(topic: string, partition: number, offset: number): void;
  readonly openReader: OpenReader;
  readonly writer: LogWriter;
  /** Appends that succeed before one fails with LOG_UNAVAILABLE (after it was stored); undefined: none fails. */
  failAppendAfter: number | undefined;
  /** At most so many records per next(), however many were asked for. */
  handOutMax: number;
};

export function createFakeLog(): FakeLog {
  const topics = new Map<string, LogRecord[][]>();
  const wakeUps = new Set<() => void>();
  const partitionOf = (topic: string, partition: number): LogRecord[] => {
    const partitions = topics.get(topic) ?? [];
    topics.set(topic, partitions);
    return (partitions[partition] ??= []);
  };
  const endOf = (topic: string, partition: number): number => (partitionOf(topic, partition).at(-1)?.offset ?? -1) + 1;
  const log: FakeLog = {
    failAppendAfter: undefined,
    handOutMax: Number.POSITIVE_INFINITY,
    append(topic, partition, records) {
      for (const { key, type, value } of records) {
        const offset = endOf(topic, partition);
        const bytes = value === null ? null : Buffer.from(value);
        partitionOf(topic, partition).push({ offset, timestampMs: 1_000 + offset, key, type, value: bytes });
      }
      for (const wake of wakeUps) wake();
    },
    records: (topic) =>
      (topics.get(topic) ?? []).flatMap((records, partition) =>
        (records ?? []).map((each) => ({ ...each, partition })),
      ),
    cutHole(topic, partition, offset) {
      const records = partitionOf(topic, partition);
      const index = records.findIndex((record) => record.offset === offset);
      records.splice(index, 1);
    },
    openReader: (topic) => openReader(topic.name),
    writer: {
      queuedBytes: 0,
      oldestUnackedMs: () => 0,
      async append(topic, partition, records) {
        const base = endOf(topic, partition);
        log.append(topic, partition, records);
        if (log.failAppendAfter !== undefined) {
          log.failAppendAfter -= 1;
          if (log.failAppendAfter < 0) {
            log.failAppendAfter = undefined;
            throw new Fault('LOG_UNAVAILABLE');
          }
        }
        return base;
      },
      close: async () => {},
    },
  };

  function openReader(topic: string): LogReader {
    const positions = new Map<number, number>();
    let isClosed = false;
    const take = (recordsMax: number): PartitionBatch[] => {
      const batches: PartitionBatch[] = [];
      let left = Math.min(recordsMax, log.handOutMax);
      for (const [partition, position] of positions) {
        const records = partitionOf(topic, partition)
          .filter((record) => record.offset >= position)
          .slice(0, left);
        const last = records.at(-1);
        if (last === undefined) continue;
        left -= records.length;
        positions.set(partition, last.offset + 1);
        batches.push({ partition, records, endOffset: endOf(topic, partition) });
      }
      return batches;
    };
    const offsets = (of: (partition: number) => number): Promise<ReadonlyMap<number, number>> =>
      Promise.resolve(new Map(Array.from({ length: 64 }, (_, partition) => [partition, of(partition)])));
    return {
      assign: (partition, nextOffset) => {
        positions.set(partition, nextOffset);
        for (const wake of wakeUps) wake();
      },
      unassign: (partition) => void positions.delete(partition),
      async next(recordsMax) {
        while (!isClosed) {
          const batches = take(recordsMax);
          if (batches.length > 0) return batches;
          await new Promise<void>((resolve) => {
            const wake = (): void => {
              wakeUps.delete(wake);
              resolve();
            };
            wakeUps.add(wake);
          });
        }
        return [];
      },
      async reached(ends) {
        while (!isClosed && [...ends].some(([partition, end]) => (positions.get(partition) ?? 0) < end)) {
          await new Promise((resolve) => setImmediate(resolve));
        }
      },
      endOffsets: () => offsets((partition) => endOf(topic, partition)),
      startOffsets: () => offsets((partition) => partitionOf(topic, partition)[0]?.offset ?? 0),
      async close() {
        isClosed = true;
        for (const wake of wakeUps) wake();
      },
    };
  }

  return log;
}
