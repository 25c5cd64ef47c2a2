// Reads a topic from its first record to its present end, undecodable records left out and named by their keys.
import { decodeRecord } from '#contracts/codec';
import type { Topic } from '#contracts/topics';
import { openLogReader } from '#kit/event-log/reader';
import type { LogRecord } from '#kit/event-log/types';
import type { Logger } from '#kit/logger';
import type { LoggedEvent } from '#load-tests/faults/verify/station-log';

const recordsMax = 10_000;
const readSettings = { fetchWaitMs: 100, fetchBytesMax: 8 * 1024 * 1024, bufferBytesMax: 64 * 1024 * 1024 };

export type TopicContent = { readonly events: readonly LoggedEvent[]; readonly unreadable: readonly string[] };

/** All records, each partition in its order. Throws Fault LOG_UNAVAILABLE, and LOG_GAP's Fault where the log has a hole. */
export async function readTopic(brokers: readonly string[], topic: Topic, logger: Logger): Promise<TopicContent> {
  let lost: Error | undefined;
  const onLost = (_partition: number, fault: Error): void => {
    lost = fault;
    void reader.close();
  };
  const reader = await openLogReader(
    { ...readSettings, brokers, clientId: 'verify', topic: topic.name, onLost },
    logger,
  );
  const content: { events: LoggedEvent[]; unreadable: string[] } = { events: [], unreadable: [] };
  try {
    const ends = new Map([...(await reader.endOffsets())].filter(([, end]) => end > 0));
    if (ends.size === 0) return content;
    for (const partition of ends.keys()) reader.assign(partition, 0);
    void reader.reached(ends).then(() => reader.close());
    for (let batches = await reader.next(recordsMax); batches.length > 0; batches = await reader.next(recordsMax)) {
      for (const { partition, records } of batches) for (const record of records) take(content, partition, record);
    }
  } finally {
    await reader.close();
  }
  if (lost !== undefined) throw lost;
  return content;
}

function take(content: { events: LoggedEvent[]; unreadable: string[] }, partition: number, record: LogRecord): void {
  try {
    if (record.value === null) return;
    content.events.push({ partition, offset: record.offset, record: decodeRecord(record.value) });
  } catch {
    content.unreadable.push(record.key);
  }
}
