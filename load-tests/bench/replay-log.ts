// The logs that a replay reads: the stations' written ahead, the sessions' as the sessions fold says it.
import pg from 'pg';
import type { Topic } from '#contracts/topics';
import { openLogReader } from '#kit/event-log/reader';
import { createLogger } from '#kit/logger';
import { appendPartition, openAhead } from '#load-tests/bench/append-ahead';
import { stationDays } from '#load-tests/bench/station-days';

export type Filled = { readonly counts: readonly number[]; readonly byType: ReadonlyMap<string, number> };
export type Fleet = { readonly stations: number; readonly days: number };

/**
 * Writes the fleet's days into the log, partition by partition, and counts them. A log that holds them already (the
 * broker was given) is left as it is; throws where it holds anything else.
 */
export async function fillEvents(brokers: readonly string[], events: Topic, fleet: Fleet): Promise<Filled> {
  const writer = await openAhead(brokers, events);
  const ends = await endsOf(brokers, events);
  const counts: number[] = [];
  const byType = new Map<string, number>();
  try {
    for (const records of stationDays({ ...fleet, partitions: events.partitions })) {
      const partition = counts.length;
      if (ends[partition] !== records.length) await appendPartition(writer, { topic: events, partition, records });
      counts.push(records.length);
      for (const { type } of records) byType.set(type, (byType.get(type) ?? 0) + 1);
    }
  } finally {
    await writer.close();
  }
  return { counts, byType };
}

/** Events of each partition of a topic that nothing is appended to. */
export async function endsOf(brokers: readonly string[], { name, partitions }: Topic): Promise<readonly number[]> {
  const reading = { fetchWaitMs: 100, fetchBytesMax: 1, bufferBytesMax: 1, onLost: () => {} };
  const reader = await openLogReader(
    { ...reading, brokers, clientId: 'bench-ends', topic: name },
    createLogger('bench', 'error'),
  );
  try {
    const ends = await reader.endOffsets();
    return Array.from({ length: partitions }, (_, partition) => ends.get(partition) ?? 0);
  } finally {
    await reader.close();
  }
}

/** Makes the database anew on the server of the URL; returns its own URL. */
export async function freshDatabase(serverUrl: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(`drop database if exists ${name} with (force)`);
    await client.query(`create database ${name}`);
  } finally {
    await client.end();
  }
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
