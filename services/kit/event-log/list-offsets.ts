// Asks the leaders of a topic's partitions for their first or end offsets, patiently.
import { createBackOff } from '#kit/back-off';
import { Fault } from '#kit/fault';
import { type BrokerLink, noLeader } from './broker-link.ts';

const listTimeoutMs = 30_000;
const backOffMsMax = 2_000;
const timestamps = { start: -2, end: -1 };

/** Offsets of all partitions. Tries for 30 s, then rejects with Fault LOG_UNAVAILABLE. */
export async function listOffsets(
  link: BrokerLink,
  topic: string,
  which: keyof typeof timestamps,
  end: AbortSignal,
): Promise<ReadonlyMap<number, number>> {
  const stop = AbortSignal.any([end, AbortSignal.timeout(listTimeoutMs)]);
  const backOff = createBackOff(stop, backOffMsMax);
  for (;;) {
    try {
      return await ask(link, topic, timestamps[which]);
    } catch (error) {
      if (end.aborted) throw new Fault('LOG_CLOSED');
      if (stop.aborted) throw new Fault('LOG_UNAVAILABLE', { detail: `no offsets of ${topic}`, cause: error });
      link.markStale();
    }
    await backOff.wait();
  }
}

async function ask(link: BrokerLink, topic: string, timestamp: number): Promise<ReadonlyMap<number, number>> {
  await link.learn([topic]);
  const byLeader = new Map<number, { partition: number; timestamp: number }[]>();
  for (let partition = 0; partition < link.partitionsOf(topic); partition += 1) {
    const leader = link.leaderOf(topic, partition);
    if (leader === noLeader) throw new Fault('LOG_UNAVAILABLE', { detail: `${topic}/${partition} has no leader` });
    const group = byLeader.get(leader) ?? [];
    group.push({ partition, timestamp });
    byLeader.set(leader, group);
  }
  const offsets = new Map<number, number>();
  for (const [leader, partitions] of byLeader) {
    const broker = await link.broker(leader);
    const { responses } = await broker.listOffsets({
      replicaId: -1,
      isolationLevel: 0,
      topics: [{ topic, partitions }],
    });
    for (const { partitions: answers } of responses) {
      for (const { partition, offset } of answers) offsets.set(partition, Number(offset));
    }
  }
  return offsets;
}
