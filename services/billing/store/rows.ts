// Rows of what operators write here: the current value of each, and beside it every version it had.
import type { PoolClient } from 'pg';
import type { Kind } from './kinds.ts';

export type Audit = {
  readonly version: number;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly updatedAt: string;
  readonly updatedBy: string;
};

export type Row<V> = { readonly value: V; readonly audit: Audit };

export type Writing = { readonly tenantId: string; readonly actor: string; readonly at: number };

export type Operation = 'created' | 'updated' | 'deleted';

export type Version<V> = {
  readonly version: number;
  readonly operation: Operation;
  readonly at: number;
  readonly actor: string;
  readonly value: V;
};

type Stored = {
  readonly value_json: string;
  readonly version: number;
  readonly created_at: Date;
  readonly created_by: string;
  readonly updated_at: Date;
  readonly updated_by: string;
};

/** @param locking 'for update' holds it until the transaction ends. */
export async function findRow<V>(
  client: PoolClient,
  { table }: Kind<V>,
  [tenantId, id]: readonly [tenantId: string, id: string],
  locking: '' | 'for update' | 'for share' = '',
): Promise<Row<V> | undefined> {
  const { rows } = await client.query<Stored>(`select * from ${table} where tenant_id = $1 and id = $2 ${locking}`, [
    tenantId,
    id,
  ]);
  return rows[0] === undefined ? undefined : rowOf(rows[0]);
}

export type Page = {
  readonly after: string | null;
  readonly limit: number;
  readonly where: Readonly<Record<string, string>>;
};

/** Rows in the order of their ids; one more than the limit says that there is a next page. */
export async function listRows<V>(
  client: PoolClient,
  { table }: Kind<V>,
  tenantId: string,
  { after, limit, where }: Page,
): Promise<Row<V>[]> {
  const conditions = Object.keys(where).map((column, index) => ` and ${column} = $${index + 4}`);
  const { rows } = await client.query<Stored>(
    `select * from ${table} where tenant_id = $1 and ($2::text is null or id > $2)${conditions.join('')}
     order by id limit $3`,
    [tenantId, after, limit + 1, ...Object.values(where)],
  );
  return rows.map((row) => rowOf<V>(row));
}

/** Versions of a row, the newest first; also of one that is gone. */
export async function listVersions<V>(
  client: PoolClient,
  { table }: Kind<V>,
  [tenantId, id]: readonly [tenantId: string, id: string],
  { before, limit }: { readonly before: number | null; readonly limit: number },
): Promise<Version<V>[]> {
  type VersionRow = Omit<Version<V>, 'value'> & { readonly json: string };
  const { rows } = await client.query<VersionRow>(
    `select version, operation, at_ms as at, actor, value_json as json from ${table}_versions
     where tenant_id = $1 and id = $2 and ($3::bigint is null or version < $3) order by version desc limit $4`,
    [tenantId, id, before, limit + 1],
  );
  return rows.map(({ json, ...row }) => ({ ...row, value: JSON.parse(json) as V }));
}

/** Writes a new row; undefined where one of that id stands. */
export async function insertRow<V>(
  client: PoolClient,
  kind: Kind<V>,
  { tenantId, actor, at }: Writing,
  value: V,
): Promise<number | undefined> {
  const columns = columnsOf(kind, value);
  const names = Object.keys(columns);
  const { rows } = await client.query<{ version: number }>(
    `insert into ${kind.table} (tenant_id, version, created_at, created_by, updated_at, updated_by, ${names.join(', ')})
     values ($1, nextval('billing_version'), $2, $3, $2, $3, ${names.map((_, index) => `$${index + 4}`).join(', ')})
     on conflict (tenant_id, id) do nothing returning version`,
    [tenantId, new Date(at), actor, ...Object.values(columns)],
  );
  return rows[0]?.version;
}

export async function updateRow<V>(
  client: PoolClient,
  kind: Kind<V>,
  { tenantId, actor, at }: Writing,
  value: V,
): Promise<number> {
  const columns = columnsOf(kind, value);
  const set = Object.keys(columns).map((name, index) => `${name} = $${index + 5}`);
  const { rows } = await client.query<{ version: number }>(
    `update ${kind.table} set version = nextval('billing_version'), updated_at = $3, updated_by = $4, ${set.join(', ')}
     where tenant_id = $1 and id = $2 returning version`,
    [tenantId, kind.idOf(value), new Date(at), actor, ...Object.values(columns)],
  );
  return rows[0]?.version ?? 0;
}

/** Removes a row and returns the version of its removal. */
export async function deleteRow<V>(client: PoolClient, kind: Kind<V>, tenantId: string, id: string): Promise<number> {
  const { rows } = await client.query<{ version: number }>(
    `delete from ${kind.table} where tenant_id = $1 and id = $2 returning nextval('billing_version') as version`,
    [tenantId, id],
  );
  return rows[0]?.version ?? 0;
}

export type Touched<V> = { readonly version: number; readonly operation: Operation; readonly value: V };

export async function keepVersion<V>(
  client: PoolClient,
  kind: Kind<V>,
  { tenantId, actor, at }: Writing,
  { version, operation, value }: Touched<V>,
): Promise<void> {
  const columns = columnsOf(kind, value);
  const names = Object.keys(columns);
  await client.query(
    `insert into ${kind.table}_versions (tenant_id, version, operation, at_ms, actor, ${names.join(', ')})
     values ($1, $2, $3, $4, $5, ${names.map((_, index) => `$${index + 6}`).join(', ')})`,
    [tenantId, version, operation, at, actor, ...Object.values(columns)],
  );
}

function columnsOf<V>(kind: Kind<V>, value: V): Record<string, string | number | null> {
  return { id: kind.idOf(value), ...kind.columnsOf(value), value_json: JSON.stringify(value) };
}

function rowOf<V>(row: Stored): Row<V> {
  return {
    value: JSON.parse(row.value_json) as V,
    audit: {
      version: row.version,
      createdAt: row.created_at.toISOString(),
      createdBy: row.created_by,
      updatedAt: row.updated_at.toISOString(),
      updatedBy: row.updated_by,
    },
  };
}
