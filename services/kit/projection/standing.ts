// Where a projection stands among its versions: which is live, what a rebuild does, and what a process may do about it.
import type { PoolClient } from 'pg';
import { identifier } from '#kit/postgres';

/** The version that readers see, and what its output means. */
export type Live = { readonly version: number; readonly generation: number };

/**
 * How far a rebuild is. filling: beside the live version. taken: the live version stands still for it. correcting: readers
 * of what the projection says have been told differences, so the generation of before never runs again.
 */
export type RebuildStep = 'filling' | 'taken' | 'correcting';

export type RebuildStanding = {
  readonly version: number;
  readonly generation: number;
  readonly step: RebuildStep;
  /** Whether a process works on it right now. */
  readonly isRunning: boolean;
};

export type Standing = { readonly live: Live; readonly rebuild: RebuildStanding | undefined };

/** What a process whose code has some generation does: fold, wait for a rebuild to end, stand by for one, or stay off. */
export type Verdict =
  | { readonly kind: 'fold'; readonly version: number }
  | { readonly kind: 'rebuild-takes-over' }
  | { readonly kind: 'stands-by' }
  | { readonly kind: 'generation-over' };

/** Decides by the generation of the code; a rebuild that died before it told anything is as if it had not been. */
export function verdictOf({ live, rebuild }: Standing, generation: number): Verdict {
  const isOver = rebuild?.step === 'correcting' && rebuild.generation > generation;
  if (live.generation > generation || isOver) return { kind: 'generation-over' };
  if (live.generation < generation) return { kind: 'stands-by' };
  const isTaken = rebuild?.step === 'taken' && rebuild.isRunning;
  return isTaken ? { kind: 'rebuild-takes-over' } : { kind: 'fold', version: live.version };
}

/** Creates the schema that readers use, and the tables of this file in it. */
export async function createReaderSchema(client: PoolClient, name: string): Promise<void> {
  const schema = identifier(name);
  await client.query(`create schema if not exists ${schema}`);
  await client.query(
    `create table if not exists ${schema}.projection_live
       (name text primary key, version int not null, generation int not null)`,
  );
  await client.query(
    `create table if not exists ${schema}.projection_rebuild
       (name text primary key, version int not null, generation int not null, step text not null)`,
  );
}

type StandingRow = Live & {
  readonly rebuildVersion: number | null;
  readonly rebuildGeneration: number | null;
  readonly step: RebuildStep | null;
  readonly isRunning: boolean;
};

/**
 * Reads it; undefined before the first version. With a lock it stays so until the transaction ends: whoever claims
 * partitions shares it, whoever takes or swaps has it alone.
 */
export async function readStanding(
  client: Pick<PoolClient, 'query'>,
  name: string,
  lock?: 'share' | 'update',
): Promise<Standing | undefined> {
  const schema = identifier(name);
  const { rows } = await client.query<StandingRow>(
    `select l.version, l.generation, r.version as "rebuildVersion", r.generation as "rebuildGeneration", r.step,
            ${lockHeld('l.name')} as "isRunning"
       from ${schema}.projection_live l left join ${schema}.projection_rebuild r on r.name = l.name
      where l.name = $1 ${lock === undefined ? '' : `for ${lock} of l`}`,
    [name],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const { version, generation, rebuildVersion, rebuildGeneration, step, isRunning } = row;
  const isNone = rebuildVersion === null || rebuildGeneration === null || step === null;
  const rebuild = isNone ? undefined : { version: rebuildVersion, generation: rebuildGeneration, step, isRunning };
  return { live: { version, generation }, rebuild };
}

/** Whether a process holds the lock of this name's rebuild. */
export async function isRebuildRunning(client: Pick<PoolClient, 'query'>, name: string): Promise<boolean> {
  const { rows } = await client.query<{ held: boolean }>(`select ${lockHeld('$1')} as held`, [name]);
  return rows[0]?.held === true;
}

/** Of a session lock that was taken with two numbers: objsubid 2 says so. */
function lockHeld(name: string): string {
  return `exists (select from pg_locks where locktype = 'advisory' and objsubid = 2 and granted
    and database = (select oid from pg_database where datname = current_database())
    and classid = (hashtext('rebuild')::bigint & 4294967295)::oid
    and objid = (hashtext(${name}::text)::bigint & 4294967295)::oid)`;
}
