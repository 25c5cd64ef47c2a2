// Energy over a range of time, summed by site, station, day or quarter hour, from the states of 15 minutes.
import type { ClickHouse } from '#kit/clickhouse';
import { ask } from './asking.ts';

export const groupings = ['location', 'station', 'day', '15m'] as const;
export const directions = ['import', 'export'] as const;
export type Grouping = (typeof groupings)[number];
export type Direction = (typeof directions)[number];

export type EnergyQuery = {
  readonly tenantId: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly groupBy: Grouping;
  readonly direction: Direction;
  readonly stationId: string | undefined;
  readonly locationId: string | undefined;
  /** Group after which the page begins. */
  readonly after: string | undefined;
  readonly limit: number;
};

export type EnergyRow = {
  readonly grp: string;
  readonly name: string;
  readonly energy_wh: string;
  readonly sessions: string;
  readonly ambiguous: string;
};

export type EnergyPage = { readonly rows: readonly EnergyRow[]; readonly next: string | undefined };

// Text of statements by the validated choice; nothing that a caller wrote is part of a statement.
const groups: Readonly<Record<Grouping, { readonly grp: string; readonly name: string }>> = {
  location: { grp: 's.location_id', name: 'any(s.location_name)' },
  station: { grp: 'e.station_id', name: 'any(s.location_name)' },
  day: { grp: 'toString(toDate(e.bucket))', name: "''" },
  '15m': { grp: "formatDateTime(e.bucket, '%Y-%m-%dT%H:%i:%SZ', 'UTC')", name: "''" },
};
const views: Readonly<Record<Direction, string>> = { import: 'energy_15m', export: 'energy_export_15m' };

export async function energyBy(clickhouse: ClickHouse, query: EnergyQuery): Promise<EnergyPage> {
  const { grp, name } = groups[query.groupBy];
  const conditions = [
    'e.tenant_id = {tenant:String}',
    ...(query.stationId === undefined ? [] : ['e.station_id = {station:String}']),
    ...(query.locationId === undefined ? [] : ['s.location_id = {location:String}']),
    ...(query.after === undefined ? [] : [`${grp} > {after:String}`]),
  ];
  const text = `SELECT ${grp} AS grp, ${name} AS name, sum(e.energy_wh) AS energy_wh,
    uniqExact(e.station_id, e.evse_id, e.series_id) AS sessions, uniqExactIf((e.station_id, e.evse_id, e.series_id), e.register_ambiguous = 1) AS ambiguous
  FROM ${views[query.direction]}(from = {from:DateTime('UTC')}, to = {to:DateTime('UTC')}) AS e
  LEFT JOIN (SELECT * FROM stations WHERE tenant_id = {tenant:String}) AS s
    ON e.tenant_id = s.tenant_id AND e.station_id = s.station_id
  WHERE ${conditions.join(' AND ')}
  GROUP BY grp ORDER BY grp LIMIT {rows:UInt32}`;
  const params = {
    tenant: query.tenantId,
    from: Math.floor(query.fromMs / 1000),
    to: Math.ceil(query.toMs / 1000),
    station: query.stationId ?? '',
    location: query.locationId ?? '',
    after: query.after ?? '',
    rows: query.limit + 1,
  };
  const rows = await ask<EnergyRow>(clickhouse, { text, params });
  const page = rows.slice(0, query.limit);
  return { rows: page, next: rows.length > query.limit ? page.at(-1)?.grp : undefined };
}
