// Follows a topic from its start, and can say when everything appended before now was read: what a process asks before it decides.
import { assignAgain } from '#kit/event-log/assign-again';
import { openLogReader } from '#kit/event-log/reader';
import type { LogReader, LogRecord } from '#kit/event-log/types';
import type { Closable } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';

export type FollowerOptions = {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly topic: string;
  readonly logger: Logger;
  onRecord(record: LogRecord): void;
};

export type LogFollower = Closable & {
  /** Resolves when all records that stood in the topic at the call were given to onRecord; rejects without a log. */
  readToEnd(): Promise<void>;
};

const recordsMax = 5_000;
const fetchWaitMs = 100;
const fetchBytesMax = 2 * 1024 * 1024;
const bufferBytesMax = 8 * 1024 * 1024;

export async function openFollower(options: FollowerOptions): Promise<LogFollower> {
  const { brokers, clientId, topic, logger } = options;
  // A position that retention overtook is read again from what is left: what went was too old to decide about.
  const onLost = (partition: number, fault: Error): void => {
    logger.warn({ err: fault, topic, partition }, 'position overtaken by retention');
    void assignAgain(reader, partition, 'start', logger);
  };
  const reader: LogReader = await openLogReader(
    { brokers, clientId, topic, fetchWaitMs, fetchBytesMax, bufferBytesMax, onLost },
    logger,
  );
  for (const [partition, startOffset] of await reader.startOffsets()) reader.assign(partition, startOffset);
  const followed = follow(reader, options);
  return {
    readToEnd: async () => reader.reached(await reader.endOffsets()),
    async close() {
      await reader.close();
      await followed;
    },
  };
}

async function follow(reader: LogReader, { onRecord }: FollowerOptions): Promise<void> {
  for (let batches = await reader.next(recordsMax); batches.length > 0; batches = await reader.next(recordsMax)) {
    for (const { records } of batches) for (const record of records) onRecord(record);
  }
}
