// Creates the topics that are missing and refuses to start on one that differs from its contract.
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { createBackOff } from '#kit/back-off';
import { Fault } from '#kit/fault';
import { patchIdleLoop } from './idle-loop-patch.ts';
import type { TopicSpec } from './types.ts';

const waitMsMax = 60_000;
const backOffMsMax = 1_000;
const connectTimeoutMs = 3_000;
/** Only closed segments are deleted: a record outlives its retention by up to this share of it. */
const segmentShare = 1 / 6;

/**
 * Makes sure that every topic stands with its partition count. Waits up to 60 s for a broker that comes up, then
 * rejects with Fault LOG_UNAVAILABLE. Fault LOG_TOPIC_MISMATCH when a topic has another count: keys would move.
 * Several services may do it at the same time.
 */
export async function ensureTopics(
  brokers: readonly string[],
  specs: readonly TopicSpec[],
  options: { readonly replicationFactor: number },
): Promise<void> {
  patchIdleLoop();
  const stop = AbortSignal.timeout(waitMsMax);
  const backOff = createBackOff(stop, backOffMsMax);
  for (;;) {
    const admin = openAdmin(brokers);
    try {
      await admin.connect();
      await createMissing(admin, specs, options.replicationFactor);
      const known = await partitionCounts(admin, specs);
      if (known !== undefined) return refuseMismatch(known, specs);
    } catch (error) {
      if (error instanceof Fault) throw error;
      if (stop.aborted) throw new Fault('LOG_UNAVAILABLE', { detail: brokers.join(', '), cause: error });
    } finally {
      await admin.disconnect().catch(() => {});
    }
    if (stop.aborted) throw new Fault('LOG_UNAVAILABLE', { detail: `${brokers.join(', ')}: topics do not come up` });
    await backOff.wait();
  }
}

function openAdmin(brokers: readonly string[]): Admin {
  return new Kafka({
    clientId: 'topics',
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: connectTimeoutMs,
    retry: { retries: 1 },
  }).admin();
}

async function createMissing(admin: Admin, specs: readonly TopicSpec[], replicationFactor: number): Promise<void> {
  const existing = new Set(await admin.listTopics());
  const missing = specs.filter(({ name }) => !existing.has(name));
  if (missing.length === 0) return;
  const topics = missing.map((spec) => ({
    topic: spec.name,
    numPartitions: spec.partitions,
    replicationFactor,
    configEntries: configOf(spec, replicationFactor),
  }));
  await admin.createTopics({ topics, waitForLeaders: true });
}

function configOf(spec: TopicSpec, replicationFactor: number): { name: string; value: string }[] {
  return [
    { name: 'cleanup.policy', value: spec.cleanup },
    { name: 'retention.ms', value: String(spec.retentionMs) },
    ...(spec.cleanup === 'delete' && spec.retentionMs > 0
      ? [{ name: 'segment.ms', value: String(Math.ceil(spec.retentionMs * segmentShare)) }]
      : []),
    // acks=all means as many replicas as these; one may be away.
    { name: 'min.insync.replicas', value: String(Math.max(1, replicationFactor - 1)) },
  ];
}

/** Undefined while a partition has no leader yet. */
async function partitionCounts(
  admin: Admin,
  specs: readonly TopicSpec[],
): Promise<ReadonlyMap<string, number> | undefined> {
  const { topics } = await admin.fetchTopicMetadata({ topics: specs.map(({ name }) => name) });
  const hasLeaders = topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0));
  return hasLeaders ? new Map(topics.map(({ name, partitions }) => [name, partitions.length])) : undefined;
}

function refuseMismatch(known: ReadonlyMap<string, number>, specs: readonly TopicSpec[]): void {
  const wrong = specs
    .filter(({ name, partitions }) => known.get(name) !== partitions)
    .map(({ name, partitions }) => `${name} has ${known.get(name) ?? 0} partitions, its contract says ${partitions}`);
  if (wrong.length > 0) throw new Fault('LOG_TOPIC_MISMATCH', { detail: wrong.join('; ') });
}
