// A station's live state, connections and variables as operators see them, from their rows.
import type { Static } from 'typebox';
import { clockOffsetOf } from '../domain/clock-offset.ts';
import { activeOf } from '../domain/reservations.ts';
import type { ConnectionRow, ConnectorRow, StateRow, VariableRow } from '../station-reads.ts';
import { availabilityView } from './detail-views.ts';
import { isoOf } from './page.ts';
import type { connection, stationState, variable } from './station-schemas.ts';

export function stateOf(row: StateRow): Static<typeof stationState> {
  return {
    stationId: row.station_id,
    connected: row.connected,
    connection: lastConnectionOf(row),
    lastSeenAt: row.last_seen_at_ms === 0 ? null : isoOf(row.last_seen_at_ms),
    boot: bootOf(row),
    connectors: row.connectors.map(connectorOf),
    availability: (row.details.availability ?? []).map(availabilityView),
    localListVersion: row.details.localList?.version ?? null,
    clockOffsetMs: clockOffsetOf(row.clock_samples),
    activeReservations: activeOf(row.details.reservations ?? null).length,
  };
}

/** Of a station that is registered and never came. */
export function stateOfUnseen(stationId: string): Static<typeof stationState> {
  const nothing = { connected: false, connection: null, lastSeenAt: null, boot: null, connectors: [] };
  return {
    stationId,
    ...nothing,
    availability: [],
    localListVersion: null,
    clockOffsetMs: null,
    activeReservations: 0,
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

export function connectionOf(row: ConnectionRow): Static<typeof connection> {
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

export function variableOf(row: VariableRow): Static<typeof variable> {
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
