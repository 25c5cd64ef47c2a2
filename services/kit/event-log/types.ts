// What the rest of the platform sees of the event log: append records to a partition, read a partition from an offset.

/** A topic as its owner declares it; a broker whose topic differs in partition count refuses start. */
export type TopicSpec = {
  readonly name: string;
  readonly partitions: number;
  /** compact: the last record per key is kept; delete: records older than retentionMs go (-1: never). */
  readonly cleanup: 'compact' | 'delete';
  readonly retentionMs: number;
};

/** A record to append. `key` decides nothing here: the partition is given explicitly (see keys in the contracts). */
export type AppendRecord = {
  readonly key: string;
  /** Name of the record's schema; travels as header `type`, so that a reader can skip it undecoded. */
  readonly type: string;
  /** Framed bytes; null is a tombstone (compacted topics). */
  readonly value: Uint8Array | null;
};

/** Appends records. All records of one call share one produce request and stay in their order. */
export type LogWriter = {
  /**
   * Resolves with the offset of the first record once the broker acknowledged all of them (acks=all).
   * Rejects with Fault LOG_FULL (queue bound reached, nothing was queued), LOG_CLOSED (nothing was queued)
   * or LOG_UNAVAILABLE (appendTimeoutMs passed: the outcome is unknown, the records may still be appended),
   * or LOG_REFUSED (larger than one request may be, or the broker will never take it: nothing was appended).
   */
  append(topic: string, partition: number, records: readonly AppendRecord[]): Promise<number>;
  /** Bytes queued or in flight. */
  readonly queuedBytes: number;
  /** Age of the oldest unacknowledged record, in ms; 0 when there is none. */
  oldestUnackedMs(): number;
  /** Flushes what is queued (bounded by closeTimeoutMs), then closes. */
  close(): Promise<void>;
};

/** A writer that tells whether the log lives. */
export type WatchableLogWriter = LogWriter & {
  /** Batches that the broker answered since the start: taken, or refused for good. */
  readonly answeredBatches: number;
};

export type LogWriterOptions = {
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** A lane is one idempotent producer that owns the partitions p with p % lanes = its number; one request in flight. */
  readonly lanes: number;
  /** Requests of a lane start so far apart, unless one is full; what finds its lane at rest leaves at once. */
  readonly lingerMs: number;
  readonly batchRecordsMax: number;
  readonly batchBytesMax: number;
  /** Bound over all lanes; above it append() is refused. */
  readonly queueBytesMax: number;
  readonly appendTimeoutMs: number;
  readonly closeTimeoutMs: number;
};

export type LogRecord = {
  readonly offset: number;
  /** Broker or producer time, ms since epoch. */
  readonly timestampMs: number;
  readonly key: string;
  readonly type: string;
  readonly value: Buffer | null;
};

/** Records of one partition, in offset order, never empty. */
export type PartitionBatch = {
  readonly partition: number;
  readonly records: readonly LogRecord[];
  /** Offset after the last record of the partition, as the broker said with this batch. */
  readonly endOffset: number;
};

/** Reads partitions of one topic from positions that the caller keeps. No consumer groups, no commits. */
export type LogReader = {
  /** Starts (or restarts: drops what is buffered) reading a partition at nextOffset. */
  assign(partition: number, nextOffset: number): void;
  unassign(partition: number): void;
  /** Waits until something is buffered, then hands over all of it, at most recordsMax records; [] after close(). */
  next(recordsMax: number): Promise<PartitionBatch[]>;
  /**
   * Resolves once everything below these offsets was handed over by next() and the caller came back for more: the only
   * way to know the end, since the last offsets may hold no record any more (compaction, control records).
   */
  reached(ends: ReadonlyMap<number, number>): Promise<void>;
  /** Offsets after the last record, per partition, asked from the broker now. */
  endOffsets(): Promise<ReadonlyMap<number, number>>;
  /** First offsets still kept, per partition. */
  startOffsets(): Promise<ReadonlyMap<number, number>>;
  close(): Promise<void>;
};

export type LogReaderOptions = {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly topic: string;
  readonly fetchWaitMs: number;
  readonly fetchBytesMax: number;
  /** Fetching stops while more is buffered. */
  readonly bufferBytesMax: number;
  /**
   * Called once for a partition whose position the broker no longer has (Fault LOG_GAP) or whose records cannot be read
   * (Fault RECORD_UNREADABLE); the partition is unassigned.
   */
  onLost(partition: number, fault: Error): void;
};
