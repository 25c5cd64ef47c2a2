// Writes what the stations projection keeps as lists, the newest of each station: boots, security events, device events, signing requests; and counts quirks.
import type { PoolClient } from 'pg';
import { stationKey } from '#contracts/keys';
import { splitKeys, writeRows } from '#kit/projection/table-rows';
import { keptMax } from './domain/station.ts';
import {
  addQuirks,
  pruneBoots,
  pruneDeviceEvents,
  pruneSecurityEvents,
  pruneSigningRequests,
  upsertBoots,
  upsertDeviceEvents,
  upsertSecurityEvents,
  upsertSigningRequests,
} from './logged-statements.ts';
import type { Told } from './news-rows.ts';
import { quirkRows } from './quirk-rows.ts';

type Owned = { readonly tenant_id: string; readonly station_id: string };
type List = { readonly rows: readonly Owned[]; readonly upsert: string; readonly prune: string; readonly kept: number };

export async function saveLogged(client: PoolClient, told: readonly Told[]): Promise<void> {
  const lists: List[] = [
    { rows: bootRows(told), upsert: upsertBoots, prune: pruneBoots, kept: keptMax.booted },
    {
      rows: securityRows(told),
      upsert: upsertSecurityEvents,
      prune: pruneSecurityEvents,
      kept: keptMax.security,
    },
    { rows: deviceRows(told), upsert: upsertDeviceEvents, prune: pruneDeviceEvents, kept: keptMax.device },
    {
      rows: signingRows(told),
      upsert: upsertSigningRequests,
      prune: pruneSigningRequests,
      kept: keptMax.signing,
    },
  ];
  for (const { rows, upsert, prune, kept } of lists) {
    if (rows.length === 0) continue;
    await writeRows(client, upsert, rows);
    const keys = [...new Set(rows.map((row) => stationKey(row.tenant_id, row.station_id)))];
    await client.query(prune, [...splitKeys(keys), kept]);
  }
  await writeRows(client, addQuirks, quirkRows(told));
}

function bootRows(told: readonly Told[]): Owned[] {
  const rows = told.flatMap(({ station, news }) => {
    if (news.kind !== 'booted') return [];
    const { status, reason, vendor, model, serialNumber, firmwareVersion } = news.boot;
    const identity = { vendor, model, serial_number: serialNumber, firmware_version: firmwareVersion };
    const { eventId: event_id, offset: log_offset, recordedAt: recorded_at_ms } = news;
    return [{ ...ownerOf(station), event_id, log_offset, recorded_at_ms, status, reason, ...identity }];
  });
  return lastOfEach(rows, (row) => row.event_id);
}

function securityRows(told: readonly Told[]): Owned[] {
  const rows = told.flatMap(({ station, news }) => {
    if (news.kind !== 'security') return [];
    const { eventId: event_id, offset: log_offset, occurredAt, recordedAt, source, name: kind, info } = news;
    const times = { occurred_at_ms: occurredAt, recorded_at_ms: recordedAt };
    return [{ ...ownerOf(station), event_id, log_offset, ...times, source, kind, info }];
  });
  return lastOfEach(rows, (row) => row.event_id);
}

function deviceRows(told: readonly Told[]): Owned[] {
  const rows = told.flatMap(({ station, news }) => {
    if (news.kind !== 'device') return [];
    const { eventId: event_id, offset: log_offset, recordedAt: recorded_at_ms } = news;
    return news.events.map((event, number) => ({
      ...ownerOf(station),
      event_id,
      number,
      log_offset,
      recorded_at_ms,
      occurred_at_ms: event.occurredAt,
      device_event_id: event.eventId,
      trigger: event.trigger,
      cause: event.cause,
      value: event.value,
      tech_code: event.techCode,
      tech_info: event.techInfo,
      cleared: event.cleared,
      transaction_id: event.transactionId,
      monitor_id: event.monitorId,
      notification_type: event.notificationType,
      severity: event.severity,
      component: event.component,
      component_instance: event.componentInstance,
      evse_id: event.evseId,
      connector_id: event.connectorId,
      variable: event.variable,
      variable_instance: event.variableInstance,
    }));
  });
  return lastOfEach(rows, (row) => `${row.number} ${row.event_id}`);
}

function signingRows(told: readonly Told[]): Owned[] {
  const rows = told.flatMap(({ station, news }) => {
    if (news.kind !== 'signing') return [];
    const { eventId: event_id, offset: log_offset, recordedAt: recorded_at_ms, csrPem, certificateType } = news;
    const { requestId: request_id, combined } = news;
    const asked = { csr_pem: csrPem, certificate_type: certificateType, request_id, combined };
    return [{ ...ownerOf(station), event_id, log_offset, recorded_at_ms, ...asked }];
  });
  return lastOfEach(rows, (row) => row.event_id);
}

/** An upsert may meet a row once only; the later copy of an event takes the place of the earlier, as it would in the table. */
function lastOfEach<Row extends Owned>(rows: readonly Row[], keyOf: (row: Row) => string): Row[] {
  return [...new Map(rows.map((row) => [`${stationKey(row.tenant_id, row.station_id)} ${keyOf(row)}`, row])).values()];
}

function ownerOf({ tenantId, stationId }: { readonly tenantId: string; readonly stationId: string }): Owned {
  return { tenant_id: tenantId, station_id: stationId };
}
