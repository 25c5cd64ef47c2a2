// What a reader has fetched and not yet handed over, per partition, and where it reads on.
import type { Decoded } from './record-batches.ts';
import type { LogRecord, PartitionBatch } from './types.ts';

/** One assignment of a partition. A later assignment is another object: what was fetched for this one is dropped. */
export type ReadPartition = {
  readonly partition: number;
  /** Where the next fetch starts. */
  nextOffset: number;
  endOffset: number;
  /** Fetches in order, the first one handed over up to `taken`. */
  fetched: { readonly records: readonly LogRecord[]; readonly bytes: number }[];
  taken: number;
};

export class ReadBuffer {
  readonly #partitions = new Map<number, ReadPartition>();
  #bytes = 0;
  #turn = 0;

  /** Bytes of the fetches that are not wholly handed over. */
  get bytes(): number {
    return this.#bytes;
  }

  assign(partition: number, nextOffset: number): void {
    this.unassign(partition);
    this.#partitions.set(partition, { partition, nextOffset, endOffset: nextOffset, fetched: [], taken: 0 });
  }

  unassign(partition: number): void {
    for (const { bytes } of this.#partitions.get(partition)?.fetched ?? []) this.#bytes -= bytes;
    this.#partitions.delete(partition);
  }

  isCurrent(partition: ReadPartition): boolean {
    return this.#partitions.get(partition.partition) === partition;
  }

  /** All assigned partitions, another one first each time: a fetch is bounded in bytes, and the first are filled first. */
  partitions(): ReadPartition[] {
    const all = [...this.#partitions.values()];
    const first = this.#turn++ % Math.max(1, all.length);
    return [...all.slice(first), ...all.slice(0, first)];
  }

  add(partition: ReadPartition, { records, nextOffset, bytes }: Decoded, endOffset: number): void {
    partition.nextOffset = nextOffset;
    partition.endOffset = endOffset;
    if (records.length === 0) return;
    partition.fetched.push({ records, bytes });
    this.#bytes += bytes;
  }

  /** The offset before which everything was handed over or was found empty; an unassigned partition has none. */
  positionOf(partition: number): number {
    const assigned = this.#partitions.get(partition);
    if (assigned === undefined) return -1;
    return assigned.fetched[0]?.records[assigned.taken]?.offset ?? assigned.nextOffset;
  }

  /** Hands over at most recordsMax records, partition by partition. */
  take(recordsMax: number): PartitionBatch[] {
    const batches: PartitionBatch[] = [];
    let left = recordsMax;
    for (const assigned of this.partitions()) {
      if (left === 0) break;
      const records = this.#takeFrom(assigned, left);
      if (records.length === 0) continue;
      left -= records.length;
      batches.push({ partition: assigned.partition, records, endOffset: assigned.endOffset });
    }
    return batches;
  }

  #takeFrom(assigned: ReadPartition, recordsMax: number): LogRecord[] {
    const records: LogRecord[] = [];
    while (records.length < recordsMax) {
      const first = assigned.fetched[0];
      if (first === undefined) break;
      const until = Math.min(first.records.length, assigned.taken + recordsMax - records.length);
      for (let index = assigned.taken; index < until; index += 1) {
        const record = first.records[index];
        if (record !== undefined) records.push(record);
      }
      assigned.taken = until;
      if (until < first.records.length) break;
      assigned.fetched.shift();
      assigned.taken = 0;
      this.#bytes -= first.bytes;
    }
    return records;
  }
}
