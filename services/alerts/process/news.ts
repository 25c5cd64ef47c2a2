// What changed in the folded tables since the look before: each row bears the event that changed it last.
import { identifier, type Database } from '#kit/postgres';
import { readLive, schemaOf } from '#kit/projection/schema';

/** Where the tables of a projection stood. */
type Place = { readonly version: number; readonly positions: ReadonlyMap<number, number> };
export type Cursor = ReadonlyMap<ProjectionName, Place>;

export type News = {
  readonly cursor: Cursor;
  /** By tenant; undefined: nobody knows, so all stations are looked at. */
  readonly changes: ReadonlyMap<string, Changes> | undefined;
};
export type Changes = { readonly changed: Set<string>; readonly charged: Set<string> };

const sources = {
  alerts_stations: { table: 'stations', station: 'station_id', where: 'true' },
  alerts_places: { table: 'places', station: 'id', where: `kind = 'station'` },
  alerts_sessions: { table: 'successes', station: 'station_id', where: 'true' },
} as const;
type ProjectionName = keyof typeof sources;
const names = ['alerts_stations', 'alerts_places', 'alerts_sessions'] as const;

/** Beyond it one look at all costs less. */
const changesMax = 50_000;

type ChangedRow = { readonly tenant_id: string; readonly station_id: string };

/**
 * 1. where the tables stand, 2. the rows that changed since the cursor. In that order: what is folded between both is found
 * now and once more by the next look. A key that was re-driven bears older events: the next look at all stations finds it.
 */
export async function newsSince(database: Database, cursor: Cursor | undefined): Promise<News> {
  const next = new Map<ProjectionName, Place>();
  for (const name of names) next.set(name, await placeOf(database, name));
  const changes = new Map<string, Changes>();
  let left = changesMax;
  for (const name of names) {
    const before = cursor?.get(name);
    // Other tables than before, as after a rebuild, or none known.
    if (before === undefined || before.version !== next.get(name)?.version) return { cursor: next, changes: undefined };
    const rows = await changedSince(database, name, { positions: before.positions, limit: left + 1 });
    left -= rows.length;
    if (left < 0) return { cursor: next, changes: undefined };
    for (const { tenant_id: tenantId, station_id: stationId } of rows) {
      const of = changes.get(tenantId) ?? { changed: new Set(), charged: new Set() };
      changes.set(tenantId, of);
      (name === 'alerts_sessions' ? of.charged : of.changed).add(stationId);
    }
  }
  return { cursor: next, changes };
}

async function placeOf(database: Database, name: ProjectionName): Promise<Place> {
  const version = (await readLive(database, name))?.version ?? 1;
  const rows = await database.query<{ partition: number; next_offset: number }>(
    `select "partition", next_offset from ${identifier(schemaOf({ name, version }))}.projection_position`,
  );
  return { version, positions: new Map(rows.map((row) => [row.partition, row.next_offset])) };
}

type Since = { readonly positions: ReadonlyMap<number, number>; readonly limit: number };

function changedSince(database: Database, name: ProjectionName, { positions, limit }: Since): Promise<ChangedRow[]> {
  const { table, station, where } = sources[name];
  return database.query<ChangedRow>(
    `select tenant_id, ${station} as station_id from unnest($1::int[], $2::bigint[]) as since (part, place)
       join ${name}.${table} on partition_no = part and last_offset >= place where ${where} limit $3`,
    [[...positions.keys()], [...positions.values()], limit],
  );
}
