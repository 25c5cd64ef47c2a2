// A cut: exact ranges of partitions that make one insert; collected from the log, and cut again the same after a crash.
import { createHash } from 'node:crypto';
import type { LogRecord, PartitionBatch } from '#kit/event-log/types';

export type CutRange = { readonly partition: number; readonly from: number; readonly to: number };

export type Cut = {
  readonly ranges: readonly CutRange[];
  /** The records that the sink reads, in order of partition and offset. */
  readonly batches: readonly PartitionBatch[];
  readonly records: number;
};

export type CutLimits = { readonly recordsMax: number; readonly bytesMax: number; readonly ageMsMax: number };

/** Names the cut: the same ranges of the same topic for the same sink have the same token. */
export function tokenOf(sink: string, topic: string, ranges: readonly CutRange[]): string {
  const text = ranges.map(({ partition, from, to }) => `${partition}:${from}-${to}`).join(',');
  return createHash('sha256').update(`${sink}\0${topic}\0${text}`).digest('hex').slice(0, 32);
}

type Collected = { from: number; to: number; endOffset: number; records: LogRecord[] };

/** Gathers records until a cut is due; the caller keeps the positions and tells where partitions begin. */
export class CutCollector {
  readonly #types: ReadonlySet<string>;
  readonly #limits: CutLimits;
  /** Where the next range of a partition begins. */
  readonly #frontier = new Map<number, number>();
  readonly #collected = new Map<number, Collected>();
  #records = 0;
  #bytes = 0;
  #sinceMs: number | undefined;

  constructor(types: readonly string[], limits: CutLimits) {
    this.#types = new Set(types);
    this.#limits = limits;
  }

  /** Forgets what was gathered; partitions begin at these positions. */
  reset(positions: readonly { readonly partition: number; readonly nextOffset: number }[]): void {
    this.#frontier.clear();
    this.#collected.clear();
    this.#records = 0;
    this.#bytes = 0;
    this.#sinceMs = undefined;
    for (const { partition, nextOffset } of positions) this.#frontier.set(partition, nextOffset);
  }

  /** Adds records in log order; returns how many of them the sink does not read. */
  add(batches: readonly PartitionBatch[], nowMs: number): number {
    let skipped = 0;
    for (const { partition, records, endOffset } of batches) {
      const collected = this.#ofPartition(partition);
      collected.endOffset = endOffset;
      for (const record of records) {
        collected.to = record.offset + 1;
        if (this.#types.has(record.type)) {
          collected.records.push(record);
          this.#records += 1;
          this.#bytes += record.value?.length ?? 0;
        } else {
          skipped += 1;
        }
      }
    }
    if (batches.length > 0) this.#sinceMs ??= nowMs;
    return skipped;
  }

  /** Milliseconds until a cut is due: 0 when it is, undefined while there is nothing to cut. */
  dueInMs(nowMs: number): number | undefined {
    if (this.#sinceMs === undefined) return undefined;
    if (this.#records >= this.#limits.recordsMax || this.#bytes >= this.#limits.bytesMax) return 0;
    return Math.max(0, this.#sinceMs + this.#limits.ageMsMax - nowMs);
  }

  /** Whether all of these ranges is there. */
  holds(ranges: readonly CutRange[]): boolean {
    return ranges.every(({ partition, to }) => (this.#collected.get(partition)?.to ?? 0) >= to);
  }

  /** Takes everything. */
  takeAll(nowMs: number): Cut {
    const ranges = [...this.#collected].map(([partition, { from, to }]) => ({ partition, from, to }));
    return this.take(ranges, nowMs);
  }

  /** Takes these ranges; what lies behind them stays. */
  take(ranges: readonly CutRange[], nowMs: number): Cut {
    const sorted = ranges.toSorted((a, b) => a.partition - b.partition);
    const batches: PartitionBatch[] = [];
    let records = 0;
    for (const { partition, to } of sorted) {
      const collected = this.#ofPartition(partition);
      const taken = collected.records.filter((record) => record.offset < to);
      const left = collected.records.slice(taken.length);
      if (taken.length > 0) batches.push({ partition, records: taken, endOffset: collected.endOffset });
      records += taken.length;
      for (const record of taken) this.#bytes -= record.value?.length ?? 0;
      this.#frontier.set(partition, to);
      if (collected.to > to) this.#collected.set(partition, { ...collected, from: to, records: left });
      else this.#collected.delete(partition);
    }
    this.#records -= records;
    this.#sinceMs = this.#collected.size === 0 ? undefined : nowMs;
    return { ranges: sorted, batches, records };
  }

  #ofPartition(partition: number): Collected {
    const known = this.#collected.get(partition);
    if (known !== undefined) return known;
    const from = this.#frontier.get(partition) ?? 0;
    const collected = { from, to: from, endOffset: from, records: [] };
    this.#collected.set(partition, collected);
    return collected;
  }
}
