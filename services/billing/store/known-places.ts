// Whether the place of an assignment is known: one that nobody registered is allowed, since it may be told later, but is odd.
import type { PoolClient } from 'pg';
import type { TariffAssignmentValue } from '#contracts/tariff';
import type { Violation } from '../domain/violation.ts';

const selects = {
  stationId: 'select 1 from billing_places.station_places where tenant_id = $1 and station_id = $2 limit 1',
  locationId: 'select 1 from billing_places.location_places where tenant_id = $1 and location_id = $2 limit 1',
  partyId: 'select 1 from billing_places.location_places where tenant_id = $1 and party_id = $2 limit 1',
} as const;

const unknown = {
  stationId: 'no such station is known: until one is, the assignment prices nothing',
  locationId: 'no such location is known: until one is, the assignment prices nothing',
  partyId: 'no location of such a party is known: until one is, the assignment prices nothing',
} as const;

export async function placeWarnings(
  client: PoolClient,
  tenantId: string,
  assignment: Pick<TariffAssignmentValue, keyof typeof selects>,
): Promise<Violation[]> {
  for (const path of ['stationId', 'locationId', 'partyId'] as const) {
    const id = assignment[path];
    if (id === null) continue;
    const { rows } = await client.query(selects[path], [tenantId, id]);
    return rows.length > 0 ? [] : [{ path, message: unknown[path] }];
  }
  return [];
}
