// Rules, windows and webhooks as operators wrote them: rows with versions, changed from the version that somebody saw.
import type { PoolClient } from 'pg';
import type { Expected } from '#kit/http-versions';
import { asTenant, type Database } from '#kit/postgres';

export type ResourceKind = 'rule' | 'window' | 'webhook';

export type Audit = {
  readonly version: number;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly updatedAt: string;
  readonly updatedBy: string;
};
export type Resource<V> = { readonly value: V; readonly audit: Audit };

export type By = { readonly tenantId: string; readonly actor: string; readonly at: number };

/** Why a write did not happen. */
export type Refusal = {
  readonly kind: 'refused';
  readonly status: 404 | 409 | 412;
  readonly title: string;
  readonly detail?: string;
};
export type Outcome<V> = { readonly kind: 'done'; readonly result: V } | Refusal;

type Row<V> = {
  readonly value: V;
  readonly version: number;
  readonly created_at: Date;
  readonly created_by: string;
  readonly updated_at: Date;
  readonly updated_by: string;
};

const columns = 'value, version, created_at, created_by, updated_at, updated_by';

export async function listResources<V>(
  database: Database,
  tenantId: string,
  { kind, after, limit }: { readonly kind: ResourceKind; readonly after: string; readonly limit: number },
): Promise<Resource<V>[]> {
  return asTenant(database, tenantId, async (client) => {
    const { rows } = await client.query<Row<V>>(
      `select ${columns} from resources where tenant_id = $1 and kind = $2 and id > $3 order by id limit $4`,
      [tenantId, kind, after, limit],
    );
    return rows.map(resourceOf);
  });
}

export async function findResource<V>(
  database: Database,
  tenantId: string,
  { kind, id }: { readonly kind: ResourceKind; readonly id: string },
): Promise<Resource<V> | undefined> {
  return asTenant(database, tenantId, async (client) => {
    const { rows } = await client.query<Row<V>>(
      `select ${columns} from resources where tenant_id = $1 and kind = $2 and id = $3`,
      [tenantId, kind, id],
    );
    return rows.map(resourceOf)[0];
  });
}

export type Writing<V> = { readonly kind: ResourceKind; readonly id: string; readonly value: V };

export async function insertResource<V>(
  client: PoolClient,
  by: By,
  { kind, id, value }: Writing<V>,
): Promise<Outcome<Resource<V>>> {
  const { rows } = await client.query<Row<V>>(
    `insert into resources (tenant_id, kind, id, value, version, created_at, created_by, updated_at, updated_by)
     values ($1, $2, $3, $4, nextval('alerting_version'), $5, $6, $5, $6)
     on conflict do nothing returning ${columns}`,
    [by.tenantId, kind, id, JSON.stringify(value), new Date(by.at), by.actor],
  );
  const [row] = rows;
  if (row === undefined) return { kind: 'refused', status: 409, title: `This ${kind} exists already`, detail: id };
  return { kind: 'done', result: resourceOf(row) };
}

/** Replaces the value, from the version that is expected; the same value changes nothing. */
export async function replaceResource<V>(
  client: PoolClient,
  by: By,
  { kind, id, value }: Writing<V>,
  expected: Expected,
): Promise<Outcome<Resource<V>>> {
  const found = await lock<V>(client, by.tenantId, { kind, id }, expected);
  if (found.kind === 'refused' || JSON.stringify(found.result.value) === JSON.stringify(value)) return found;
  const { rows } = await client.query<Row<V>>(
    `update resources set value = $4, version = nextval('alerting_version'), updated_at = $5, updated_by = $6
     where tenant_id = $1 and kind = $2 and id = $3 returning ${columns}`,
    [by.tenantId, kind, id, JSON.stringify(value), new Date(by.at), by.actor],
  );
  const [row] = rows;
  return row === undefined ? found : { kind: 'done', result: resourceOf(row) };
}

export async function removeResource(
  client: PoolClient,
  tenantId: string,
  named: { readonly kind: ResourceKind; readonly id: string },
  expected: Expected,
): Promise<Outcome<unknown>> {
  const found = await lock(client, tenantId, named, expected);
  if (found.kind === 'refused') return found;
  await client.query('delete from resources where tenant_id = $1 and kind = $2 and id = $3', [
    tenantId,
    named.kind,
    named.id,
  ]);
  return found;
}

async function lock<V>(
  client: PoolClient,
  tenantId: string,
  { kind, id }: { readonly kind: ResourceKind; readonly id: string },
  { header, body }: Expected,
): Promise<Outcome<Resource<V>>> {
  const { rows } = await client.query<Row<V>>(
    `select ${columns} from resources where tenant_id = $1 and kind = $2 and id = $3 for update`,
    [tenantId, kind, id],
  );
  const [row] = rows;
  if (row === undefined) return { kind: 'refused', status: 404, title: `There is no such ${kind}`, detail: id };
  const title = 'Somebody else changed it meanwhile';
  const detail = `the current version is ${row.version}`;
  if (header !== undefined && header !== row.version) return { kind: 'refused', status: 412, title, detail };
  if (body !== undefined && body !== row.version) return { kind: 'refused', status: 409, title, detail };
  return { kind: 'done', result: resourceOf(row) };
}

function resourceOf<V>(row: Row<V>): Resource<V> {
  const { value, version, created_at, created_by: createdBy, updated_at, updated_by: updatedBy } = row;
  const audit = {
    version,
    createdAt: created_at.toISOString(),
    createdBy,
    updatedAt: updated_at.toISOString(),
    updatedBy,
  };
  return { value, audit };
}
