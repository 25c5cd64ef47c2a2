// Tenants stand above row-level security: only the platform's own people write them, as the service itself.
import type { PoolClient } from 'pg';
import type { TenantValue } from '#contracts/registry';
import { transaction } from '#kit/postgres';
import type { Change } from './outbox.ts';
import { exists, notFound, refusalOf, Refused, stale, type Refusal } from './refusal.ts';
import type { Row, Writing } from './table.ts';
import type { Expected } from '#kit/http-versions';
import type { Done, Store } from './write.ts';

type TenantRow = {
  readonly tenant_id: string;
  readonly name: string;
  readonly version: number;
  readonly created_at: Date;
  readonly created_by: string;
  readonly updated_at: Date;
  readonly updated_by: string;
};

export type By = Omit<Writing, 'tenantId'>;

export async function listTenants(store: Store, after: string, limit: number): Promise<Row<TenantValue>[]> {
  const rows = await store.database.query<TenantRow>(
    'select * from tenants where tenant_id > $1 order by tenant_id limit $2',
    [after, limit],
  );
  return rows.map(rowOf);
}

export async function findTenant(store: Store, tenantId: string): Promise<Done<Row<TenantValue>> | Refusal> {
  const [row] = await store.database.query<TenantRow>('select * from tenants where tenant_id = $1', [tenantId]);
  return row === undefined ? notFound('tenant', tenantId) : { kind: 'done', result: rowOf(row) };
}

export async function createTenant(
  store: Store,
  by: By,
  value: TenantValue,
): Promise<Done<Row<TenantValue>> | Refusal> {
  return settled(store, async (client) => {
    const row = await insertTenant(client, by, value);
    if (row === undefined) throw new Refused(exists('tenant', value.tenantId));
    await store.enqueue(client, [changeOf(row, 'created', by)]);
    return row;
  });
}

/** Undefined where a tenant of that id exists. */
export async function insertTenant(
  client: PoolClient,
  { actor, at }: By,
  { tenantId, name }: TenantValue,
): Promise<Row<TenantValue> | undefined> {
  const { rows } = await client.query<TenantRow>(
    `insert into tenants (tenant_id, name, version, created_at, created_by, updated_at, updated_by)
     values ($1, $2, nextval('registry_version'), $3, $4, $3, $4) on conflict do nothing returning *`,
    [tenantId, name, new Date(at), actor],
  );
  return rows[0] === undefined ? undefined : rowOf(rows[0]);
}

export async function renameTenant(
  store: Store,
  by: By,
  { tenantId, name }: TenantValue,
  expected: Expected,
): Promise<Done<Row<TenantValue>> | Refusal> {
  return settled(store, async (client) => {
    const { rows } = await client.query<TenantRow>('select * from tenants where tenant_id = $1 for no key update', [
      tenantId,
    ]);
    if (rows[0] === undefined) throw new Refused(notFound('tenant', tenantId));
    const before = rowOf(rows[0]);
    const { version } = before.audit;
    if (expected.header !== undefined && expected.header !== version) throw new Refused(stale(version, 412));
    if (expected.body !== undefined && expected.body !== version) throw new Refused(stale(version, 409));
    if (before.value.name === name) return before;
    const updated = await client.query<TenantRow>(
      `update tenants set name = $2, version = nextval('registry_version'), updated_at = $3, updated_by = $4
       where tenant_id = $1 returning *`,
      [tenantId, name, new Date(by.at), by.actor],
    );
    const after = updated.rows[0] === undefined ? before : rowOf(updated.rows[0]);
    await store.enqueue(client, [changeOf(after, 'updated', by)]);
    return after;
  });
}

export function changeOf({ value, audit }: Row<TenantValue>, operation: 'created' | 'updated', by: By): Change {
  const { tenantId } = value;
  return { kind: 'tenant', tenantId, id: tenantId, version: audit.version, operation, value, ...by };
}

async function settled<T>(store: Store, fn: (client: PoolClient) => Promise<T>): Promise<Done<T> | Refusal> {
  try {
    return { kind: 'done', result: await transaction(store.database, fn) };
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    return refusal;
  }
}

function rowOf(row: TenantRow): Row<TenantValue> {
  return {
    value: { tenantId: row.tenant_id, name: row.name },
    audit: {
      version: row.version,
      createdAt: row.created_at.toISOString(),
      createdBy: row.created_by,
      updatedAt: row.updated_at.toISOString(),
      updatedBy: row.updated_by,
    },
  };
}
