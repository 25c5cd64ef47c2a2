// Follows a compacted topic as a table: every record from its start, word when the present is reached, then on and on.
import type { Logger } from '#kit/logger';
import { assignAgain } from './assign-again.ts';
import { openLogReader } from './reader.ts';
import type { LogReader, LogRecord } from './types.ts';

export type TableOptions = {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly topic: string;
  readonly logger: Logger;
  /** Called in order within a partition; value null deletes the key. What it throws ends the process: it is a bug. */
  onRecord(record: LogRecord): void;
};

export type Table = {
  /** Resolves when every record below the end offsets seen at start was given to onRecord; rejects without a log. */
  readonly caughtUp: Promise<void>;
  close(): Promise<void>;
};

const recordsMax = 10_000;
const fetchWaitMs = 100;
const fetchBytesMax = 4 * 1024 * 1024;
const bufferBytesMax = 16 * 1024 * 1024;

/** Starts at once. Closed before it caught up, caughtUp stays pending. */
export function openTable(options: TableOptions): Table {
  const closing = new AbortController();
  let reader: LogReader | undefined;
  let following: Promise<void> | undefined;
  const start = async (): Promise<void> => {
    reader = await openReader(options);
    if (closing.signal.aborted) return reader.close();
    const [starts, ends] = [await reader.startOffsets(), await reader.endOffsets()];
    for (const [partition, startOffset] of starts) reader.assign(partition, startOffset);
    following = follow(reader, options);
    await reader.reached(ends);
  };
  const opened = start();
  const caughtUp = opened.catch((error: unknown) => {
    if (closing.signal.aborted) return new Promise<void>(() => {});
    throw error;
  });
  return {
    caughtUp,
    async close() {
      closing.abort();
      await reader?.close();
      await following;
    },
  };
}

async function openReader({ brokers, clientId, topic, logger }: TableOptions): Promise<LogReader> {
  // A lost position in a table is no gap in history: it is read again from what the log still has, once it is back.
  const onLost = (partition: number): void => void assignAgain(reader, partition, 'start', logger);
  const options = { brokers, clientId, topic, fetchWaitMs, fetchBytesMax, bufferBytesMax, onLost };
  const reader = await openLogReader(options, logger);
  return reader;
}

async function follow(reader: LogReader, options: TableOptions): Promise<void> {
  for (let batches = await reader.next(recordsMax); batches.length > 0; batches = await reader.next(recordsMax)) {
    for (const { records } of batches) for (const record of records) options.onRecord(record);
  }
}
