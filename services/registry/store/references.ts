// References that no foreign key can hold, because they stand in a list.
import type { PoolClient } from 'pg';
import { Refused, unknownReference } from './refusal.ts';

/** Holds the locations until the transaction ends, so that none is removed meanwhile. Throws Refused. */
export async function checkLocations(
  client: PoolClient,
  tenantId: string,
  locationIds: readonly string[],
): Promise<void> {
  const wanted = [...new Set(locationIds)];
  if (wanted.length === 0) return;
  const { rows } = await client.query<{ location_id: string }>(
    'select location_id from locations where tenant_id = $1 and location_id = any($2) order by location_id for key share',
    [tenantId, wanted],
  );
  const found = new Set(rows.map((row) => row.location_id));
  const missing = wanted.find((locationId) => !found.has(locationId));
  if (missing !== undefined)
    throw new Refused(unknownReference({ path: 'locationIds', message: `there is no location ${missing}` }));
}

/** A location that tokens are bound to must not go: they would work nowhere, or, unbound, everywhere. Throws Refused. */
export async function checkNoTokenNames(client: PoolClient, tenantId: string, locationId: string): Promise<void> {
  const { rows } = await client.query(
    'select 1 from tokens where tenant_id = $1 and location_ids @> array[$2] limit 1',
    [tenantId, locationId],
  );
  if (rows.length > 0)
    throw new Refused({ kind: 'refused', status: 409, title: 'It is still in use', detail: 'tokens are bound to it' });
}
