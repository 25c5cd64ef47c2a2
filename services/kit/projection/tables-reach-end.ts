// Waits until what stands in a topic stands in the tables: what a process asks before it decides.
import { sleep } from '#kit/back-off';
import type { LogReader } from '#kit/event-log/types';
import { Fault } from '#kit/fault';
import { identifier, type Database } from '#kit/postgres';
import { readLive, schemaOf } from '#kit/projection/schema';

/** A projection, and a reader that is asked where its topic ends. */
export type Followed = { readonly projection: string; readonly reader: Pick<LogReader, 'endOffsets'> };

const lookEveryMs = 10;

/**
 * Resolves when the live tables of every projection hold all that stood in its topic at the call, whoever folds them.
 * Throws Fault LOG_UNAVAILABLE or DATABASE_UNAVAILABLE, also where they do not within timeoutMs.
 */
export async function tablesReachEnd(
  database: Database,
  followed: readonly Followed[],
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (const { projection, reader } of followed) {
    const ends = await reader.endOffsets();
    while (!(await hasReached(database, projection, ends))) {
      if (signal.aborted || performance.now() > deadline)
        throw new Fault('DATABASE_UNAVAILABLE', { detail: `the tables of ${projection} lag behind their topic` });
      await sleep(lookEveryMs, signal);
    }
  }
}

async function hasReached(database: Database, projection: string, ends: ReadonlyMap<number, number>): Promise<boolean> {
  const live = await readLive(database, projection);
  const schema = identifier(schemaOf({ name: projection, version: live?.version ?? 1 }));
  const rows = await database.query<{ partition: number; next_offset: number }>(
    `select "partition", next_offset from ${schema}.projection_position`,
  );
  const positions = new Map(rows.map((row) => [row.partition, row.next_offset]));
  return [...ends].every(([partition, end]) => (positions.get(partition) ?? 0) >= end);
}
