// Rows of a projection's tables as ordered hashes, with the positions they stand at, in one snapshot.
import type { PoolClient } from 'pg';
import { type Database, identifier, transaction } from '#kit/postgres';
import type { Positions } from '#load-tests/faults/verify/bounded-reader';

export type TableHash = { readonly table: string; readonly rows: number; readonly sha256: string };

export type Snapshot = { readonly positions: Positions; readonly tables: readonly TableHash[] };

/** Where a process stands is no content of a read model; which keys wait is. */
const notContent = ['projection_position', 'schema_migrations'];

export async function snapshotOf(database: Database, schema: string): Promise<Snapshot> {
  return transaction(
    database,
    async (client) => {
      const tables: TableHash[] = [];
      for (const table of await tablesOf(client, schema)) tables.push(await hashOf(client, table));
      return { positions: await positionsIn(client), tables };
    },
    { schema, snapshot: 'read-only' },
  );
}

/** Positions of a schema alone. */
export async function positionsOf(database: Database, schema: string): Promise<Positions> {
  return transaction(database, positionsIn, { schema });
}

/** The first rows that only one side has, as text, for people. */
export async function rowsApart(
  one: Database,
  other: Database,
  { schema, table }: { readonly schema: string; readonly table: string },
): Promise<{ readonly onlyOne: readonly string[]; readonly onlyOther: readonly string[] }> {
  const read = async (database: Database): Promise<Set<string>> => {
    const rows = await database.query<{ row: string }>(
      `select t::text as row from ${identifier(schema)}.${identifier(table)} t`,
    );
    return new Set(rows.map(({ row }) => row));
  };
  const [ofOne, ofOther] = [await read(one), await read(other)];
  return {
    onlyOne: [...ofOne].filter((row) => !ofOther.has(row)),
    onlyOther: [...ofOther].filter((row) => !ofOne.has(row)),
  };
}

async function positionsIn(client: PoolClient): Promise<Positions> {
  const { rows } = await client.query<{ partition: number; nextOffset: number }>(
    'select "partition", next_offset as "nextOffset" from projection_position',
  );
  return new Map(rows.map(({ partition, nextOffset }) => [partition, nextOffset]));
}

async function tablesOf(client: PoolClient, schema: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select table_name as name from information_schema.tables
      where table_schema = $1 and table_type = 'BASE TABLE' and table_name <> all($2) order by 1`,
    [schema, notContent],
  );
  return rows.map(({ name }) => name);
}

async function hashOf(client: PoolClient, table: string): Promise<TableHash> {
  const { rows } = await client.query<{ rows: number; sha256: string | null }>(
    `select count(*) as rows,
            encode(sha256(string_agg(md5(t::text), '' order by t::text collate "C")::bytea), 'hex') as sha256
       from ${identifier(table)} t`,
  );
  return { table, rows: rows[0]?.rows ?? 0, sha256: rows[0]?.sha256 ?? 'empty' };
}
