// Locations of our parties that face a partner, with their EVSEs; each last update is the latest of what it holds.
import type { PoolClient } from 'pg';
import type { LocationValue } from '#contracts/registry';
import type { EvseStatus } from '../domain/evse-status-fold.ts';
import { placementOf, type PlacementRow } from '../tables/registry.ts';
import type { EvseView, LocationView } from '../wire/v221/location.ts';
import type { Page, PageQuery } from '../api/paging.ts';
import { readPage } from './page.ts';
import type { Sight } from './sessions.ts';

type Row = {
  readonly created_at_ms: number;
  readonly created_partition: number;
  readonly created_offset: number;
  readonly last_updated_ms: number;
  readonly id: string;
  readonly value: LocationValue;
};

type EvseRow = PlacementRow & { readonly status: EvseStatus | null; readonly status_at_ms: number | null };

const statusOfEvse = `
  left join ocpi_evse_status.evses as told on told.tenant_id = $1 and told.station_id = placed.station_id
    and told.evse_id = placed.evse_id`;

// OCPI has no location without address, city and coordinates: one that lacks them is told once it has them. $3: one id.
const visible = `
  select objects.id, objects.value, objects.created_at_ms, 0 as created_partition, objects.created_offset,
    greatest(objects.last_updated_ms, held.last_updated_ms) as last_updated_ms
  from ocpi_registry.objects
  left join (
    select placed.location_id,
      max(greatest(placed.last_updated_ms, case when not placed.removed then told.last_updated_ms end)) as last_updated_ms
    from ocpi_registry.evses as placed${statusOfEvse}
    where placed.tenant_id = $1 group by placed.location_id) as held on held.location_id = objects.id
  where objects.tenant_id = $1 and kind = 'location' and not deleted and value ->> 'partyId' = any($2::text[])
    and value ->> 'address' is not null and value ->> 'city' is not null and value ->> 'coordinates' is not null
    and ($3::text is null or lower(objects.id) = lower($3))`;

const selectEvses = `
  select placed.*, told.status, told.last_updated_ms as status_at_ms
  from ocpi_registry.evses as placed${statusOfEvse}
  where placed.tenant_id = $1 and placed.location_id = any($2::text[])
  order by placed.location_id, placed.station_id, placed.evse_id`;

type Where = Pick<Sight, 'tenantId' | 'ourParties'>;

export async function readLocations(client: PoolClient, where: Where, query: PageQuery): Promise<Page<LocationView>> {
  return readSome(client, where, query, null);
}

const wholeList = { from: null, to: null, offset: 0, after: null, total: null } as const;

/** Ids know no case. */
export async function readLocation(client: PoolClient, where: Where, id: string): Promise<LocationView | undefined> {
  const { items } = await readSome(client, where, { ...wholeList, limit: 1 }, id);
  return items[0];
}

async function readSome(
  client: PoolClient,
  { tenantId, ourParties }: Where,
  query: PageQuery,
  id: string | null,
): Promise<Page<LocationView>> {
  const page = await readPage<Row>(client, { visible, values: [tenantId, ourParties, id] }, query);
  const ids = page.items.map((row) => row.id);
  const { rows } = ids.length === 0 ? { rows: [] } : await client.query<EvseRow>(selectEvses, [tenantId, ids]);
  const byLocation = new Map<string, EvseView[]>();
  for (const row of rows) {
    const view = { placement: placementOf(row), status: row.status, statusAt: row.status_at_ms ?? 0 };
    byLocation.set(row.location_id, [...(byLocation.get(row.location_id) ?? []), view]);
  }
  const items = page.items.map((row) => ({
    value: row.value,
    lastUpdatedAt: row.last_updated_ms,
    evses: byLocation.get(row.id) ?? [],
  }));
  return { ...page, items };
}
