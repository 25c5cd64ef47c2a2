// The schemas of a projection: `<name>_<version>` holds its tables, readers use the views in `<name>` over the live one.
import assert from 'node:assert/strict';
import type { PoolClient } from 'pg';
import { migrate } from '#kit/migrations';
import { type Database, apiRoleOf, identifier, transaction } from '#kit/postgres';
import { createPositionTables } from '#kit/projection/fence';
import { createParkingTable } from '#kit/projection/parking';
import { createReaderSchema, type Live, readStanding } from '#kit/projection/standing';

export type ProjectionSchema = {
  readonly name: string;
  /** Where no version is live yet; a rebuild counts on from the live one. */
  readonly version: number;
  readonly generation: number;
  /** Directory of the owner's `NNN-*.sql`, unqualified names only. */
  readonly directory: string;
};

/** Tables that are the kit's own in every version: no reader sees them. */
export const kitTables = ['projection_position', 'parked_keys', 'schema_migrations', 'rebuild_said'];

/** Schema that holds the tables of this version. */
export function schemaOf(projection: { readonly name: string; readonly version: number }): string {
  return `${projection.name}_${projection.version}`;
}

/**
 * Makes the live version ready to fold into, the first one where none is live yet. A version of another generation is left
 * as it is: runProjection() then stands by until a rebuild made this generation live, or stays off.
 * Throws Fault MIGRATION_CHANGED, DATABASE_UNAVAILABLE.
 */
export async function prepareProjection(database: Database, projection: ProjectionSchema): Promise<void> {
  const { name, generation, directory } = projection;
  const live = await transaction(database, async (client) => {
    await lockSchemas(client, name);
    await createReaderSchema(client, name);
    return liveOf(client, name);
  });
  if (live !== undefined && live.generation !== generation) return;
  const version = live?.version ?? projection.version;
  await prepareSchema(database, { name, version, directory });
  await transaction(database, async (client) => {
    await lockSchemas(client, name);
    // A rebuild may have swapped meanwhile; then readers see the newer version already.
    if ((await liveOf(client, name))?.version !== live?.version) return;
    await showVersion(client, { name, version, generation }, apiRoleOf(database.role));
  });
}

/** Creates the schema of a version with its tables where they are missing. Nobody reads it yet. */
export async function prepareSchema(
  database: Database,
  { name, version, directory }: Omit<ProjectionSchema, 'generation'>,
): Promise<void> {
  const schema = schemaOf({ name, version });
  await transaction(database, async (client) => {
    await lockSchemas(client, name);
    await client.query(`create schema if not exists ${identifier(schema)}`);
    await client.query(`set local search_path to ${identifier(schema)}`);
    await createPositionTables(client);
    await createParkingTable(client);
  });
  await migrate(database, schema, directory);
}

/** In one transaction of the caller: views, version and generation are those of this version from its commit on. */
export async function showVersion(
  client: PoolClient,
  { name, version, generation }: { readonly name: string; readonly version: number; readonly generation: number },
  apiRole: string,
): Promise<void> {
  const live = await liveOf(client, name);
  // Once a newer generation told its differences, readers hold it; the older one never speaks again.
  assert(live === undefined || live.generation <= generation, `generation ${generation} of ${name} is over`);
  await replaceViews(client, { from: schemaOf({ name, version }), to: name, apiRole });
  await client.query(
    `insert into ${identifier(name)}.projection_live (name, version, generation) values ($1, $2, $3)
     on conflict (name) do update set version = excluded.version, generation = excluded.generation`,
    [name, version, generation],
  );
}

/** The version that readers see; undefined before the first. */
export async function readLive(database: Database, name: string): Promise<Live | undefined> {
  return transaction(database, async (client) => {
    const { rows } = await client.query<{ there: boolean }>('select to_regclass($1) is not null as there', [
      `${identifier(name)}.projection_live`,
    ]);
    return rows[0]?.there === true ? liveOf(client, name) : undefined;
  });
}

/** Versions whose schemas stand, ascending. */
export async function readVersions(client: PoolClient, name: string): Promise<number[]> {
  const { rows } = await client.query<{ version: number }>(
    `select substr(nspname, length($1) + 2)::int as version from pg_namespace
      where starts_with(nspname, $1 || '_') and substr(nspname, length($1) + 2) ~ '^[0-9]{1,9}$' order by 1`,
    [name],
  );
  return rows.map(({ version }) => version);
}

/** Forgets a version that nobody reads. */
export async function dropVersion(
  client: PoolClient,
  projection: { readonly name: string; readonly version: number },
): Promise<void> {
  await client.query(`drop schema if exists ${identifier(schemaOf(projection))} cascade`);
}

async function liveOf(client: PoolClient, name: string): Promise<Live | undefined> {
  return (await readStanding(client, name))?.live;
}

type Swap = { readonly from: string; readonly to: string; readonly apiRole: string };

async function replaceViews(client: PoolClient, { from, to, apiRole }: Swap): Promise<void> {
  const { rows: views } = await client.query<{ name: string }>(
    'select viewname as name from pg_views where schemaname = $1',
    [to],
  );
  for (const { name } of views) await client.query(`drop view ${identifier(to)}.${identifier(name)}`);
  const { rows: tables } = await client.query<{ name: string }>(
    'select tablename as name from pg_tables where schemaname = $1 and tablename <> all($2)',
    [from, kitTables],
  );
  await client.query(`grant usage on schema ${identifier(to)} to ${identifier(apiRole)}`);
  for (const { name } of tables) {
    const view = `${identifier(to)}.${identifier(name)}`;
    // security_invoker: else the view would read with its owner's eyes, past row-level security.
    await client.query(
      `create view ${view} with (security_invoker = true) as select * from ${identifier(from)}.${identifier(name)}`,
    );
    await client.query(`grant select on ${view} to ${identifier(apiRole)}`);
  }
}

/** One at a time makes, shows or drops versions of a projection. */
export async function lockSchemas(client: PoolClient, name: string): Promise<void> {
  await client.query(`select pg_advisory_xact_lock(hashtext('schemas'), hashtext($1))`, [name]);
}
