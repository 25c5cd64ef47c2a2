// Puts records into Kafka before a measurement begins, in their order, partition by partition.
import type { Topic } from '#contracts/topics';
import { ensureTopics } from '#kit/event-log/topics';
import type { LogRecord, LogWriter } from '#kit/event-log/types';
import { openLogWriter } from '#kit/event-log/writer';
import { createLogger } from '#kit/logger';

const recordsPerAppend = 2_000;
/** Half of what one request may be: the log counts more than values. */
const valueBytesPerAppend = 450_000;
const writing = {
  lanes: 2,
  lingerMs: 1,
  batchRecordsMax: 20_000,
  batchBytesMax: 900_000,
  queueBytesMax: 512 * 1024 * 1024,
  appendTimeoutMs: 120_000,
  closeTimeoutMs: 10_000,
} as const;

/** Creates the topic and appends everything; throws where it held records before: the bench needs a fresh one. */
export async function appendAhead(
  brokers: readonly string[],
  topic: Topic,
  partitions: readonly (readonly LogRecord[])[],
): Promise<void> {
  const writer = await openAhead(brokers, topic);
  try {
    await Promise.all(partitions.map((records, partition) => appendPartition(writer, { topic, partition, records })));
  } finally {
    await writer.close();
  }
}

/** Creates the topic; the caller closes the writer. */
export async function openAhead(brokers: readonly string[], topic: Topic): Promise<LogWriter> {
  await ensureTopics(brokers, [topic], { replicationFactor: 1 });
  return openLogWriter({ ...writing, brokers, clientId: 'bench-ahead' }, createLogger('bench', 'warn'));
}

type Ahead = { readonly topic: Topic; readonly partition: number; readonly records: readonly LogRecord[] };

/** Appends the records of a partition; throws where they do not get the offsets from 0 on. */
export async function appendPartition(writer: LogWriter, { topic, partition, records }: Ahead): Promise<void> {
  for (let from = 0, next = 0; from < records.length; from = next) {
    next = endOfAppend(records, from);
    const offset = await writer.append(topic.name, partition, records.slice(from, next));
    if (offset !== from)
      throw new Error(`${topic.name}/${partition} is not empty: offset ${offset} instead of ${from}`);
  }
}

/** Reports of a whole configuration are large, and come one after the other where many stations boot. */
function endOfAppend(records: readonly LogRecord[], from: number): number {
  let end = from;
  for (let bytes = 0; end < records.length && end - from < recordsPerAppend; end += 1) {
    bytes += records[end]?.value?.length ?? 0;
    if (bytes > valueBytesPerAppend && end > from) break;
  }
  return end;
}
