// Reads and writes the table of the projection alerts_stations.
import type { PoolClient } from 'pg';
import { stationKey } from '#contracts/keys';
import { splitKeys, upsert, writeRows } from '#kit/projection/table-rows';
import type { Watch } from '../domain/watch.ts';

export type WatchRow = {
  tenant_id: string;
  station_id: string;
  partition_no: number;
  last_offset: number;
  connected: boolean;
  connectivity_since: number;
  connectivity_offset: number;
  first_seen_at: number;
  first_epoch: number;
  last_epoch: number;
  opened_by: string;
  applied_epoch: number;
  applied_seq: number;
  vendor: string | null;
  model: string | null;
  connectors: Watch['connectors'];
  transactions: Watch['transactions'];
  starts: Watch['starts'];
  certificates: Watch['certificates'];
  outages: Watch['outages'];
  has_outages: boolean;
};

const selectStations =
  'select * from stations where (tenant_id, station_id) in (select * from unnest($1::text[], $2::text[]))';
const upsertStations = upsert(
  'stations',
  ['tenant_id text', 'station_id text'],
  [
    'partition_no int',
    'last_offset bigint',
    'connected boolean',
    'connectivity_since bigint',
    'connectivity_offset bigint',
    'first_seen_at bigint',
    'first_epoch bigint',
    'last_epoch bigint',
    'opened_by text',
    'applied_epoch bigint',
    'applied_seq int',
    'vendor text',
    'model text',
    'connectors json',
    'transactions json',
    'starts json',
    'certificates json',
    'outages json',
    'has_outages boolean',
  ],
);

export async function loadWatches(client: PoolClient, keys: readonly string[]): Promise<Map<string, Watch>> {
  const { rows } = await client.query<WatchRow>(selectStations, splitKeys(keys));
  return new Map(rows.map((row) => [stationKey(row.tenant_id, row.station_id), watchOf(row)]));
}

export async function saveWatches(client: PoolClient, changed: ReadonlyMap<string, Watch>): Promise<void> {
  await writeRows(client, upsertStations, [...changed.values()].map(rowOf));
}

export function watchOf(row: WatchRow): Watch {
  return {
    tenantId: row.tenant_id,
    stationId: row.station_id,
    partition: row.partition_no,
    lastOffset: row.last_offset,
    connected: row.connected,
    connectivitySince: row.connectivity_since,
    connectivityOffset: row.connectivity_offset,
    firstSeenAt: row.first_seen_at,
    firstEpoch: row.first_epoch,
    lastEpoch: row.last_epoch,
    openedBy: row.opened_by,
    appliedEpoch: row.applied_epoch,
    appliedSeq: row.applied_seq,
    vendor: row.vendor,
    model: row.model,
    connectors: row.connectors,
    transactions: row.transactions,
    starts: row.starts,
    certificates: row.certificates,
    outages: row.outages,
  };
}

function rowOf(watch: Watch): WatchRow {
  return {
    tenant_id: watch.tenantId,
    station_id: watch.stationId,
    partition_no: watch.partition,
    last_offset: watch.lastOffset,
    connected: watch.connected,
    connectivity_since: watch.connectivitySince,
    connectivity_offset: watch.connectivityOffset,
    first_seen_at: watch.firstSeenAt,
    first_epoch: watch.firstEpoch,
    last_epoch: watch.lastEpoch,
    opened_by: watch.openedBy,
    applied_epoch: watch.appliedEpoch,
    applied_seq: watch.appliedSeq,
    vendor: watch.vendor,
    model: watch.model,
    connectors: watch.connectors,
    transactions: watch.transactions,
    starts: watch.starts,
    certificates: watch.certificates,
    outages: watch.outages,
    has_outages: watch.outages.length > 0,
  };
}
