// /v1/station-states and /v1/stations/{id}/…: what stations report, live.
import type { Static } from 'typebox';
import { problem, type HttpApi } from '#kit/http';
import type { Database } from '#kit/postgres';
import {
  listConnections,
  listStates,
  listVariables,
  readState,
  variableNameOf,
  type ConnectionRow,
  type ConnectorRow,
  type StateRow,
  type VariableRow,
} from '../station-reads.ts';
import { beginOf, isoOf, limitOf, pageOfRows, refuseCursor } from './page.ts';
import { pageOf, problems } from '#kit/http-schemas';
import { stationParams } from './schemas.ts';
import {
  connection,
  connectionFilters,
  stateFilters,
  stationState,
  variable,
  variableFilters,
} from './station-schemas.ts';

const tags = ['station states'];

export type StationApiParts = {
  readonly database: Database;
  /** Whether the registry knows the station. */
  isRegistered(tenantId: string, stationId: string): boolean;
};

export function addStationRoutes(api: HttpApi, parts: StationApiParts): void {
  addStates(api, parts);
  addConnections(api, parts);
  addVariables(api, parts);
}

function addStates(api: HttpApi, { database, isRegistered }: StationApiParts): void {
  api.get(
    '/v1/station-states',
    {
      schema: {
        tags,
        summary: 'List the live state of stations that ever connected',
        querystring: stateFilters,
        response: { 200: pageOf(stationState), ...problems },
      },
    },
    async ({ caller, query }, reply) => {
      const begin = beginOf(query, ['']);
      if (begin === undefined) return refuseCursor(reply);
      const page = { after: String(begin?.[0] ?? ''), limit: limitOf(query) };
      const rows = await listStates(database, caller.tenantId, query, page);
      return reply.send(pageOfRows(rows, page.limit, { sortKey: (row) => [row.station_id], present: stateOf }));
    },
  );
  api.get(
    '/v1/stations/:stationId/state',
    {
      schema: {
        tags,
        summary: "Read a station's live state",
        params: stationParams,
        response: { 200: stationState, ...problems },
      },
    },
    async ({ caller: { tenantId }, params: { stationId } }, reply) => {
      const row = await readState(database, tenantId, stationId);
      if (row !== undefined) return reply.send(stateOf(row));
      if (!isRegistered(tenantId, stationId)) return noStation(reply, stationId);
      return reply.send({
        stationId,
        connected: false,
        connection: null,
        lastSeenAt: null,
        boot: null,
        connectors: [],
      });
    },
  );
}

function addConnections(api: HttpApi, { database, isRegistered }: StationApiParts): void {
  api.get(
    '/v1/stations/:stationId/connections',
    {
      schema: {
        tags,
        summary: "List a station's last 100 connections, the newest first",
        params: stationParams,
        querystring: connectionFilters,
        response: { 200: pageOf(connection), ...problems },
      },
    },
    async ({ caller: { tenantId }, params: { stationId }, query }, reply) => {
      const begin = beginOf(query, [0]);
      if (begin === undefined) return refuseCursor(reply);
      const before = begin === null ? null : Number(begin[0]);
      const page = { before, limit: limitOf(query), endCause: query.endCause ?? null };
      const rows = await listConnections(database, tenantId, stationId, page);
      if (rows.length === 0 && !isRegistered(tenantId, stationId)) return noStation(reply, stationId);
      return reply.send(
        pageOfRows(rows, page.limit, { sortKey: (row) => [row.connection_epoch], present: connectionOf }),
      );
    },
  );
}

function addVariables(api: HttpApi, { database, isRegistered }: StationApiParts): void {
  api.get(
    '/v1/stations/:stationId/variables',
    {
      schema: {
        tags,
        summary: "List a station's variables (1.6 configuration keys) as last reported",
        params: stationParams,
        querystring: variableFilters,
        response: { 200: pageOf(variable), ...problems },
      },
    },
    async ({ caller: { tenantId }, params: { stationId }, query }, reply) => {
      const after = beginOf(query, ['', '', 0, 0, '', '', '']);
      if (after === undefined) return refuseCursor(reply);
      const page = { after, limit: limitOf(query) };
      const rows = await listVariables(database, { tenantId, stationId }, query, page);
      if (rows.length === 0 && !isRegistered(tenantId, stationId)) return noStation(reply, stationId);
      return reply.send(pageOfRows(rows, page.limit, { sortKey: variableNameOf, present: variableOf }));
    },
  );
}

function noStation(reply: Parameters<typeof problem>[0], stationId: string) {
  return problem(reply, { status: 404, title: 'No such station', detail: `${stationId} is not registered` });
}

function stateOf(row: StateRow): Static<typeof stationState> {
  return {
    stationId: row.station_id,
    connected: row.connected,
    connection: lastConnectionOf(row),
    lastSeenAt: row.last_seen_at_ms === 0 ? null : isoOf(row.last_seen_at_ms),
    boot: bootOf(row),
    connectors: row.connectors.map(connectorOf),
  };
}

function lastConnectionOf(row: StateRow): Static<typeof connection> | null {
  if (row.first_epoch === null || row.connected_at_ms === null) return null;
  return {
    connectionEpoch: row.first_epoch,
    connectedAt: isoOf(row.connected_at_ms),
    endedAt: isoOf(row.disconnected_at_ms),
    endCause: row.disconnect_cause,
    closeCode: row.close_code,
    gatewayId: row.gateway_id ?? '',
    subprotocol: row.subprotocol ?? '',
    securityProfile: row.security_profile ?? 0,
    remoteAddress: row.remote_address,
  };
}

function bootOf(row: StateRow): Static<typeof stationState>['boot'] {
  if (row.booted_at_ms === null) return null;
  return {
    status: row.boot_status ?? 'Unknown',
    at: isoOf(row.booted_at_ms),
    reason: row.boot_reason,
    vendor: row.vendor ?? '',
    model: row.model ?? '',
    serialNumber: row.serial_number,
    boxSerialNumber: row.box_serial_number,
    firmwareVersion: row.firmware_version,
    iccid: row.iccid,
    imsi: row.imsi,
    meterType: row.meter_type,
    meterSerialNumber: row.meter_serial_number,
    intervalSeconds: row.boot_interval_seconds ?? 0,
  };
}

function connectorOf(row: ConnectorRow): Static<typeof stationState>['connectors'][number] {
  return {
    evseId: row.evse_id,
    connectorId: row.connector_id,
    status: row.status,
    at: isoOf(row.status_at_ms),
    errorCode: row.error_code,
    info: row.info,
    vendorId: row.vendor_id,
    vendorErrorCode: row.vendor_error_code,
  };
}

function connectionOf(row: ConnectionRow): Static<typeof connection> {
  return {
    connectionEpoch: row.connection_epoch,
    connectedAt: isoOf(row.connected_at_ms),
    endedAt: isoOf(row.ended_at_ms),
    endCause: row.end_cause,
    closeCode: row.close_code,
    gatewayId: row.gateway_id,
    subprotocol: row.subprotocol,
    securityProfile: row.security_profile,
    remoteAddress: row.remote_address,
  };
}

function variableOf(row: VariableRow): Static<typeof variable> {
  return {
    component: row.component,
    componentInstance: row.component_instance === '' ? null : row.component_instance,
    evseId: row.evse_id === 0 ? null : row.evse_id,
    connectorId: row.connector_id === 0 ? null : row.connector_id,
    variable: row.variable,
    variableInstance: row.variable_instance === '' ? null : row.variable_instance,
    attribute: row.attribute,
    value: row.value,
    mutability: row.mutability,
    persistent: row.persistent,
    constant: row.constant,
    dataType: row.data_type,
    unit: row.unit,
    minLimit: row.min_limit,
    maxLimit: row.max_limit,
    valuesList: row.values_list,
    supportsMonitoring: row.supports_monitoring,
    reportedAt: isoOf(row.reported_at_ms),
  };
}
