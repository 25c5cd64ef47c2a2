// The state of a rebuild, kept in the schema that readers use, and the lock that lets only one run.
import { setTimeout as delay } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import { Fault } from '#kit/fault';
import { type Database, identifier, transaction } from '#kit/postgres';
import { checkStanding, freePartitions, type OwnedPosition } from '#kit/projection/fence';
import { lockSchemas, schemaOf } from '#kit/projection/schema';
import { type Live, readStanding, type RebuildStep, type Standing } from '#kit/projection/standing';

/** What a rebuild works on: the version that is live, and the one that it fills. */
export type RebuildVersions = { readonly name: string; readonly live: Live; readonly next: Live };

/** Holds the lock of a name's rebuild as long as its connection lives. */
export type RebuildLock = {
  /** Aborts when the connection is lost: another process may rebuild from then on. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
};

const lockWaitMs = 2_000;
const lockRetryMs = 100;

/** Throws Fault REBUILD_REFUSED where another process rebuilds, DATABASE_UNAVAILABLE. */
export async function lockRebuild(database: Database, name: string): Promise<RebuildLock> {
  const client = await database.pool.connect();
  const lost = new AbortController();
  client.on('error', () => lost.abort());
  const release = async (): Promise<void> => {
    await client.query(`select pg_advisory_unlock(hashtext('rebuild'), hashtext($1))`, [name]).catch(() => {});
    // The connection's listener goes with it, so it is not given back to the pool.
    client.release(true);
  };
  // A process that was killed holds it until the server notices.
  for (const deadlineMs = performance.now() + lockWaitMs; performance.now() < deadlineMs; await delay(lockRetryMs)) {
    if (await tryLock(client, name)) return { lost: lost.signal, release };
  }
  await release();
  throw new Fault('REBUILD_REFUSED', { detail: `another process rebuilds ${name}` });
}

async function tryLock(client: PoolClient, name: string): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>(
    `select pg_try_advisory_lock(hashtext('rebuild'), hashtext($1)) as locked`,
    [name],
  );
  return rows[0]?.locked === true;
}

/** Notes that a rebuild fills a version. */
export async function beginRebuild(client: PoolClient, { name, next }: RebuildVersions): Promise<void> {
  await client.query(
    `insert into ${identifier(name)}.projection_rebuild (name, version, generation, step) values ($1, $2, $3, 'filling')
     on conflict (name) do update set version = excluded.version, generation = excluded.generation, step = excluded.step`,
    [name, next.version, next.generation],
  );
}

/** Takes the live version: from its commit on it stands where this returns, until it is given back or swapped. */
export async function takeLive(database: Database, versions: RebuildVersions): Promise<readonly OwnedPosition[]> {
  return transaction(
    database,
    async (client) => {
      const standing = await standingFor(client, versions);
      const taken = await freePartitions(client);
      if (standing.rebuild?.step === 'filling') await noteStep(client, versions, 'taken');
      return taken;
    },
    { schema: schemaOf({ name: versions.name, version: versions.live.version }) },
  );
}

/** From its commit on the generation of before never runs again. Throws FenceBroken where the live version moved. */
export async function beginCorrections(
  database: Database,
  versions: RebuildVersions,
  taken: readonly OwnedPosition[],
): Promise<void> {
  await transaction(database, async (client) => {
    await standingFor(client, versions);
    await checkTaken(client, versions, taken);
    await noteStep(client, versions, 'correcting');
  });
}

/** Within the transaction of a swap: nothing moved since the live version was taken. Throws FenceBroken. */
export async function checkTaken(
  client: PoolClient,
  { name, live }: RebuildVersions,
  taken: readonly OwnedPosition[],
): Promise<void> {
  const schema = identifier(schemaOf({ name, version: live.version }));
  await checkStanding(client, `${schema}.projection_position`, taken);
}

/** Gives the live version back to whoever folds into it, and forgets the rebuild. */
export async function endRebuild(client: PoolClient, name: string): Promise<void> {
  await client.query(`delete from ${identifier(name)}.projection_rebuild where name = $1`, [name]);
}

/** Locks the standing for a change of it. Throws Fault REBUILD_REFUSED where another version went live meanwhile. */
export async function standingFor(client: PoolClient, { name, live, next }: RebuildVersions): Promise<Standing> {
  await lockSchemas(client, name);
  const standing = await readStanding(client, name, 'update');
  if (standing?.live.version !== live.version || standing.rebuild?.version !== next.version)
    throw new Fault('REBUILD_REFUSED', { detail: `another version of ${name} went live` });
  return standing;
}

async function noteStep(client: PoolClient, { name }: RebuildVersions, step: RebuildStep): Promise<void> {
  await client.query(`update ${identifier(name)}.projection_rebuild set step = $2 where name = $1`, [name, step]);
}
