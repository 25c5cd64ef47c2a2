// Facts that stations tell one by one, as operators see them, from their rows.
import type { Static } from 'typebox';
import type { BootRow, DeviceEventRow, SecurityEventRow } from '../detail-reads.ts';
import type { QuirkRow } from '../quirk-reads.ts';
import type { bootEntry, deviceEvent, quirk, securityEvent } from './logged-schemas.ts';
import { isoOf } from './page.ts';

export function bootView(row: BootRow): Static<typeof bootEntry> {
  return {
    at: isoOf(row.recorded_at_ms),
    status: row.status,
    reason: row.reason,
    vendor: row.vendor,
    model: row.model,
    serialNumber: row.serial_number,
    firmwareVersion: row.firmware_version,
  };
}

export function securityEventView(row: SecurityEventRow): Static<typeof securityEvent> {
  return {
    stationId: row.station_id,
    kind: row.kind,
    info: row.info,
    source: row.source,
    occurredAt: isoOf(row.occurred_at_ms),
    recordedAt: isoOf(row.recorded_at_ms),
  };
}

export function deviceEventView(row: DeviceEventRow): Static<typeof deviceEvent> {
  return {
    eventId: row.device_event_id,
    occurredAt: isoOf(row.occurred_at_ms),
    recordedAt: isoOf(row.recorded_at_ms),
    trigger: row.trigger,
    cause: row.cause,
    value: row.value,
    techCode: row.tech_code,
    techInfo: row.tech_info,
    cleared: row.cleared,
    transactionId: row.transaction_id,
    monitorId: row.monitor_id,
    notificationType: row.notification_type,
    severity: row.severity,
    component: row.component,
    componentInstance: row.component_instance,
    evseId: row.evse_id,
    connectorId: row.connector_id,
    variable: row.variable,
    variableInstance: row.variable_instance,
  };
}

export function quirkView(row: QuirkRow): Static<typeof quirk> {
  return {
    vendor: row.vendor,
    model: row.model,
    firmwareVersion: row.firmware_version,
    action: row.action,
    quirk: row.quirk,
    count: row.count,
    stations: row.stations,
    firstAt: isoOf(row.first_at_ms),
    lastAt: isoOf(row.last_at_ms),
    lastStationId: row.last_station_id,
    lastFrame: row.last_frame,
  };
}
