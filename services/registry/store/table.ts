// Rows of what operators write: one table per kind, all with a version, who and when; the same statements for each.
import type { PoolClient } from 'pg';
import type { RegistryKind } from '#contracts/registry';

/** What each row carries beside its value. */
export type Audit = {
  readonly version: number;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly updatedAt: string;
  readonly updatedBy: string;
};

export type Row<V> = { readonly value: V; readonly audit: Audit };

type ColumnType = 'text' | 'int' | 'boolean' | 'timestamptz' | 'jsonb' | 'text[]';

/** A kind's table: the columns are the fields of V in snake case; `id` is the one that names a row in its tenant. */
export type Table<V extends object> = {
  readonly kind: RegistryKind;
  readonly name: string;
  readonly id: keyof V & string;
  readonly columns: Readonly<Record<keyof V & string, ColumnType>>;
  /** A row in the words of a person, for messages. */
  readonly noun: string;
};

export type Writing = { readonly tenantId: string; readonly actor: string; readonly at: number };

export type Written = { readonly id: string; readonly version: number; readonly created: boolean };

export type Condition = { readonly sql: (parameter: string) => string; readonly value: unknown };

/** The row, locked until the transaction ends; undefined where there is none. */
export async function lockRow<V extends object>(
  client: PoolClient,
  table: Table<V>,
  tenantId: string,
  id: string,
): Promise<Row<V> | undefined> {
  return oneRow(client, table, [tenantId, id], 'for no key update');
}

export async function findRow<V extends object>(
  client: PoolClient,
  table: Table<V>,
  tenantId: string,
  id: string,
): Promise<Row<V> | undefined> {
  return oneRow(client, table, [tenantId, id], '');
}

export type Page = {
  readonly tenantId: string;
  readonly where: readonly Condition[];
  readonly after: string | undefined;
  readonly limit: number;
};

/** Rows in the order of their ids; one more than the limit says that there is a next page. */
export async function listRows<V extends object>(
  client: PoolClient,
  table: Table<V>,
  { tenantId, where, after, limit }: Page,
): Promise<Row<V>[]> {
  const id = snake(table.id);
  const paged = after === undefined ? where : [...where, { sql: (p: string) => `${id} > ${p}`, value: after }];
  const conditions = paged.map(({ sql }, index) => ` and ${sql(`$${index + 2}`)}`).join('');
  const { rows } = await client.query<Record<string, unknown>>(
    `select * from ${table.name} where tenant_id = $1${conditions} order by ${id} limit ${limit + 1}`,
    [tenantId, ...paged.map(({ value }) => value)],
  );
  return rows.map((row) => rowOf(table, row));
}

/**
 * Writes the values; a row that is as wanted already is left alone, and is not among what is returned.
 * With `onlyNew`, a row that exists is left alone too.
 */
export async function upsertRows<V extends object>(
  client: PoolClient,
  table: Table<V>,
  writing: Writing,
  { values, onlyNew = false }: { values: readonly V[]; onlyNew?: boolean },
): Promise<Written[]> {
  if (values.length === 0) return [];
  const columns = fieldsOf(table).map(snake);
  const types = fieldsOf(table).map((field) => `${snake(field)} ${table.columns[field]}`);
  const others = columns.filter((column) => column !== snake(table.id));
  const update = `do update set ${others.map((column) => `${column} = excluded.${column}`).join(', ')},
       version = nextval('registry_version'), updated_at = excluded.updated_at, updated_by = excluded.updated_by
     where (${others.map((column) => `${table.name}.${column}`).join(', ')}) is distinct from
       (${others.map((column) => `excluded.${column}`).join(', ')})`;
  const { rows } = await client.query<Written>(
    `insert into ${table.name} (tenant_id, ${columns.join(', ')}, version, created_at, created_by, updated_at, updated_by)
     select $1, ${columns.map((column) => `wanted.${column}`).join(', ')}, nextval('registry_version'), $2, $3, $2, $3
     from jsonb_to_recordset($4::jsonb) as wanted(${types.join(', ')})
     on conflict (tenant_id, ${snake(table.id)}) ${onlyNew ? 'do nothing' : update}
     returning ${snake(table.id)} as id, version, xmax = 0 as created`,
    [
      writing.tenantId,
      new Date(writing.at),
      writing.actor,
      JSON.stringify(values.map((value) => recordOf(table, value))),
    ],
  );
  return rows;
}

/** Gives rows a new version though their own columns stay: what hangs on them changed. */
export async function touchRows<V extends object>(
  client: PoolClient,
  table: Table<V>,
  writing: Writing,
  ids: readonly string[],
): Promise<Written[]> {
  const { rows } = await client.query<Written>(
    `update ${table.name} set version = nextval('registry_version'), updated_at = $3, updated_by = $4
     where tenant_id = $1 and ${snake(table.id)} = any($2) returning ${snake(table.id)} as id, version, false as created`,
    [writing.tenantId, ids, new Date(writing.at), writing.actor],
  );
  return rows;
}

/** Removes a row and returns the version of its removal. */
export async function deleteRow<V extends object>(
  client: PoolClient,
  table: Table<V>,
  tenantId: string,
  id: string,
): Promise<number> {
  const { rows } = await client.query<{ version: number }>(
    `delete from ${table.name} where tenant_id = $1 and ${snake(table.id)} = $2
     returning nextval('registry_version') as version`,
    [tenantId, id],
  );
  return rows[0]?.version ?? 0;
}

/** The rows of these ids, in no order. */
export async function rowsOf<V extends object>(
  client: PoolClient,
  table: Table<V>,
  tenantId: string,
  ids: readonly string[],
): Promise<Row<V>[]> {
  const { rows } = await client.query<Record<string, unknown>>(
    `select * from ${table.name} where tenant_id = $1 and ${snake(table.id)} = any($2)`,
    [tenantId, ids],
  );
  return rows.map((row) => rowOf(table, row));
}

/** locationId as location_id. */
export function snake(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

async function oneRow<V extends object>(
  client: PoolClient,
  table: Table<V>,
  key: readonly [tenantId: string, id: string],
  locking: string,
): Promise<Row<V> | undefined> {
  const { rows } = await client.query<Record<string, unknown>>(
    `select * from ${table.name} where tenant_id = $1 and ${snake(table.id)} = $2 ${locking}`,
    [...key],
  );
  return rows[0] === undefined ? undefined : rowOf(table, rows[0]);
}

function fieldsOf<V extends object>(table: Table<V>): (keyof V & string)[] {
  return Object.keys(table.columns) as (keyof V & string)[];
}

function recordOf<V extends object>(table: Table<V>, value: V): Record<string, unknown> {
  return Object.fromEntries(fieldsOf(table).map((field) => [snake(field), value[field]]));
}

function rowOf<V extends object>(table: Table<V>, row: Record<string, unknown>): Row<V> {
  const value = Object.fromEntries(fieldsOf(table).map((field) => [field, plain(row[snake(field)])])) as V;
  const { version, created_at: createdAt, created_by: createdBy, updated_at: updatedAt, updated_by: updatedBy } = row;
  return {
    value,
    audit: { version, createdAt: plain(createdAt), createdBy, updatedAt: plain(updatedAt), updatedBy } as Audit,
  };
}

function plain(value: unknown): unknown {
  return value instanceof Date ? value.toISOString() : value;
}
