// Stations that wait for an operator's approval: bounded, so that whoever invents identities fills no disk and displaces nobody.
import { asTenant, type Database } from '#kit/postgres';
import type { Store } from './write.ts';

export type Held = {
  readonly stationId: string;
  readonly address: string;
  readonly subprotocols: string;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
  readonly knocks: number;
};

export type Knock = {
  readonly tenantId: string;
  readonly stationId: string;
  readonly address: string;
  readonly subprotocols: string;
};

/** Of one tenant; one more is not noted before older ones were forgotten, approved or dismissed. */
export const heldMax = 1_000;
/** Who did not knock for so long is forgotten. */
const forgottenAfterMs = 7 * 24 * 60 * 60_000;

/** False where it was not noted: the tenant does not hold stations, the station is registered, or too many are held. */
export async function noteKnock({ database, now }: Store, knock: Knock): Promise<boolean> {
  const { tenantId, stationId, address, subprotocols } = knock;
  const at = now();
  await database.query('delete from held_stations where tenant_id = $1 and last_seen_at < $2', [
    tenantId,
    new Date(at - forgottenAfterMs),
  ]);
  const rows = await database.query(
    `insert into held_stations as held
     select $1, $2, $3, $4, $5, $5, 1 from tenants
     where tenant_id = $1 and unknown_stations = 'hold'
       and not exists (select from stations where tenant_id = $1 and station_id = $2)
       and (exists (select from held_stations where tenant_id = $1 and station_id = $2)
         or (select count(*) from held_stations where tenant_id = $1) < $6)
     on conflict (tenant_id, station_id) do update set address = excluded.address,
       subprotocols = excluded.subprotocols, last_seen_at = excluded.last_seen_at, knocks = held.knocks + 1
     returning station_id`,
    [tenantId, stationId, address, subprotocols, new Date(at), heldMax],
  );
  return rows.length > 0;
}

/** Those that nobody registered meanwhile, in the order of their ids; one more than the limit where there is one. */
export function listHeld(database: Database, tenantId: string, after: string, limit: number): Promise<Held[]> {
  return asTenant(database, tenantId, async (client) => {
    const { rows } = await client.query<Held>(
      `select station_id as "stationId", address, subprotocols, first_seen_at as "firstSeenAt",
         last_seen_at as "lastSeenAt", knocks
       from held_stations as held
       where tenant_id = $1 and station_id > $2 and not exists (
         select from stations where stations.tenant_id = held.tenant_id and stations.station_id = held.station_id)
       order by station_id limit $3 + 1`,
      [tenantId, after, limit],
    );
    return rows;
  });
}

/** False where it was not held. */
export function releaseHeld(database: Database, tenantId: string, stationId: string): Promise<boolean> {
  return asTenant(database, tenantId, async (client) => {
    const { rowCount } = await client.query('delete from held_stations where tenant_id = $1 and station_id = $2', [
      tenantId,
      stationId,
    ]);
    return (rowCount ?? 0) > 0;
  });
}

export function isHeld(database: Database, tenantId: string, stationId: string): Promise<boolean> {
  return asTenant(database, tenantId, async (client) => {
    const { rows } = await client.query('select from held_stations where tenant_id = $1 and station_id = $2', [
      tenantId,
      stationId,
    ]);
    return rows.length > 0;
  });
}
