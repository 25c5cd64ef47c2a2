// Acknowledged MeterValues that the log does not hold: the audit behind every figure of the gateway bench.
import { decodeRecord } from '#contracts/codec';
import { topicsFor } from '#contracts/topics';
import { openLogReader } from '#kit/event-log/reader';
import type { PartitionBatch } from '#kit/event-log/types';
import { createLogger } from '#kit/logger';
import type { MeterLoadResult } from '#load-tests/fleet/bench-station';

type Logged = Map<string, Set<number>>;

const recordsMax = 50_000;
const fetchBytesMax = 8 * 1024 * 1024;
const bufferBytesMax = 64 * 1024 * 1024;

/** Reads the whole log and counts what is missing, by station, transaction and instant of the reading. */
export async function lostReadings(brokers: readonly string[], result: MeterLoadResult): Promise<number> {
  const logged = await loggedReadings(brokers);
  let lost = 0;
  for (const [stationId, load] of result.lastAcknowledgedPerStation) {
    if (load.acknowledged === 0) continue;
    // Every run of the load opens transactions of its own, so a warm-up does not stand in for what was lost.
    const readings = logged.get(`${stationId}/${load.transactionId}`) ?? new Set();
    const missing = Math.max(0, load.acknowledged - readings.size);
    lost += missing > 0 || readings.has(load.lastTimestampMs) ? missing : 1;
  }
  return lost;
}

async function loggedReadings(brokers: readonly string[]): Promise<Logged> {
  const logged: Logged = new Map();
  const topic = topicsFor(1).events.name;
  const onLost = (_partition: number, fault: Error): void => {
    throw fault;
  };
  const options = { brokers, clientId: 'bench-audit', topic, fetchWaitMs: 100, fetchBytesMax, bufferBytesMax, onLost };
  const reader = await openLogReader(options, createLogger('audit', 'warn'));
  const unread = new Map([...(await reader.endOffsets())].filter(([, end]) => end > 0));
  for (const partition of unread.keys()) reader.assign(partition, 0);
  while (unread.size > 0) {
    for (const batch of await reader.next(recordsMax)) {
      note(logged, batch);
      if ((batch.records.at(-1)?.offset ?? 0) + 1 >= (unread.get(batch.partition) ?? 0)) unread.delete(batch.partition);
    }
  }
  await reader.close();
  return logged;
}

function note(logged: Logged, batch: PartitionBatch): void {
  for (const { type, value } of batch.records) {
    if (type !== 'MeterValuesSampled' || value === null) continue;
    const event = decodeRecord(value);
    if (event.type !== 'MeterValuesSampled') continue;
    const key = `${event.meta.stationId}/${event.transactionId}`;
    const readings = logged.get(key) ?? new Set();
    logged.set(key, readings);
    for (const { sampledAt } of event.readings) if (sampledAt !== null) readings.add(sampledAt);
  }
}
