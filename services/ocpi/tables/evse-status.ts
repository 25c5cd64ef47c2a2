// Reads and writes the tables of the projection ocpi_evse_status.
import type { PoolClient } from 'pg';
import { stationKey } from '#contracts/keys';
import { splitKeys, upsert, writeRows } from '#kit/projection/table-rows';
import type { ConnectorState, EvseState, EvseStatus, StationStatus } from '../domain/evse-status-fold.ts';

type StationRow = {
  tenant_id: string;
  station_id: string;
  connected: boolean;
  first_epoch: number;
  last_epoch: number;
  opened_by: string;
  applied_epoch: number;
  applied_seq: number;
  connectors: readonly ConnectorState[];
};

type EvseRow = {
  tenant_id: string;
  station_id: string;
  evse_id: number;
  status: EvseStatus;
  last_updated_ms: number;
};

const named = '(tenant_id, station_id) in (select * from unnest($1::text[], $2::text[]))';

const upsertStations = upsert(
  'stations',
  ['tenant_id text', 'station_id text'],
  [
    'connected boolean',
    'first_epoch bigint',
    'last_epoch bigint',
    'opened_by text',
    'applied_epoch bigint',
    'applied_seq int',
    'connectors json',
  ],
);
const upsertEvses = upsert(
  'evses',
  ['tenant_id text', 'station_id text', 'evse_id int'],
  ['status text', 'last_updated_ms bigint'],
);

export async function loadStatuses(client: PoolClient, keys: readonly string[]): Promise<Map<string, StationStatus>> {
  const parameters = splitKeys(keys);
  const stations = await client.query<StationRow>(`select * from stations where ${named}`, parameters);
  const evses = await client.query<EvseRow>(`select * from evses where ${named} order by evse_id`, parameters);
  const byStation = new Map<string, EvseState[]>();
  for (const row of evses.rows) {
    const key = stationKey(row.tenant_id, row.station_id);
    const evse = { evseId: row.evse_id, status: row.status, lastUpdatedAt: row.last_updated_ms };
    byStation.set(key, [...(byStation.get(key) ?? []), evse]);
  }
  return new Map(
    stations.rows.map((row) => {
      const key = stationKey(row.tenant_id, row.station_id);
      return [key, statusOf(row, byStation.get(key) ?? [])];
    }),
  );
}

export async function saveStatuses(client: PoolClient, changed: ReadonlyMap<string, StationStatus>): Promise<void> {
  const stations = [...changed.values()];
  await writeRows(client, upsertStations, stations.map(stationRow));
  await writeRows(client, upsertEvses, stations.flatMap(evseRows));
}

function statusOf(row: StationRow, evses: readonly EvseState[]): StationStatus {
  return {
    tenantId: row.tenant_id,
    stationId: row.station_id,
    connected: row.connected,
    firstEpoch: row.first_epoch,
    lastEpoch: row.last_epoch,
    openedBy: row.opened_by,
    appliedEpoch: row.applied_epoch,
    appliedSeq: row.applied_seq,
    connectors: row.connectors,
    evses,
  };
}

function stationRow(status: StationStatus): StationRow {
  return {
    tenant_id: status.tenantId,
    station_id: status.stationId,
    connected: status.connected,
    first_epoch: status.firstEpoch,
    last_epoch: status.lastEpoch,
    opened_by: status.openedBy,
    applied_epoch: status.appliedEpoch,
    applied_seq: status.appliedSeq,
    connectors: status.connectors,
  };
}

function evseRows({ tenantId: tenant_id, stationId: station_id, evses }: StationStatus): EvseRow[] {
  return evses.map(({ evseId: evse_id, status, lastUpdatedAt: last_updated_ms }) => ({
    tenant_id,
    station_id,
    evse_id,
    status,
    last_updated_ms,
  }));
}
