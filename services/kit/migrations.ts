// Numbered SQL files, applied once and in order inside a schema, and row-level security for every table of a tenant.
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PoolClient } from 'pg';
import { Fault } from '#kit/fault';
import { type Database, apiRoleOf, identifier, transaction } from '#kit/postgres';

export type MigrationFile = {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  readonly sha256: string;
};

const fileNamePattern = /^(\d{3})-[a-z0-9-]+\.sql$/;

/**
 * Applies the files `NNN-*.sql` of a directory that the schema has not seen, all in one transaction, and then secures its
 * tables (see secureTables). Two processes may do it at once: the second waits and finds nothing to do.
 * Throws Fault MIGRATION_CHANGED when an applied file was edited, removed or renumbered.
 */
export async function migrate(database: Database, schema: string, directory: string): Promise<void> {
  const files = await readMigrations(directory);
  await transaction(
    database,
    async (client) => {
      await client.query(`select pg_advisory_xact_lock(hashtext('migrations'), hashtext($1))`, [schema]);
      await client.query(`create schema if not exists ${identifier(schema)}`);
      await applyFiles(client, schema, files);
      await secureTables(client, schema, apiRoleOf(database.role));
    },
    { schema },
  );
}

/** Reads and checks the files of a directory: numbered 001, 002 … without hole or repeat. Throws Fault MIGRATION_CHANGED. */
export async function readMigrations(directory: string): Promise<readonly MigrationFile[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).toSorted();
  return Promise.all(
    names.map(async (name, index) => {
      const number = Number(fileNamePattern.exec(name)?.[1]);
      if (number !== index + 1)
        throw new Fault('MIGRATION_CHANGED', { detail: `${name} should be number ${index + 1} of ${directory}` });
      const sql = await readFile(join(directory, name), 'utf8');
      return { number, name, sql, sha256: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

async function applyFiles(client: PoolClient, schema: string, files: readonly MigrationFile[]): Promise<void> {
  await client.query(
    'create table if not exists schema_migrations (number int primary key, name text not null, sha256 text not null)',
  );
  const { rows: applied } = await client.query<{ number: number; name: string; sha256: string }>(
    'select number, name, sha256 from schema_migrations order by number',
  );
  for (const row of applied) {
    if (files[row.number - 1]?.sha256 !== row.sha256)
      throw new Fault('MIGRATION_CHANGED', {
        detail: `${row.name} was applied to ${schema} with other content: put it back, and write a new file`,
      });
  }
  for (const file of files.slice(applied.length)) {
    await client.query(file.sql);
    await client.query('insert into schema_migrations (number, name, sha256) values ($1, $2, $3)', [
      file.number,
      file.name,
      file.sha256,
    ]);
  }
}

/**
 * Gives every table that has a column tenant_id the policy `tenant_rows` (rows of the setting app.tenant_id only) and the
 * API role its use; a table without the column stays closed to that role. No file can forget it, hence no directive.
 * The owner, who folds or writes for all, is not held back.
 */
export async function secureTables(client: PoolClient, schema: string, apiRole: string): Promise<void> {
  const { rows: tables } = await client.query<{ name: string; secured: boolean }>(
    `select c.relname as name, exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'tenant_rows') as secured
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
      where n.nspname = $1 and c.relkind in ('r', 'p')`,
    [schema],
  );
  await client.query(`grant usage on schema ${identifier(schema)} to ${identifier(apiRole)}`);
  for (const { name, secured } of tables) {
    const table = `${identifier(schema)}.${identifier(name)}`;
    await client.query(`grant select, insert, update, delete on ${table} to ${identifier(apiRole)}`);
    if (secured) continue;
    await client.query(`alter table ${table} enable row level security`);
    await client.query(
      `create policy tenant_rows on ${table} using (tenant_id = current_setting('app.tenant_id', true))`,
    );
  }
}
