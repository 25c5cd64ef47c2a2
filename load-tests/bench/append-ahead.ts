// Puts records into Kafka before a measurement begins, in their order, partition by partition.
import type { Topic } from '#contracts/topics';
import { ensureTopics } from '#kit/event-log/topics';
import type { LogRecord } from '#kit/event-log/types';
import { openLogWriter } from '#kit/event-log/writer';
import { createLogger } from '#kit/logger';

const recordsPerAppend = 2_000;
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
  await ensureTopics(brokers, [topic], { replicationFactor: 1 });
  const writer = await openLogWriter({ ...writing, brokers, clientId: 'bench-ahead' }, createLogger('bench', 'warn'));
  try {
    for (let from = 0; partitions.some(({ length }) => length > from); from += recordsPerAppend) {
      await Promise.all(
        partitions.map(async (records, partition) => {
          const chunk = records.slice(from, from + recordsPerAppend);
          if (chunk.length === 0) return;
          const offset = await writer.append(topic.name, partition, chunk);
          if (offset !== from)
            throw new Error(`${topic.name}/${partition} is not empty: offset ${offset} instead of ${from}`);
        }),
      );
    }
  } finally {
    await writer.close();
  }
}
