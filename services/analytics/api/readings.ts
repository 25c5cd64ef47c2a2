// /v1/readings: the readings of a station; /v1/sessions/{sessionId}/readings: the curve of a session.
import Type from 'typebox';
import type { ClickHouse } from '#kit/clickhouse';
import { decodeCursor, encodeCursor, problem, type HttpApi } from '#kit/http';
import {
  milliOfDecimal,
  sessionReadings,
  nilUuid,
  stationReadings,
  type Paging,
  type ReadingKey,
  type ReadingPage,
  type ReadingRow,
} from '../queries/readings.ts';
import { rangeOf, type Violation } from './range.ts';
import { pageLimits, problems } from '#kit/http-schemas';
import { curveQuery, readingPage, readingsQuery, sessionId, type ReadingValue } from './schemas.ts';

const tags = ['readings'];
const rangeLimits = { daysMax: 31, stepMs: 1 } as const;

export function addReadingRoutes(api: HttpApi, clickhouse: ClickHouse): void {
  api.get(
    '/v1/readings',
    {
      schema: {
        tags,
        summary: 'List the readings of a station, oldest first',
        querystring: readingsQuery,
        response: { 200: readingPage, ...problems },
      },
    },
    async ({ caller: { tenantId }, query }, reply) => {
      const range = rangeOf(query, rangeLimits);
      const paging = pagingOf(query);
      const violations = [...('fromMs' in range ? [] : range), ...('limit' in paging ? [] : paging)];
      if (!('fromMs' in range) || !('limit' in paging)) {
        return problem(reply, { status: 400, title: 'The request is not valid', violations });
      }
      const { stationId, evseId } = query;
      const asked = { tenantId, stationId, evseId, ...range };
      return reply.send(viewOf(await stationReadings(clickhouse, asked, paging)));
    },
  );
  api.get(
    '/v1/sessions/:sessionId/readings',
    {
      schema: {
        tags,
        summary: 'Read the curve of a session, oldest reading first',
        params: Type.Object({ sessionId }),
        querystring: curveQuery,
        response: { 200: readingPage, ...problems },
      },
    },
    async ({ caller: { tenantId }, params, query }, reply) => {
      const paging = pagingOf(query);
      if (!('limit' in paging)) {
        return problem(reply, { status: 400, title: 'The request is not valid', violations: paging });
      }
      const page = await sessionReadings(clickhouse, tenantId, params.sessionId, paging);
      if (page === undefined)
        return problem(reply, { status: 404, title: 'No such session', detail: params.sessionId });
      return reply.send(viewOf(page));
    },
  );
}

function pagingOf({ limit = pageLimits.byDefault, cursor }: { limit?: number; cursor?: string }): Paging | Violation[] {
  if (cursor === undefined) return { after: undefined, limit };
  const after = readingKeyOf(cursor);
  return after === undefined ? [{ path: 'querystring/cursor', message: 'is no cursor of ours' }] : { after, limit };
}

function readingKeyOf(cursor: string): ReadingKey | undefined {
  const [ts, evseId, mask, context, ...more] = decodeCursor(cursor) ?? [];
  if (!isWhole(ts, 2 ** 53) || !isWhole(evseId, 65_535) || !isWhole(mask, 65_535)) return undefined;
  return typeof context === 'string' && more.length === 0 ? [ts, evseId, mask, context] : undefined;
}

function isWhole(value: unknown, max: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= max;
}

function viewOf({ rows, next }: ReadingPage): { items: ReadingValue[]; nextCursor: string | null } {
  return { items: rows.map(readingView), nextCursor: next === undefined ? null : encodeCursor(next) };
}

function readingView(row: ReadingRow): ReadingValue {
  return {
    stationId: row.station_id,
    evseId: row.evse_id,
    connectorId: row.connector_id,
    at: new Date(Number(row.ts_ms)).toISOString(),
    context: row.context,
    reportedId: row.reported_id === nilUuid ? null : row.reported_id,
    lagSeconds: row.lag_s,
    energyImportMilliWh: milliOfDecimal(row.energy_wh),
    energyExportMilliWh: milliOfDecimal(row.energy_export_wh),
    powerImportMilliW: milliOfDecimal(row.power_w),
    powerExportMilliW: milliOfDecimal(row.power_export_w),
    powerOfferedMilliW: milliOfDecimal(row.power_offered_w),
    currentOfferedMilliA: milliOfDecimal(row.current_offered_a),
    currentMilliA: milliOfDecimal(row.current_a),
    currentL1MilliA: milliOfDecimal(row.current_l1_a),
    currentL2MilliA: milliOfDecimal(row.current_l2_a),
    currentL3MilliA: milliOfDecimal(row.current_l3_a),
    voltageL1MilliV: milliOfDecimal(row.voltage_l1_v),
    voltageL2MilliV: milliOfDecimal(row.voltage_l2_v),
    voltageL3MilliV: milliOfDecimal(row.voltage_l3_v),
    socPercent: row.soc_pct === null ? null : Number(row.soc_pct),
  };
}
