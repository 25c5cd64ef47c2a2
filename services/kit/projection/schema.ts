// The schemas of a projection: `<name>_<version>` holds its tables, readers use the views in `<name>` over the live one.
import assert from 'node:assert/strict';
import type { PoolClient } from 'pg';
import { migrate } from '#kit/migrations';
import { type Database, apiRoleOf, identifier, transaction } from '#kit/postgres';
import { createPositionTables } from '#kit/projection/fence';
import { createParkingTable } from '#kit/projection/parking';

export type ProjectionSchema = {
  readonly name: string;
  readonly version: number;
  readonly generation: number;
  /** Directory of the owner's `NNN-*.sql`, unqualified names only. */
  readonly directory: string;
};

export type Live = { readonly version: number; readonly generation: number };

const kitTables = ['projection_position', 'parked_keys', 'schema_migrations'];

/** Schema that holds the tables of this version. */
export function schemaOf(projection: { readonly name: string; readonly version: number }): string {
  return `${projection.name}_${projection.version}`;
}

/**
 * Makes the schema of this version ready to fold into, and shows it to readers where no version is live yet or this one
 * is. Another live version stays live: swapping to this one is goLive(), once it has caught up.
 * Throws Fault MIGRATION_CHANGED, DATABASE_UNAVAILABLE.
 */
export async function prepareProjection(database: Database, projection: ProjectionSchema): Promise<void> {
  const schema = schemaOf(projection);
  await transaction(database, async (client) => {
    await lockSchemas(client, projection.name);
    await client.query(`create schema if not exists ${identifier(schema)}`);
    await client.query(`set local search_path to ${identifier(schema)}`);
    await createPositionTables(client);
    await createParkingTable(client);
  });
  await migrate(database, schema, projection.directory);
  const live = await readLive(database, projection.name);
  if (live === undefined || live.version === projection.version) await goLive(database, projection);
}

/** Shows this version to readers: views, version and generation change in one transaction. */
export async function goLive(
  database: Database,
  { name, version, generation }: { readonly name: string; readonly version: number; readonly generation: number },
): Promise<void> {
  await transaction(database, async (client) => {
    await lockSchemas(client, name);
    await createReaderSchema(client, name);
    const live = await liveOf(client, name);
    // Once a newer generation told its differences, readers hold it; the older one never speaks again.
    assert(live === undefined || live.generation <= generation, `generation ${generation} of ${name} is over`);
    await replaceViews(client, { from: schemaOf({ name, version }), to: name, apiRole: apiRoleOf(database.role) });
    await client.query(
      `insert into ${identifier(name)}.projection_live (name, version, generation) values ($1, $2, $3)
       on conflict (name) do update set version = excluded.version, generation = excluded.generation`,
      [name, version, generation],
    );
  });
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

async function liveOf(client: PoolClient, name: string): Promise<Live | undefined> {
  const { rows } = await client.query<{ version: number; generation: number }>(
    `select version, generation from ${identifier(name)}.projection_live where name = $1`,
    [name],
  );
  return rows[0];
}

async function createReaderSchema(client: PoolClient, name: string): Promise<void> {
  await client.query(`create schema if not exists ${identifier(name)}`);
  await client.query(
    `create table if not exists ${identifier(name)}.projection_live
       (name text primary key, version int not null, generation int not null)`,
  );
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

async function lockSchemas(client: PoolClient, name: string): Promise<void> {
  await client.query(`select pg_advisory_xact_lock(hashtext('schemas'), hashtext($1))`, [name]);
}
