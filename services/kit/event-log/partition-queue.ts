// The appends of one partition that wait in a lane: how a batch is cut from them, and how its callers are answered.
import { Fault } from '#kit/fault';
import { appendedRecords } from './log-metrics.ts';
import { notSequenced, type PendingAppend, type ProduceBatch } from './produce-batch.ts';

export type PartitionQueue = {
  readonly topic: string;
  readonly partition: number;
  appends: PendingAppend[];
  /** The batch that was cut and is not acknowledged; nothing else is cut before it is. */
  unacknowledged: ProduceBatch | undefined;
  /** Whether it stands in the lane's row of partitions that have appends to cut. */
  isWaiting: boolean;
};

export type BatchBounds = { readonly records: number; readonly bytes: number };

/** Kafka takes a record batch of 1,048,588 bytes (message.max.bytes); the rest is for what we estimate. */
export const partitionBatchBytesMax = 1_000_000;

export function createPartitionQueue(topic: string, partition: number): PartitionQueue {
  return { topic, partition, appends: [], unacknowledged: undefined, isWaiting: false };
}

/** Cuts as many whole appends as fit; at least one if mustTake, or one beyond the bounds would wait for ever. */
export function cutBatch(queue: PartitionQueue, left: BatchBounds, mustTake: boolean): ProduceBatch | undefined {
  const bytesMax = Math.min(left.bytes, partitionBatchBytesMax);
  let recordCount = 0;
  let bytes = 0;
  let count = 0;
  for (const append of queue.appends) {
    const isFull = recordCount + append.records.length > left.records || bytes + append.bytes > bytesMax;
    if (isFull && !(mustTake && count === 0)) break;
    recordCount += append.records.length;
    bytes += append.bytes;
    count += 1;
  }
  if (count === 0) return undefined;
  const isAll = count === queue.appends.length;
  const groups = isAll ? queue.appends : queue.appends.slice(0, count);
  queue.appends = isAll ? [] : queue.appends.slice(count);
  return {
    topic: queue.topic,
    partition: queue.partition,
    groups,
    recordCount,
    bytes,
    firstSequence: notSequenced,
    state: 'unacknowledged',
    baseOffset: -1,
    error: undefined,
  };
}

/** Answers the callers of a batch that is acknowledged or refused. */
export function settleBatch(batch: ProduceBatch): void {
  if (batch.state === 'refused') {
    const why = `${batch.topic}/${batch.partition}: ${batch.error ?? 'refused'}`;
    const fault = new Fault('LOG_REFUSED', { detail: why });
    for (const append of batch.groups) append.reject(fault);
    return;
  }
  appendedRecords.inc({ topic: batch.topic }, batch.recordCount);
  let offset = batch.baseOffset;
  for (const append of batch.groups) {
    append.resolve(offset);
    offset += append.records.length;
  }
}
