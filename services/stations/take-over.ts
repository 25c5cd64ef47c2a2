// Appends the starts of transactions that are taken over, in the order in which they began; appended again they change nothing.
import { encodeRecord } from '#contracts/codec';
import type { TransactionStarted } from '#contracts/generated/types';
import { partitionOf, stationKey } from '#contracts/keys';
import type { AppendRecord, LogWriter, TopicSpec } from '#kit/event-log/types';

/** Of one request to the log. */
const recordsMax = 500;

export type TakingOver = { readonly log: LogWriter; readonly topic: TopicSpec };

export async function appendStarts({ log, topic }: TakingOver, starts: readonly TransactionStarted[]): Promise<void> {
  const byPartition = new Map<number, AppendRecord[]>();
  const inOrder = starts.toSorted((left, right) => (left.meta.occurredAt ?? 0) - (right.meta.occurredAt ?? 0));
  for (const start of inOrder) {
    const key = stationKey(start.meta.tenantId, start.meta.stationId);
    const partition = partitionOf(key, topic.partitions);
    const records = byPartition.get(partition) ?? [];
    records.push({ key, type: 'TransactionStarted', value: encodeRecord('TransactionStarted', start) });
    byPartition.set(partition, records);
  }
  for (const [partition, records] of byPartition)
    for (let at = 0; at < records.length; at += recordsMax)
      await log.append(topic.name, partition, records.slice(at, at + recordsMax));
}
