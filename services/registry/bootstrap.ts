// The first tenant, its party and the first key: what an empty registry needs so that somebody can write the rest.
import type { PoolClient } from 'pg';
import { transaction } from '#kit/postgres';
import { keyHashOf } from './domain/key.ts';
import { tenantOf } from './domain/tenant.ts';
import { keys, parties, type Kind } from './store/kinds.ts';
import { changeOf, insertTenant } from './store/tenants.ts';
import { upsertRows } from './store/table.ts';
import type { Store } from './store/write.ts';

export const firstTenantId = 'default';
const firstParty = { partyId: 'DE-CSM', name: 'Chargestream' };
const actor = 'registry';

/**
 * Creates tenant and party where there is no tenant at all, and the secrets file's key where it is not known: whoever
 * holds that file holds the platform. A key that was revoked stays revoked. Doing it again changes nothing.
 */
export async function bootstrap(store: Store, firstKey: string): Promise<void> {
  const by = { actor, at: store.now() };
  await transaction(store.database, async (client) => {
    await client.query(`select pg_advisory_xact_lock(hashtext('bootstrap'))`);
    const { rows } = await client.query('select 1 from tenants limit 1');
    if (rows.length === 0) {
      const tenant = await insertTenant(client, by, tenantOf({ tenantId: firstTenantId, name: 'Default' }));
      if (tenant !== undefined) await store.enqueue(client, [changeOf(tenant, 'created', by)]);
      await create(store, client, parties, firstParty);
    }
    const hash = keyHashOf(firstKey);
    const known = await client.query(
      'select 1 from keys where hash = $1 or not exists (select 1 from tenants where tenant_id = $2)',
      [hash, firstTenantId],
    );
    if (known.rows.length > 0) return;
    const key = { keyId: `first-${hash.slice(0, 8)}`, hash, role: 'platform', label: 'Of the secrets file' } as const;
    await create(store, client, keys, { ...key, revokedAt: null });
  });
}

async function create<V extends object>(store: Store, client: PoolClient, kind: Kind<V>, value: V): Promise<void> {
  const writing = { tenantId: firstTenantId, actor, at: store.now() };
  const [written] = await upsertRows(client, kind.table, writing, { values: [value], onlyNew: true });
  if (written === undefined) return;
  const touched = { id: written.id, version: written.version, operation: 'created', value } as const;
  await store.enqueue(client, await kind.changes(client, writing, [touched]));
}
