// Readings of a station, and of a session: in order of time, paged by what makes a reading one.
import { milliOf } from '#contracts/amounts';
import type { ClickHouse } from '#kit/clickhouse';
import { ask } from './asking.ts';

/** A row of meter_readings_raw; decimals are text. */
export type ReadingRow = {
  readonly station_id: string;
  readonly evse_id: number;
  readonly connector_id: number;
  readonly ts_ms: string;
  readonly context: string;
  readonly mask: number;
  readonly reported_id: string;
  readonly lag_s: number;
} & { readonly [column in MilliColumn]: string | null };

type MilliColumn =
  | 'energy_wh'
  | 'energy_export_wh'
  | 'power_w'
  | 'power_export_w'
  | 'power_offered_w'
  | 'current_offered_a'
  | 'current_a'
  | 'current_l1_a'
  | 'current_l2_a'
  | 'current_l3_a'
  | 'voltage_l1_v'
  | 'voltage_l2_v'
  | 'voltage_l3_v'
  | 'soc_pct';

/** Sort key of a reading within its station. */
export type ReadingKey = readonly [tsMs: number, evseId: number, mask: number, context: string];

export type StationReadings = {
  readonly tenantId: string;
  readonly stationId: string;
  readonly evseId: number | undefined;
  readonly fromMs: number;
  readonly toMs: number;
};

export type Paging = { readonly after: ReadingKey | undefined; readonly limit: number };
export type ReadingPage = { readonly rows: readonly ReadingRow[]; readonly next: ReadingKey | undefined };

const columns = `station_id, evse_id, connector_id, toUnixTimestamp64Milli(ts) AS ts_ms, context, mask, reported_id,
  toInt32(toInt64(intDiv(version, 8)) - 2147483648) AS lag_s,
  energy_wh, energy_export_wh, power_w, power_export_w, power_offered_w, current_offered_a, current_a,
  current_l1_a, current_l2_a, current_l3_a, voltage_l1_v, voltage_l2_v, voltage_l3_v, soc_pct`;

const afterKey = `(ts, evse_id, mask, context) >
  (fromUnixTimestamp64Milli({afterMs:Int64}), {afterEvse:UInt16}, {afterMask:UInt16}, {afterContext:String})`;
const inOrder = 'ORDER BY ts, evse_id, mask, context LIMIT {rows:UInt32}';

export async function stationReadings(
  clickhouse: ClickHouse,
  { tenantId, stationId, evseId, fromMs, toMs }: StationReadings,
  paging: Paging,
): Promise<ReadingPage> {
  const conditions = [
    'tenant_id = {tenant:String}',
    'station_id = {station:String}',
    ...(evseId === undefined ? [] : ['evse_id = {evse:UInt16}']),
    'ts >= fromUnixTimestamp64Milli({fromMs:Int64})',
    'ts < fromUnixTimestamp64Milli({toMs:Int64})',
    ...(paging.after === undefined ? [] : [afterKey]),
  ];
  const text = `SELECT ${columns} FROM meter_readings_raw FINAL WHERE ${conditions.join(' AND ')} ${inOrder}`;
  const params = { tenant: tenantId, station: stationId, evse: evseId ?? 0, fromMs, toMs, ...paramsOf(paging) };
  return pageOf(await ask<ReadingRow>(clickhouse, { text, params }), paging);
}

type SessionPlace = {
  readonly station_id: string;
  readonly evse_id: number;
  readonly reported_id: string;
  readonly started_ms: string;
  readonly ended_ms: string | null;
};

const placeOfSession = `SELECT station_id, evse_id, reported_id, toUnixTimestamp64Milli(started_at) AS started_ms,
  toUnixTimestamp64Milli(ended_at) AS ended_ms
FROM sessions_raw FINAL WHERE tenant_id = {tenant:String} AND session_id = {session:UUID}`;

/** reportedId of readings outside transactions. */
export const nilUuid = '00000000-0000-0000-0000-000000000000';

/** The curve of a session; undefined where the tenant has no such session. */
export async function sessionReadings(
  clickhouse: ClickHouse,
  tenantId: string,
  sessionId: string,
  paging: Paging,
): Promise<ReadingPage | undefined> {
  const found = { text: placeOfSession, params: { tenant: tenantId, session: sessionId } };
  const [place] = await ask<SessionPlace>(clickhouse, found);
  if (place === undefined) return undefined;
  const conditions = [
    'tenant_id = {tenant:String}',
    'station_id = {station:String}',
    'reported_id = {reported:UUID}',
    ...whileItLasted(place),
    ...(paging.after === undefined ? [] : [afterKey]),
  ];
  const text = `SELECT ${columns} FROM meter_readings_raw FINAL WHERE ${conditions.join(' AND ')} ${inOrder}`;
  const params = {
    tenant: tenantId,
    station: place.station_id,
    reported: place.reported_id,
    evse: place.evse_id,
    startedMs: place.started_ms,
    endedMs: place.ended_ms ?? '0',
    ...paramsOf(paging),
  };
  return pageOf(await ask<ReadingRow>(clickhouse, { text, params }), paging);
}

// Where the station named no transaction, the readings of its EVSE while the session lasted are the session's.
function whileItLasted({ reported_id: reportedId, ended_ms: endedMs }: SessionPlace): string[] {
  if (reportedId !== nilUuid) return [];
  const since = ['evse_id = {evse:UInt16}', 'ts >= fromUnixTimestamp64Milli({startedMs:Int64})'];
  return endedMs === null ? since : [...since, 'ts <= fromUnixTimestamp64Milli({endedMs:Int64})'];
}

function paramsOf({ after, limit }: Paging): Record<string, unknown> {
  const [afterMs, afterEvse, afterMask, afterContext] = after ?? [0, 0, 0, ''];
  // One more than asked for tells whether there is a next page.
  return { afterMs, afterEvse, afterMask, afterContext, rows: limit + 1 };
}

function pageOf(rows: readonly ReadingRow[], { limit }: Paging): ReadingPage {
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  const next = last === undefined ? undefined : ([Number(last.ts_ms), last.evse_id, last.mask, last.context] as const);
  return { rows: page, next };
}

/** Whole thousandths of a decimal of ours. */
export function milliOfDecimal(decimal: string | null): number | null {
  return decimal === null ? null : (milliOf(decimal, 0) ?? null);
}
