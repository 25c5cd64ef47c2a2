// /v1/frames: what a station said and was told, frame by frame, redacted, of the last three days.
import type { ClickHouse } from '#kit/clickhouse';
import { decodeCursor, encodeCursor, problem, type HttpApi } from '#kit/http';
import { problems } from '#kit/http-schemas';
import { framesOf, type FrameKey, type FramePage, type FrameRow } from '../queries/frames.ts';
import { framePage, frameLimits, framesQuery, type FrameValue } from './frame-schemas.ts';
import { rangeOf, type Violation } from './range.ts';

const rangeLimits = { daysMax: 31, stepMs: 1 } as const;

export function addFrameRoute(api: HttpApi, clickhouse: ClickHouse): void {
  api.get(
    '/v1/frames',
    {
      schema: {
        tags: ['frames'],
        summary: 'List the frames of a station, oldest first',
        querystring: framesQuery,
        response: { 200: framePage, ...problems },
      },
    },
    async ({ caller: { tenantId }, query }, reply) => {
      const range = rangeOf(query, rangeLimits);
      const cursor = keyAfter(query);
      if (!('fromMs' in range) || !('after' in cursor)) {
        const violations = [...('fromMs' in range ? [] : range), ...('after' in cursor ? [] : cursor)];
        return problem(reply, { status: 400, title: 'The request is not valid', violations });
      }
      const { stationId, action, direction, outcome, limit = frameLimits.byDefault } = query;
      const asked = { tenantId, stationId, ...range, action, direction, outcome, after: cursor.after, limit };
      return reply.send(viewOf(await framesOf(clickhouse, asked)));
    },
  );
}

function keyAfter({ cursor }: { cursor?: string }): { readonly after: FrameKey | undefined } | Violation[] {
  if (cursor === undefined) return { after: undefined };
  const [receivedMs, gatewayId, seq, ...more] = decodeCursor(cursor) ?? [];
  if (isWhole(receivedMs) && typeof gatewayId === 'string' && isWhole(seq) && more.length === 0)
    return { after: [receivedMs, gatewayId, seq] };
  return [{ path: 'querystring/cursor', message: 'is no cursor of ours' }];
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function viewOf({ rows, next }: FramePage): { items: FrameValue[]; nextCursor: string | null } {
  return { items: rows.map(frameView), nextCursor: next === undefined ? null : encodeCursor(next) };
}

function frameView(row: FrameRow): FrameValue {
  return {
    at: new Date(Number(row.received_ms)).toISOString(),
    direction: row.direction,
    action: orNull(row.action),
    messageId: orNull(row.message_id),
    outcome: row.outcome,
    errorCode: orNull(row.error_code),
    latencyMs: row.latency_ms,
    request: row.request,
    requestCharsCut: row.request_chars_cut,
    answer: orNull(row.answer),
    answerCharsCut: row.answer_chars_cut,
    quirks: [...row.quirks],
    ocppVersion: row.ocpp_version,
    connectionEpoch: row.connection_epoch === null ? null : Number(row.connection_epoch),
    gatewayId: row.gateway_id,
    seq: Number(row.seq),
  };
}

function orNull(text: string): string | null {
  return text === '' ? null : text;
}
