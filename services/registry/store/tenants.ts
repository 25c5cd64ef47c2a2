// Tenants stand above row-level security: only the platform's own people write them, as the service itself.
import { isDeepStrictEqual } from 'node:util';
import type { PoolClient } from 'pg';
import type { TenantValue } from '#contracts/registry';
import { transaction, type Database } from '#kit/postgres';
import { patchedTenant, registeredTenant, type TenantPatch } from '../domain/tenant.ts';
import type { Change } from './outbox.ts';
import { exists, notFound, refusalOf, Refused, stale, type Refusal } from './refusal.ts';
import type { Row, Writing } from './table.ts';
import type { Expected } from '#kit/http-versions';
import type { Done, Store } from './write.ts';

type TenantRow = {
  readonly tenant_id: string;
  readonly name: string;
  readonly organisation: string | null;
  readonly unknown_stations: TenantValue['unknownStations'];
  readonly tokens_unavailable: TenantValue['tokensUnavailable'];
  readonly free_vending: boolean;
  readonly autocharge: boolean;
  readonly frames_recorded: boolean;
  readonly costs_shown: boolean;
  readonly boot_policy: TenantValue['bootPolicy'];
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
  const row = await tenantRow(store.database, tenantId);
  return row === undefined ? notFound('tenant', tenantId) : { kind: 'done', result: row };
}

export async function tenantRow(database: Database, tenantId: string): Promise<Row<TenantValue> | undefined> {
  const [row] = await database.query<TenantRow>('select * from tenants where tenant_id = $1', [tenantId]);
  return row === undefined ? undefined : rowOf(row);
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
  tenant: TenantValue,
): Promise<Row<TenantValue> | undefined> {
  const { rows } = await client.query<TenantRow>(
    `insert into tenants (tenant_id, name, organisation, unknown_stations, tokens_unavailable, free_vending, autocharge,
       frames_recorded, boot_policy, costs_shown, version, created_at, created_by, updated_at, updated_by)
     values ($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, nextval('registry_version'), $1, $2, $1, $2)
     on conflict do nothing returning *`,
    [new Date(at), actor, ...columnsOf(tenant)],
  );
  return rows[0] === undefined ? undefined : rowOf(rows[0]);
}

/** Without a difference nothing is written. */
export async function changeTenant(
  store: Store,
  by: By,
  { tenantId, patch }: { readonly tenantId: string; readonly patch: TenantPatch },
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
    const value = patchedTenant(before.value, patch);
    if (isDeepStrictEqual(value, before.value)) return before;
    const updated = await client.query<TenantRow>(
      `update tenants set name = $4, organisation = $5, unknown_stations = $6, tokens_unavailable = $7,
         free_vending = $8, autocharge = $9, frames_recorded = $10, boot_policy = $11, costs_shown = $12,
         version = nextval('registry_version'), updated_at = $1, updated_by = $2
       where tenant_id = $3 returning *`,
      [new Date(by.at), by.actor, ...columnsOf(value)],
    );
    const after = updated.rows[0] === undefined ? before : rowOf(updated.rows[0]);
    await store.enqueue(client, [changeOf(after, 'updated', by)]);
    return after;
  });
}

export function changeOf({ value, audit }: Row<TenantValue>, operation: 'created' | 'updated', by: By): Change {
  const { tenantId } = value;
  const { version } = audit;
  const current = { topic: 'tenants', id: tenantId, value: registeredTenant(value, version) } as const;
  return { kind: 'tenant', tenantId, id: tenantId, version, operation, value, ...by, current };
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

/** In the order in which the statements name them. */
function columnsOf(tenant: TenantValue): unknown[] {
  const { tenantId, name, organisation, unknownStations, tokensUnavailable } = tenant;
  const { freeVending, autocharge, framesRecorded, bootPolicy, costsShown } = tenant;
  const judged = [tokensUnavailable, freeVending, autocharge];
  return [tenantId, name, organisation, unknownStations, ...judged, framesRecorded, bootPolicy, costsShown];
}

function rowOf(row: TenantRow): Row<TenantValue> {
  return {
    value: {
      tenantId: row.tenant_id,
      name: row.name,
      organisation: row.organisation,
      unknownStations: row.unknown_stations,
      tokensUnavailable: row.tokens_unavailable,
      freeVending: row.free_vending,
      autocharge: row.autocharge,
      framesRecorded: row.frames_recorded,
      bootPolicy: row.boot_policy,
      costsShown: row.costs_shown,
    },
    audit: {
      version: row.version,
      createdAt: row.created_at.toISOString(),
      createdBy: row.created_by,
      updatedAt: row.updated_at.toISOString(),
      updatedBy: row.updated_by,
    },
  };
}
