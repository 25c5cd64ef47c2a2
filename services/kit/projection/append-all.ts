// Appends many records to their partitions and waits until the log holds them all, in requests of bounded size.
import type { AppendRecord, LogWriter } from '#kit/event-log/types';

export type Addressed = { readonly topic: string; readonly partition: number; readonly record: AppendRecord };

const requestRecordsMax = 500;
const requestBytesMax = 512 * 1024;

/** Order within a partition is the given one. Throws the writer's Fault; what was appended before it stays appended. */
export async function appendAll(writer: LogWriter, records: readonly Addressed[]): Promise<void> {
  const queues = byTarget(records).map(chunksOf);
  const roundsMax = Math.max(0, ...queues.map((chunks) => chunks.length));
  // One request per partition and round: the log's queue never holds more of ours than that.
  for (let round = 0; round < roundsMax; round += 1) {
    const requests = queues.flatMap((chunks) => {
      const [first] = chunks[round] ?? [];
      return first === undefined ? [] : [{ ...first, records: (chunks[round] ?? []).map((each) => each.record) }];
    });
    const outcomes = await Promise.allSettled(
      requests.map((request) => writer.append(request.topic, request.partition, request.records)),
    );
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }
}

function byTarget(records: readonly Addressed[]): Addressed[][] {
  const targets = new Map<string, Addressed[]>();
  for (const each of records) {
    const target = `${each.topic}/${each.partition}`;
    const queue = targets.get(target);
    if (queue === undefined) targets.set(target, [each]);
    else queue.push(each);
  }
  return [...targets.values()];
}

function chunksOf(records: readonly Addressed[]): Addressed[][] {
  const chunks: Addressed[][] = [];
  let chunk: Addressed[] = [];
  let bytes = 0;
  for (const each of records) {
    const size = each.record.value?.length ?? 0;
    if (chunk.length > 0 && (chunk.length >= requestRecordsMax || bytes + size > requestBytesMax)) {
      chunks.push(chunk);
      chunk = [];
      bytes = 0;
    }
    chunk.push(each);
    bytes += size;
  }
  return chunk.length === 0 ? chunks : [...chunks, chunk];
}
