// Writes the tables of the projection `billing_places`; its states are news only, so there is nothing to read.
import type { PoolClient } from 'pg';
import { insertOnce, writeRows } from '#kit/projection/table-rows';
import type { PlaceNews } from '../domain/place-fold.ts';

const insertStations = insertOnce(
  'station_places',
  ['tenant_id text', 'station_id text', 'row_version bigint'],
  ['at_ms bigint', 'location_id text'],
);
const insertLocations = insertOnce(
  'location_places',
  ['tenant_id text', 'location_id text', 'row_version bigint'],
  ['at_ms bigint', 'party_id text', 'time_zone text'],
);

export async function savePlaces(client: PoolClient, changed: ReadonlyMap<string, PlaceNews>): Promise<void> {
  const rows = [...changed.values()].flat();
  const stations = rows.flatMap((row) =>
    row.kind !== 'station'
      ? []
      : [
          {
            tenant_id: row.tenantId,
            station_id: row.id,
            row_version: row.rowVersion,
            at_ms: row.at,
            location_id: row.locationId,
          },
        ],
  );
  const locations = rows.flatMap((row) =>
    row.kind !== 'location'
      ? []
      : [
          {
            tenant_id: row.tenantId,
            location_id: row.id,
            row_version: row.rowVersion,
            at_ms: row.at,
            party_id: row.partyId,
            time_zone: row.timeZone,
          },
        ],
  );
  await writeRows(client, insertStations, stations);
  await writeRows(client, insertLocations, locations);
}
