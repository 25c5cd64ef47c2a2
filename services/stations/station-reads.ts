// What the API reads of stations: states with their connectors, connections, variables; each under row-level security.
import type { QueryResultRow } from 'pg';
import { asTenant, type Database } from '#kit/postgres';
import type { Details } from './domain/details.ts';

export type StateRow = {
  readonly station_id: string;
  readonly connected: boolean;
  readonly first_epoch: number | null;
  readonly connected_at_ms: number | null;
  readonly gateway_id: string | null;
  readonly subprotocol: string | null;
  readonly security_profile: number | null;
  readonly remote_address: string | null;
  readonly disconnected_at_ms: number | null;
  readonly disconnect_cause: string | null;
  readonly close_code: number | null;
  readonly last_seen_at_ms: number;
  readonly booted_at_ms: number | null;
  readonly boot_status: string | null;
  readonly boot_reason: string | null;
  readonly boot_interval_seconds: number | null;
  readonly vendor: string | null;
  readonly model: string | null;
  readonly serial_number: string | null;
  readonly box_serial_number: string | null;
  readonly firmware_version: string | null;
  readonly iccid: string | null;
  readonly imsi: string | null;
  readonly meter_type: string | null;
  readonly meter_serial_number: string | null;
  readonly connectors: readonly ConnectorRow[];
  readonly clock_samples: readonly number[];
  /** Those that its state shows; a subject of which nobody told is absent. */
  readonly details: Partial<Pick<Details, 'availability' | 'localList' | 'reservations'>>;
};

export type ConnectorRow = {
  readonly evse_id: number;
  readonly connector_id: number;
  readonly status: string;
  readonly status_at_ms: number;
  readonly error_code: string | null;
  readonly info: string | null;
  readonly vendor_id: string | null;
  readonly vendor_error_code: string | null;
};

export type ConnectionRow = {
  readonly connection_epoch: number;
  readonly connected_at_ms: number;
  readonly gateway_id: string;
  readonly subprotocol: string;
  readonly security_profile: number;
  readonly remote_address: string | null;
  readonly ended_at_ms: number | null;
  readonly end_cause: string | null;
  readonly close_code: number | null;
};

export type VariableRow = {
  readonly component: string;
  readonly component_instance: string;
  readonly evse_id: number;
  readonly connector_id: number;
  readonly variable: string;
  readonly variable_instance: string;
  readonly attribute: string;
  readonly value: string | null;
  readonly mutability: string | null;
  readonly persistent: boolean | null;
  readonly constant: boolean | null;
  readonly data_type: string | null;
  readonly unit: string | null;
  readonly min_limit: string | null;
  readonly max_limit: string | null;
  readonly values_list: string | null;
  readonly supports_monitoring: boolean | null;
  readonly reported_at_ms: number;
};

const withConnectors = `
  select station.*, coalesce((
    select json_agg(connector order by evse_id, connector_id) from connectors as connector
    where connector.tenant_id = station.tenant_id and connector.station_id = station.station_id), '[]') as connectors,
  coalesce((
    select json_object_agg(subject, document) from station_details as detail
    where detail.tenant_id = station.tenant_id and detail.station_id = station.station_id
      and subject in ('availability', 'localList', 'reservations')), '{}') as details
  from stations as station`;

export type StateFilter = {
  readonly connected?: boolean;
  readonly status?: string;
  readonly vendor?: string;
  readonly model?: string;
};

/** States in the order of station ids, one more than the limit where there is one. */
export function listStates(
  database: Database,
  tenantId: string,
  filter: StateFilter,
  page: { readonly after: string; readonly limit: number },
): Promise<StateRow[]> {
  const { connected = null, status = null, vendor = null, model = null } = filter;
  return read<StateRow>(
    database,
    tenantId,
    `${withConnectors} where tenant_id = $1 and station_id > $2
       and ($3::boolean is null or connected = $3)
       and ($4::text is null or exists (select from connectors as c
         where c.tenant_id = station.tenant_id and c.station_id = station.station_id and c.status = $4))
       and ($5::text is null or vendor = $5) and ($6::text is null or model = $6)
     order by station_id limit $7 + 1`,
    [tenantId, page.after, connected, status, vendor, model, page.limit],
  );
}

export async function readState(
  database: Database,
  tenantId: string,
  stationId: string,
): Promise<StateRow | undefined> {
  const where = `${withConnectors} where tenant_id = $1 and station_id = $2`;
  const [row] = await read<StateRow>(database, tenantId, where, [tenantId, stationId]);
  return row;
}

/** Connections of a station, the newest first, one more than the limit where there is one. */
export function listConnections(
  database: Database,
  tenantId: string,
  stationId: string,
  page: { readonly before: number | null; readonly limit: number; readonly endCause: string | null },
): Promise<ConnectionRow[]> {
  return read<ConnectionRow>(
    database,
    tenantId,
    `select * from connections where tenant_id = $1 and station_id = $2
       and ($3::bigint is null or connection_epoch < $3) and ($4::text is null or end_cause = $4)
     order by connection_epoch desc limit $5 + 1`,
    [tenantId, stationId, page.before, page.endCause, page.limit],
  );
}

export type VariableFilter = {
  readonly component?: string;
  readonly variable?: string;
  readonly evseId?: number;
  readonly attribute?: string;
};

/** The columns that name a variable of a station, in the order of the list. */
export function variableNameOf(row: VariableRow): (string | number)[] {
  const { component, component_instance, evse_id, connector_id, variable, variable_instance, attribute } = row;
  return [component, component_instance, evse_id, connector_id, variable, variable_instance, attribute];
}

/** Variables of a station by name, one more than the limit where there is one. */
export function listVariables(
  database: Database,
  station: { readonly tenantId: string; readonly stationId: string },
  filter: VariableFilter,
  page: { readonly after: readonly (string | number)[] | null; readonly limit: number },
): Promise<VariableRow[]> {
  const { component = null, variable = null, evseId = null, attribute = null } = filter;
  return read<VariableRow>(
    database,
    station.tenantId,
    `select * from variables where tenant_id = $1 and station_id = $2
       and ($3::text is null or component = $3) and ($4::text is null or variable = $4)
       and ($5::int is null or evse_id = $5) and ($6::text is null or attribute = $6)
       and ($7::boolean or (component, component_instance, evse_id, connector_id, variable, variable_instance, attribute)
         > ($8::text, $9::text, $10::int, $11::int, $12::text, $13::text, $14::text))
     order by component, component_instance, evse_id, connector_id, variable, variable_instance, attribute
     limit $15 + 1`,
    [
      station.tenantId,
      station.stationId,
      component,
      variable,
      evseId,
      attribute,
      page.after === null,
      ...(page.after ?? ['', '', 0, 0, '', '', '']),
      page.limit,
    ],
  );
}

async function read<Row extends QueryResultRow>(
  database: Database,
  tenantId: string,
  statement: string,
  values: unknown[],
): Promise<Row[]> {
  const run = async (client: { query: Database['pool']['query'] }): Promise<Row[]> =>
    (await client.query<Row>(statement, values)).rows;
  return asTenant(database, tenantId, run, { schema: 'stations' });
}
