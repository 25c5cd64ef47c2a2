// How far each onboarding has come, in Postgres; and the stations that wait for one.
import type { Database } from '#kit/postgres';
import type { ActualVariable } from '../domain/configuration-drift.ts';
import type { Onboarding } from '../domain/onboarding.ts';
import type { Device } from './wanted.ts';

export type StationName = { readonly tenantId: string; readonly stationId: string };

/** A connected station whose last boot was answered Pending. */
export type PendingStation = StationName &
  Device & { readonly bootedAtMs: number; readonly subprotocol: string | null };

const schema = 'stations_own';

/** In the order of their keys, after the one given. */
export function pagePending(
  database: Database,
  after: StationName | undefined,
  limit: number,
): Promise<PendingStation[]> {
  return database.query<PendingStation>(
    `select tenant_id as "tenantId", station_id as "stationId", booted_at_ms as "bootedAtMs", subprotocol, vendor, model,
       firmware_version as "firmwareVersion"
     from stations.stations
     where connected and boot_status = 'Pending' and (tenant_id, station_id) > ($1, $2)
     order by tenant_id, station_id limit $3`,
    [after?.tenantId ?? '', after?.stationId ?? '', limit],
  );
}

export async function readOnboarding(
  database: Database,
  { tenantId, stationId }: StationName,
): Promise<Onboarding | undefined> {
  const [row] = await database.query<Onboarding>(
    `select started_at_ms as "startedAtMs", configuration_hash as hash, phase, step, since_ms as "sinceMs", reboot,
       read_at_ms as "readAtMs", boots, detail
     from ${schema}.onboardings where tenant_id = $1 and station_id = $2`,
    [tenantId, stationId],
  );
  return row;
}

export async function saveOnboarding(
  database: Database,
  { tenantId, stationId }: StationName,
  { startedAtMs, hash, phase, step, sinceMs, reboot, readAtMs, boots, detail }: Onboarding,
): Promise<void> {
  await database.query(
    `insert into ${schema}.onboardings values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     on conflict (tenant_id, station_id) do update set started_at_ms = excluded.started_at_ms,
       configuration_hash = excluded.configuration_hash, phase = excluded.phase, step = excluded.step,
       since_ms = excluded.since_ms, reboot = excluded.reboot, read_at_ms = excluded.read_at_ms,
       boots = excluded.boots, detail = excluded.detail`,
    [tenantId, stationId, startedAtMs, hash, phase, step, sinceMs, reboot, readAtMs, boots, detail],
  );
}

/** An operator took back what was accepted: when it is let in again, it is asked to boot as if it had never been. */
export async function forgetAccepted(database: Database, { tenantId, stationId }: StationName): Promise<void> {
  await database.query(
    `delete from ${schema}.onboardings where tenant_id = $1 and station_id = $2 and phase = 'accepted'`,
    [tenantId, stationId],
  );
}

/** The actual values of all variables of these stations that have these names; more than is wanted, never less. */
export async function actualVariables(
  database: Database,
  tenantId: string,
  stationIds: readonly string[],
  names: readonly string[],
): Promise<Map<string, ActualVariable[]>> {
  const rows = await database.query<ActualVariable & { stationId: string }>(
    `select station_id as "stationId", component, component_instance as "componentInstance", evse_id as "evseId",
       connector_id as "connectorId", variable, variable_instance as "variableInstance", value, data_type as "dataType",
       reported_at_ms as "reportedAtMs"
     from stations.variables
     where tenant_id = $1 and station_id = any($2) and attribute = 'Actual' and lower(variable) = any($3)`,
    [tenantId, stationIds, [...new Set(names.map((name) => name.toLowerCase()))]],
  );
  const byStation = new Map<string, ActualVariable[]>();
  for (const { stationId, ...variable } of rows) {
    const known = byStation.get(stationId);
    if (known === undefined) byStation.set(stationId, [variable]);
    else known.push(variable);
  }
  return byStation;
}
