// Who may carry a sink's partitions while a rebuild takes them: they are free, and not to be claimed until it has ended.
import type { PoolClient } from 'pg';
import { type Database, transaction } from '#kit/postgres';
import { claimFreePartitions, claimPartitions, freePartitions, type OwnedPosition } from '#kit/projection/fence';
import type { ClaimPartitions } from '#kit/projection/owned-partitions';
import { isRebuildRunning } from '#kit/projection/standing';
import { sinkSchemaOf } from '#kit/sink/intent';

/** Name of the lock that a rebuild holds while it has taken the sink; a process that dies lets go of it. */
export function takenLockOf(name: string): string {
  return `${sinkSchemaOf(name)}.taken`;
}

/** Claims as whoever starts does, or nothing where a rebuild has taken the sink. */
export function claimSink(name: string): ClaimPartitions {
  return async (client, firstOffsets) => ((await isTaken(client, name)) ? [] : claimPartitions(client, firstOffsets));
}

/** Claims what a rebuild set free and no longer holds. */
export function reclaimSink(name: string): ClaimPartitions {
  return async (client, firstOffsets) =>
    (await isTaken(client, name)) ? [] : claimFreePartitions(client, [...firstOffsets.keys()]);
}

/** Whether partitions of the sink are free and no rebuild holds them. */
export async function isSinkFree(database: Database, name: string): Promise<boolean> {
  return transaction(
    database,
    async (client) => (await someAreFree(client)) && !(await isRebuildRunning(client, takenLockOf(name))),
    { schema: sinkSchemaOf(name) },
  );
}

/**
 * Takes the sink where no cut is under way: nobody moves it from then on, and the store holds what lies before its
 * positions and nothing else. Undefined while a cut is under way.
 */
export async function takeSink(database: Database, name: string): Promise<readonly OwnedPosition[] | undefined> {
  return transaction(
    database,
    async (client) => {
      // The positions are locked before the cuts are read: who notes a cut locks them as well.
      await client.query('select from projection_position for update');
      const { rows } = await client.query('select from sink_cut limit 1');
      return rows.length > 0 ? undefined : freePartitions(client);
    },
    { schema: sinkSchemaOf(name) },
  );
}

async function isTaken(client: PoolClient, name: string): Promise<boolean> {
  return (await someAreFree(client)) && (await isRebuildRunning(client, takenLockOf(name)));
}

async function someAreFree(client: PoolClient): Promise<boolean> {
  const { rows } = await client.query('select from projection_position where owner_epoch < 0 limit 1');
  return rows.length > 0;
}
