// The stations with a reservation that is over by the clock, or in doubt since a boot, as the live tables say.
import type { Database } from '#kit/postgres';
import type { Reservations } from './domain/reservations.ts';

export type DueStation = {
  readonly tenantId: string;
  readonly stationId: string;
  readonly subprotocol: string | null;
  readonly reservations: Reservations;
  readonly dueAtMs: number;
};

/** The next ones in the order of their time; the first ones where after is undefined. */
export function pageOfDue(
  database: Database,
  nowMs: number,
  after: DueStation | undefined,
  limit: number,
): Promise<DueStation[]> {
  return database.query<DueStation>(
    `select due.tenant_id as "tenantId", due.station_id as "stationId", subprotocol, document as reservations,
       due_at_ms as "dueAtMs"
     from stations.station_details as due join stations.stations using (tenant_id, station_id)
     where due_at_ms <= $1 and (due_at_ms, due.tenant_id, due.station_id) > ($2, $3, $4)
     order by due_at_ms, due.tenant_id, due.station_id limit $5`,
    [nowMs, after?.dueAtMs ?? -1, after?.tenantId ?? '', after?.stationId ?? '', limit],
  );
}

export type DoubtfulStation = {
  readonly tenantId: string;
  readonly stationId: string;
  readonly reservations: Reservations;
};

/** The next ones by name; the first ones where after is undefined. */
export function pageOfDoubtful(
  database: Database,
  after: DoubtfulStation | undefined,
  limit: number,
): Promise<DoubtfulStation[]> {
  return database.query<DoubtfulStation>(
    `select tenant_id as "tenantId", station_id as "stationId", document as reservations
     from stations.station_details
     where uncertain_since_ms is not null and (tenant_id, station_id) > ($1, $2)
     order by tenant_id, station_id limit $3`,
    [after?.tenantId ?? '', after?.stationId ?? '', limit],
  );
}
