// Reads and writes the table of the projection alerts_places. Its keys are `tenant/kind/id`.
import type { PoolClient } from 'pg';
import { upsert, writeRows } from '#kit/projection/table-rows';
import type { Place, PlaceState } from '../domain/place-fold.ts';

type PlaceRow = {
  tenant_id: string;
  kind: Place['kind'];
  id: string;
  row_version: number;
  partition_no: number;
  last_offset: number;
  active: boolean;
  location_id: string | null;
  vendor: string | null;
  model: string | null;
};

const upsertPlaces = upsert(
  'places',
  ['tenant_id text', 'kind text', 'id text'],
  [
    'row_version bigint',
    'partition_no int',
    'last_offset bigint',
    'active boolean',
    'location_id text',
    'vendor text',
    'model text',
  ],
);

const selectPlaces =
  'select * from places where (tenant_id, kind, id) in (select * from unnest($1::text[], $2::text[], $3::text[]))';

export async function loadPlaces(client: PoolClient, keys: readonly string[]): Promise<Map<string, PlaceState>> {
  const named = keys.map(partsOf);
  const column = (index: 0 | 1 | 2): string[] => named.map((each) => each[index]);
  const { rows } = await client.query<PlaceRow>(selectPlaces, [column(0), column(1), column(2)]);
  return new Map(rows.map((row) => [`${row.tenant_id}/${row.kind}/${row.id}`, placeOf(row)]));
}

export async function savePlaces(client: PoolClient, changed: ReadonlyMap<string, PlaceState>): Promise<void> {
  const places = [...changed.values()].filter((state) => state.kind !== 'other');
  await writeRows(client, upsertPlaces, places.map(rowOf));
}

/** An id may hold a slash, tenant and kind do not. */
function partsOf(key: string): readonly [tenantId: string, kind: string, id: string] {
  const [tenantId = '', kind = '', ...id] = key.split('/');
  return [tenantId, kind, id.join('/')];
}

function placeOf(row: PlaceRow): Place {
  return {
    kind: row.kind,
    tenantId: row.tenant_id,
    id: row.id,
    rowVersion: row.row_version,
    partition: row.partition_no,
    lastOffset: row.last_offset,
    active: row.active,
    locationId: row.location_id,
    vendor: row.vendor,
    model: row.model,
  };
}

function rowOf(place: Place): PlaceRow {
  return {
    tenant_id: place.tenantId,
    kind: place.kind,
    id: place.id,
    row_version: place.rowVersion,
    partition_no: place.partition,
    last_offset: place.lastOffset,
    active: place.active,
    location_id: place.locationId,
    vendor: place.vendor,
    model: place.model,
  };
}
