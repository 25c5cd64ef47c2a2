// The connections that the live table calls open: pages of all of them, those of gateways that are gone, and named ones.
import type { Database } from '#kit/postgres';
import { splitKeys } from '#kit/projection/table-rows';
import type { LiveConnection } from './domain/lease.ts';

const columns = `tenant_id as "tenantId", station_id as "stationId", first_epoch as "firstEpoch",
  last_epoch as "lastEpoch", gateway_id as "gatewayId"`;

/** The next connections in the order of their keys; the first ones where after is undefined. */
export function pageOfConnections(
  database: Database,
  after: LiveConnection | undefined,
  limit: number,
): Promise<LiveConnection[]> {
  return database.query<LiveConnection>(
    `select ${columns} from stations.stations
     where connected and (tenant_id, station_id) > ($1, $2) order by tenant_id, station_id limit $3`,
    [after?.tenantId ?? '', after?.stationId ?? '', limit],
  );
}

export function connectionsOfGateways(
  database: Database,
  gatewayIds: readonly string[],
  limit: number,
): Promise<LiveConnection[]> {
  return database.query<LiveConnection>(
    `select ${columns} from stations.stations where connected and gateway_id = any($1::text[]) limit $2`,
    [gatewayIds, limit],
  );
}

/** Those of these stations (`tenant/station`) that are open still. */
export function connectionsOf(database: Database, keys: readonly string[]): Promise<LiveConnection[]> {
  return database.query<LiveConnection>(
    `select ${columns} from stations.stations
     where connected and (tenant_id, station_id) in (select * from unnest($1::text[], $2::text[]))`,
    splitKeys(keys),
  );
}

export async function countConnections(database: Database): Promise<number> {
  const rows = await database.query<{ count: number }>(
    'select count(*) as count from stations.stations where connected',
  );
  return rows[0]?.count ?? 0;
}
