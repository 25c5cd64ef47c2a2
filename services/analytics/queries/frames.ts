// Frames of a station: in order of time, paged by what an exchange is known by.
import type { ClickHouse } from '#kit/clickhouse';
import { ask } from './asking.ts';

export const frameDirections = ['station', 'csms'] as const;
export type FrameDirection = (typeof frameDirections)[number];

/** A row of frames_raw; '' where there is none. */
export type FrameRow = {
  readonly received_ms: string;
  readonly gateway_id: string;
  readonly seq: string;
  readonly connection_epoch: string | null;
  readonly ocpp_version: string;
  readonly direction: FrameDirection;
  readonly message_id: string;
  readonly action: string;
  readonly outcome: string;
  readonly error_code: string;
  readonly latency_ms: number | null;
  readonly request: string;
  readonly request_chars_cut: number;
  readonly answer: string;
  readonly answer_chars_cut: number;
  readonly quirks: readonly string[];
};

/** Sort key of an exchange within its station. */
export type FrameKey = readonly [receivedMs: number, gatewayId: string, seq: number];

export type FramesQuery = {
  readonly tenantId: string;
  readonly stationId: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly action: string | undefined;
  readonly direction: FrameDirection | undefined;
  readonly outcome: string | undefined;
  readonly after: FrameKey | undefined;
  readonly limit: number;
};

export type FramePage = { readonly rows: readonly FrameRow[]; readonly next: FrameKey | undefined };

const columns = `toUnixTimestamp64Milli(received_at) AS received_ms, gateway_id, seq, connection_epoch, ocpp_version,
  direction, message_id, action, outcome, error_code, latency_ms, request, request_chars_cut, answer, answer_chars_cut, quirks`;

export async function framesOf(clickhouse: ClickHouse, query: FramesQuery): Promise<FramePage> {
  const { action, direction, outcome, after, limit } = query;
  const conditions = [
    'tenant_id = {tenant:String}',
    'station_id = {station:String}',
    'received_at >= fromUnixTimestamp64Milli({fromMs:Int64})',
    'received_at < fromUnixTimestamp64Milli({toMs:Int64})',
    ...(action === undefined ? [] : ['action = {action:String}']),
    ...(direction === undefined ? [] : ['direction = {direction:String}']),
    ...(outcome === undefined ? [] : ['outcome = {outcome:String}']),
    ...(after === undefined
      ? []
      : [
          '(received_at, gateway_id, seq) > (fromUnixTimestamp64Milli({afterMs:Int64}), {afterGateway:String}, {afterSeq:UInt64})',
        ]),
  ];
  const text = `SELECT ${columns} FROM frames_raw FINAL WHERE ${conditions.join(' AND ')}
    ORDER BY received_at, frames_raw.gateway_id, frames_raw.seq LIMIT {rows:UInt32}`;
  const [afterMs, afterGateway, afterSeq] = after ?? [0, '', 0];
  const params = {
    tenant: query.tenantId,
    station: query.stationId,
    fromMs: query.fromMs,
    toMs: query.toMs,
    action: action ?? '',
    direction: direction ?? 'station',
    outcome: outcome ?? '',
    afterMs,
    afterGateway,
    afterSeq,
    // One more than asked for tells whether there is a next page.
    rows: limit + 1,
  };
  const found = await ask<FrameRow>(clickhouse, { text, params });
  const rows = found.slice(0, limit);
  const last = found.length > limit ? rows.at(-1) : undefined;
  return { rows, next: last && [Number(last.received_ms), last.gateway_id, Number(last.seq)] };
}
