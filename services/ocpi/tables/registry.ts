// Reads and writes the tables of the projection ocpi_registry. Its keys are `tenant/kind/id`.
import type { PoolClient } from 'pg';
import { insertOnce, upsert, writeRows } from '#kit/projection/table-rows';
import type { Placement } from '../domain/placements.ts';
import type { ObjectEntry, ObjectKind, RegistryEntry, TokenEntry } from '../domain/registry-fold.ts';

type ObjectRow = {
  tenant_id: string;
  kind: ObjectKind;
  id: string;
  row_version: number;
  created_at_ms: number;
  created_offset: number;
  last_updated_ms: number;
  deleted: boolean;
  value: object;
};

export type PlacementRow = {
  tenant_id: string;
  location_id: string;
  station_id: string;
  evse_id: number;
  uid: string;
  removed: boolean;
  enabled: boolean;
  last_updated_ms: number;
  public_id: string | null;
  label: string | null;
  connectors: Placement['connectors'];
};

const keyTable = 'unnest($1::text[], $2::text[], $3::text[])';
const selectObjects = `select * from objects where (tenant_id, kind, id) in (select * from ${keyTable})`;
const selectPlacements =
  'select * from evses where (tenant_id, station_id) in (select * from unnest($1::text[], $2::text[])) order by location_id, evse_id';
const selectTokens = `
  select distinct on (tenant_id, token_ref) tenant_id, token_ref, row_version, issuer from token_issuers
  where (tenant_id, token_ref) in (select * from unnest($1::text[], $2::text[]))
  order by tenant_id, token_ref, row_version desc`;

const upsertObjects = upsert(
  'objects',
  ['tenant_id text', 'kind text', 'id text'],
  [
    'row_version bigint',
    'created_at_ms bigint',
    'created_offset bigint',
    'last_updated_ms bigint',
    'deleted boolean',
    'value json',
  ],
);
const insertHistory = insertOnce(
  'history',
  ['tenant_id text', 'kind text', 'id text', 'row_version bigint'],
  ['since_ms bigint', 'value json'],
);
const upsertPlacements = upsert(
  'evses',
  ['tenant_id text', 'location_id text', 'station_id text', 'evse_id int'],
  [
    'uid text',
    'removed boolean',
    'enabled boolean',
    'last_updated_ms bigint',
    'public_id text',
    'label text',
    'connectors json',
  ],
);
const insertIssuers = insertOnce(
  'token_issuers',
  ['tenant_id text', 'token_ref text', 'row_version bigint'],
  ['since_ms bigint', 'issuer text'],
);

export async function loadEntries(client: PoolClient, keys: readonly string[]): Promise<Map<string, RegistryEntry>> {
  const named = keys.map(partsOf);
  const tokens = named.filter(([, kind]) => kind === 'token');
  const objects = named.filter(([, kind]) => kind !== 'token');
  const stations = named.filter(([, kind]) => kind === 'station');
  return new Map<string, RegistryEntry>([
    ...(await loadTokens(client, tokens)),
    ...(await loadObjects(client, objects, await loadPlacements(client, stations))),
  ]);
}

export async function saveEntries(client: PoolClient, changed: ReadonlyMap<string, RegistryEntry>): Promise<void> {
  const entries = [...changed.values()];
  const objects = entries.filter((entry) => entry.kind !== 'token' && entry.kind !== 'other');
  const tokens = entries.filter((entry) => entry.kind === 'token');
  await writeRows(client, upsertObjects, objects.map(objectRow));
  await writeRows(client, insertHistory, objects.flatMap(historyRows));
  await writeRows(client, upsertPlacements, objects.flatMap(placementRows));
  await writeRows(client, insertIssuers, tokens.flatMap(issuerRows));
}

type Named = readonly [tenantId: string, kind: string, id: string];

/** An id may hold a slash, tenant and kind do not. */
function partsOf(key: string): Named {
  const [tenantId = '', kind = '', ...id] = key.split('/');
  return [tenantId, kind, id.join('/')];
}

const column = (named: readonly Named[], index: 0 | 1 | 2): string[] => named.map((each) => each[index]);

async function loadTokens(client: PoolClient, named: readonly Named[]): Promise<[string, TokenEntry][]> {
  if (named.length === 0) return [];
  const { rows } = await client.query<{
    tenant_id: string;
    token_ref: string;
    row_version: number;
    issuer: string | null;
  }>(selectTokens, [column(named, 0), column(named, 2)]);
  return rows.map(({ tenant_id: tenantId, token_ref: id, row_version: rowVersion, issuer }) => [
    `${tenantId}/token/${id}`,
    { kind: 'token', tenantId, id, rowVersion, issuer, news: [] },
  ]);
}

async function loadPlacements(client: PoolClient, named: readonly Named[]): Promise<Map<string, Placement[]>> {
  const placements = new Map<string, Placement[]>();
  if (named.length === 0) return placements;
  const { rows } = await client.query<PlacementRow>(selectPlacements, [column(named, 0), column(named, 2)]);
  for (const row of rows) {
    const key = `${row.tenant_id}/${row.station_id}`;
    placements.set(key, [...(placements.get(key) ?? []), placementOf(row)]);
  }
  return placements;
}

async function loadObjects(
  client: PoolClient,
  named: readonly Named[],
  placements: ReadonlyMap<string, readonly Placement[]>,
): Promise<[string, ObjectEntry][]> {
  if (named.length === 0) return [];
  const values = [column(named, 0), column(named, 1), column(named, 2)];
  const { rows } = await client.query<ObjectRow>(selectObjects, values);
  return rows.map((row) => [
    `${row.tenant_id}/${row.kind}/${row.id}`,
    {
      kind: row.kind,
      tenantId: row.tenant_id,
      id: row.id,
      rowVersion: row.row_version,
      created: { at: row.created_at_ms, partition: 0, offset: row.created_offset },
      lastUpdatedAt: row.last_updated_ms,
      deleted: row.deleted,
      value: row.value,
      placements: row.kind === 'station' ? (placements.get(`${row.tenant_id}/${row.id}`) ?? []) : [],
      news: [],
    },
  ]);
}

export function placementOf(row: PlacementRow): Placement {
  return {
    locationId: row.location_id,
    evseId: row.evse_id,
    uid: row.uid,
    removed: row.removed,
    enabled: row.enabled,
    publicId: row.public_id,
    label: row.label,
    connectors: row.connectors,
    lastUpdatedAt: row.last_updated_ms,
  };
}

function objectRow(entry: ObjectEntry): ObjectRow {
  return {
    tenant_id: entry.tenantId,
    kind: entry.kind,
    id: entry.id,
    row_version: entry.rowVersion,
    created_at_ms: entry.created.at,
    created_offset: entry.created.offset,
    last_updated_ms: entry.lastUpdatedAt,
    deleted: entry.deleted,
    value: entry.value,
  };
}

function historyRows({ tenantId: tenant_id, kind, id, news }: ObjectEntry): object[] {
  return news.map(({ since: since_ms, rowVersion: row_version, value }) => ({
    tenant_id,
    kind,
    id,
    row_version,
    since_ms,
    value,
  }));
}

function placementRows({ tenantId, id, placements }: ObjectEntry): PlacementRow[] {
  return placements.map((placement) => ({
    tenant_id: tenantId,
    location_id: placement.locationId,
    station_id: id,
    evse_id: placement.evseId,
    uid: placement.uid,
    removed: placement.removed,
    enabled: placement.enabled,
    last_updated_ms: placement.lastUpdatedAt,
    public_id: placement.publicId,
    label: placement.label,
    connectors: placement.connectors,
  }));
}

function issuerRows({ tenantId: tenant_id, id: token_ref, news }: TokenEntry): object[] {
  return news.map(({ since: since_ms, rowVersion: row_version, value: issuer }) => ({
    tenant_id,
    token_ref,
    row_version,
    since_ms,
    issuer,
  }));
}
