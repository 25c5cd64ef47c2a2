// /v1/energy: what was delivered in a range of time, by site, station, day or quarter hour.
import type { ClickHouse } from '#kit/clickhouse';
import { decodeCursor, encodeCursor, problem, type HttpApi } from '#kit/http';
import { energyBy, type EnergyPage } from '../queries/energy.ts';
import { milliOfDecimal } from '../queries/readings.ts';
import { quarterMs, rangeOf, type Violation } from './range.ts';
import { pageLimits, problems } from '#kit/http-schemas';
import { energyPage, energyQuery, type EnergyRequest } from './schemas.ts';

const daysMax = { '15m': 31, day: 366, station: 366, location: 366 } as const;

export function addEnergyRoute(api: HttpApi, clickhouse: ClickHouse): void {
  api.get(
    '/v1/energy',
    {
      schema: {
        tags: ['energy'],
        summary: 'Sum the energy of sessions by site, station, day or quarter hour',
        querystring: energyQuery,
        response: { 200: energyPage, ...problems },
      },
    },
    async ({ caller: { tenantId }, query }, reply) => {
      const { groupBy, direction = 'import', stationId, locationId, limit = pageLimits.byDefault } = query;
      const range = rangeOf(query, { daysMax: daysMax[groupBy], stepMs: quarterMs });
      const cursor = groupAfter(query);
      if (!('fromMs' in range) || !('after' in cursor)) {
        const violations = [...('fromMs' in range ? [] : range), ...('after' in cursor ? [] : cursor)];
        return problem(reply, { status: 400, title: 'The request is not valid', violations });
      }
      const { after } = cursor;
      const asked = { tenantId, ...range, groupBy, direction, stationId, locationId, after, limit };
      return reply.send(viewOf(await energyBy(clickhouse, asked)));
    },
  );
}

function groupAfter({ cursor }: EnergyRequest): { readonly after: string | undefined } | Violation[] {
  if (cursor === undefined) return { after: undefined };
  const [after, ...more] = decodeCursor(cursor) ?? [];
  if (typeof after !== 'string' || more.length > 0)
    return [{ path: 'querystring/cursor', message: 'is no cursor of ours' }];
  return { after };
}

function viewOf({ rows, next }: EnergyPage) {
  const items = rows.map(({ grp, name, energy_wh: energyWh, sessions, ambiguous }) => ({
    group: grp,
    locationName: name === '' ? null : name,
    energyMilliWh: milliOfDecimal(energyWh) ?? 0,
    energyKwh: kwhOf(milliOfDecimal(energyWh) ?? 0),
    sessions: Number(sessions),
    ambiguousSessions: Number(ambiguous),
  }));
  return { items, nextCursor: next === undefined ? null : encodeCursor([next]) };
}

const milliWhPerKwh = 1_000_000;

/** Exact decimal text; energy is never negative. */
function kwhOf(milliWh: number): string {
  const fraction = String(milliWh % milliWhPerKwh)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return `${Math.trunc(milliWh / milliWhPerKwh)}${fraction === '' ? '' : `.${fraction}`}`;
}
