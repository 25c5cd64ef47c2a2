// Reads and writes the tables of the stations projection.
import type { PoolClient } from 'pg';
import { stationKey } from '#contracts/keys';
import { splitKeys, writeRows } from '#kit/projection/table-rows';
import { loadDetails, saveDetails } from './detail-tables.ts';
import { noDetails, type Details } from './domain/details.ts';
import {
  connectionsKeptMax,
  lastConnectionOf,
  type Boot,
  type Connection,
  type ConnectionEnd,
  type Connectivity,
  type Station,
} from './domain/station.ts';
import { saveLogged } from './logged-tables.ts';
import { connectorRows, openedRows, closedRows, variableStages } from './news-rows.ts';
import {
  closeConnections,
  deleteVariables,
  insertConnections,
  pruneConnections,
  selectStations,
  upsertConnectors,
  upsertStations,
  upsertVariables,
} from './station-statements.ts';

type StationRow = {
  tenant_id: string;
  station_id: string;
  connected: boolean;
  first_epoch: number | null;
  last_epoch: number | null;
  opened_by: string | null;
  connected_at_ms: number | null;
  gateway_id: string | null;
  subprotocol: string | null;
  security_profile: number | null;
  remote_address: string | null;
  disconnected_at_ms: number | null;
  disconnect_cause: string | null;
  close_code: number | null;
  applied_epoch: number;
  applied_seq: number;
  last_seen_at_ms: number;
  clock_samples: readonly number[];
  booted_at_ms: number | null;
  boot_status: Boot['status'] | null;
  boot_reason: string | null;
  boot_interval_seconds: number | null;
  vendor: string | null;
  model: string | null;
  serial_number: string | null;
  box_serial_number: string | null;
  firmware_version: string | null;
  iccid: string | null;
  imsi: string | null;
  meter_type: string | null;
  meter_serial_number: string | null;
};

/** States by `tenant/station`; with its documents; what a station has in other tables is not read. */
export async function loadStations(client: PoolClient, keys: readonly string[]): Promise<Map<string, Station>> {
  const { rows } = await client.query<StationRow>(selectStations, splitKeys(keys));
  if (rows.length === 0) return new Map();
  const details = await loadDetails(client, keys);
  return new Map(
    rows.map((row) => {
      const key = stationKey(row.tenant_id, row.station_id);
      return [key, stationOf(row, details.get(key) ?? noDetails)];
    }),
  );
}

/** Writes states and their news, once per batch: quirks are counted. */
export async function saveStations(client: PoolClient, changed: ReadonlyMap<string, Station>): Promise<void> {
  const stations = [...changed.values()];
  const told = stations.flatMap((station) => station.news.map((news) => ({ station, news })));
  const opened = openedRows(told);
  await writeRows(client, upsertStations, stations.map(rowOf));
  // A connection opens before it ends, so both may come in one batch; then only the latest of a station are kept.
  await writeRows(client, insertConnections, opened);
  await writeRows(client, closeConnections, closedRows(told));
  if (opened.length > 0) {
    const keys = [...new Set(opened.map((row) => stationKey(row.tenant_id, row.station_id)))];
    await client.query(pruneConnections, [...splitKeys(keys), connectionsKeptMax]);
  }
  await writeRows(client, upsertConnectors, connectorRows(told));
  for (const { rows, gone } of variableStages(told)) {
    await writeRows(client, upsertVariables, rows);
    await writeRows(client, deleteVariables, gone);
  }
  await saveDetails(client, stations);
  await saveLogged(client, told);
}

function stationOf(row: StationRow, details: Details): Station {
  return {
    tenantId: row.tenant_id,
    stationId: row.station_id,
    connectivity: connectivityOf(row),
    appliedEpoch: row.applied_epoch,
    appliedSeq: row.applied_seq,
    boot: bootOf(row),
    lastSeenAt: row.last_seen_at_ms,
    clockSamples: row.clock_samples,
    details,
    touched: [],
    news: [],
  };
}

function connectivityOf(row: StationRow): Connectivity {
  if (row.first_epoch === null) return { phase: 'never' };
  const connection = {
    firstEpoch: row.first_epoch,
    lastEpoch: row.last_epoch ?? row.first_epoch,
    openedBy: row.opened_by ?? '',
    connectedAt: row.connected_at_ms ?? 0,
    gatewayId: row.gateway_id ?? '',
    subprotocol: row.subprotocol ?? '',
    securityProfile: row.security_profile ?? 0,
    remoteAddress: row.remote_address,
  };
  if (row.connected) return { phase: 'connected', connection };
  const end = { at: row.disconnected_at_ms ?? 0, cause: row.disconnect_cause ?? '', closeCode: row.close_code };
  return { phase: 'disconnected', connection, end };
}

function bootOf(row: StationRow): Boot | null {
  if (row.booted_at_ms === null) return null;
  return {
    status: row.boot_status ?? 'Unknown',
    at: row.booted_at_ms,
    reason: row.boot_reason,
    intervalSeconds: row.boot_interval_seconds ?? 0,
    vendor: row.vendor ?? '',
    model: row.model ?? '',
    serialNumber: row.serial_number,
    boxSerialNumber: row.box_serial_number,
    firmwareVersion: row.firmware_version,
    iccid: row.iccid,
    imsi: row.imsi,
    meterType: row.meter_type,
    meterSerialNumber: row.meter_serial_number,
  };
}

/** Columns that are left out become null. */
function rowOf(station: Station): Partial<StationRow> {
  const connection = lastConnectionOf(station);
  const { connectivity } = station;
  return {
    tenant_id: station.tenantId,
    station_id: station.stationId,
    connected: connectivity.phase === 'connected',
    ...(connection === undefined ? {} : connectionColumns(connection)),
    ...(connectivity.phase === 'disconnected' ? endColumns(connectivity.end) : {}),
    applied_epoch: station.appliedEpoch,
    applied_seq: station.appliedSeq,
    last_seen_at_ms: station.lastSeenAt,
    clock_samples: station.clockSamples,
    ...(station.boot === null ? {} : bootColumns(station.boot)),
  };
}

function connectionColumns(connection: Connection) {
  return {
    first_epoch: connection.firstEpoch,
    last_epoch: connection.lastEpoch,
    opened_by: connection.openedBy,
    connected_at_ms: connection.connectedAt,
    gateway_id: connection.gatewayId,
    subprotocol: connection.subprotocol,
    security_profile: connection.securityProfile,
    remote_address: connection.remoteAddress,
  };
}

function endColumns({ at, cause, closeCode }: ConnectionEnd) {
  return { disconnected_at_ms: at, disconnect_cause: cause, close_code: closeCode };
}

function bootColumns(boot: Boot) {
  return {
    booted_at_ms: boot.at,
    boot_status: boot.status,
    boot_reason: boot.reason,
    boot_interval_seconds: boot.intervalSeconds,
    vendor: boot.vendor,
    model: boot.model,
    serial_number: boot.serialNumber,
    box_serial_number: boot.boxSerialNumber,
    firmware_version: boot.firmwareVersion,
    iccid: boot.iccid,
    imsi: boot.imsi,
    meter_type: boot.meterType,
    meter_serial_number: boot.meterSerialNumber,
  };
}
