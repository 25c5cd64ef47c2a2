// What the API reads beside live state: documents per subject, and lists of facts; each under row-level security.
import type { QueryResultRow } from 'pg';
import { asTenant, type Database } from '#kit/postgres';
import type { Details, Subject } from './domain/details.ts';

export type StationPlace = { readonly tenantId: string; readonly stationId: string };
/** The row that a page begins after (newest first); null: at the newest. */
export type Before = { readonly before: readonly number[] | null; readonly limit: number };

/** A station's document of a subject; null: nobody told of it. */
export async function readDetail<S extends Subject>(
  database: Database,
  { tenantId, stationId }: StationPlace,
  subject: S,
): Promise<Details[S] | null> {
  const rows = await readRows<{ document: Details[S] }>(
    database,
    tenantId,
    'select document from station_details where tenant_id = $1 and station_id = $2 and subject = $3',
    [tenantId, stationId, subject],
  );
  return rows[0]?.document ?? null;
}

/** Whether the log ever told of the station. */
export async function isHeardOf(database: Database, { tenantId, stationId }: StationPlace): Promise<boolean> {
  const found = 'select 1 from stations where tenant_id = $1 and station_id = $2';
  return (await readRows(database, tenantId, found, [tenantId, stationId])).length > 0;
}

export type BootRow = {
  readonly log_offset: number;
  readonly recorded_at_ms: number;
  readonly status: string;
  readonly reason: string | null;
  readonly vendor: string;
  readonly model: string;
  readonly serial_number: string | null;
  readonly firmware_version: string | null;
};

export function listBoots(database: Database, { tenantId, stationId }: StationPlace, page: Before): Promise<BootRow[]> {
  return readRows<BootRow>(
    database,
    tenantId,
    `select * from boots where tenant_id = $1 and station_id = $2 and ($3::bigint is null or log_offset < $3)
     order by log_offset desc limit $4 + 1`,
    [tenantId, stationId, page.before?.[0] ?? null, page.limit],
  );
}

export type SecurityEventRow = {
  readonly station_id: string;
  readonly log_offset: number;
  readonly occurred_at_ms: number | null;
  readonly recorded_at_ms: number;
  readonly source: string;
  readonly kind: string;
  readonly info: string | null;
};

export type SecurityEventFilter = {
  readonly stationId?: string;
  readonly kind?: string;
  readonly source?: string;
};

/** Of a station or of all, the newest first by the gateway's clock. */
export function listSecurityEvents(
  database: Database,
  tenantId: string,
  filter: SecurityEventFilter,
  page: { readonly before: readonly [number, string, number] | null; readonly limit: number },
): Promise<SecurityEventRow[]> {
  const { stationId = null, kind = null, source = null } = filter;
  return readRows<SecurityEventRow>(
    database,
    tenantId,
    `select * from security_events where tenant_id = $1 and ($2::text is null or station_id = $2)
       and ($3::text is null or kind = $3) and ($4::text is null or source = $4)
       and ($5::bigint is null or (recorded_at_ms, station_id, log_offset) < ($5, $6::text, $7::bigint))
     order by recorded_at_ms desc, station_id desc, log_offset desc limit $8 + 1`,
    [tenantId, stationId, kind, source, ...(page.before ?? [null, null, null]), page.limit],
  );
}

export type DeviceEventRow = {
  readonly log_offset: number;
  readonly number: number;
  readonly recorded_at_ms: number;
  readonly occurred_at_ms: number | null;
  readonly device_event_id: number;
  readonly trigger: string;
  readonly cause: number | null;
  readonly value: string;
  readonly tech_code: string | null;
  readonly tech_info: string | null;
  readonly cleared: boolean | null;
  readonly transaction_id: string | null;
  readonly monitor_id: number | null;
  readonly notification_type: string;
  readonly severity: number | null;
  readonly component: string;
  readonly component_instance: string | null;
  readonly evse_id: number | null;
  readonly connector_id: number | null;
  readonly variable: string;
  readonly variable_instance: string | null;
};

export function listDeviceEvents(
  database: Database,
  { tenantId, stationId }: StationPlace,
  page: Before,
): Promise<DeviceEventRow[]> {
  return readRows<DeviceEventRow>(
    database,
    tenantId,
    `select * from device_events where tenant_id = $1 and station_id = $2
       and ($3::bigint is null or (log_offset, number) < ($3, $4::int))
     order by log_offset desc, number desc limit $5 + 1`,
    [tenantId, stationId, ...(page.before ?? [null, null]), page.limit],
  );
}

export async function readRows<Row extends QueryResultRow>(
  database: Database,
  tenantId: string,
  statement: string,
  values: unknown[],
): Promise<Row[]> {
  const run = async (client: { query: Database['pool']['query'] }): Promise<Row[]> =>
    (await client.query<Row>(statement, values)).rows;
  return asTenant(database, tenantId, run, { schema: 'stations' });
}
