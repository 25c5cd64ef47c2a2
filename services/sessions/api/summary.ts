// /v1/sessions-summary: what a tenant's stations do now, and what they delivered on one day.
import Type from 'typebox';
import { problem, type HttpApi } from '#kit/http';
import { asTenant, type Database } from '#kit/postgres';
import { problems, strict } from '#kit/http-schemas';
import { kwhOf } from './session-view.ts';

const summary = Type.Object({
  day: Type.String(),
  charging: Type.Integer({ description: 'Sessions that have not ended' }),
  ended: Type.Integer({ description: 'Sessions that ended on that day (UTC)' }),
  energyMilliWh: Type.Integer({ description: 'Energy of the sessions that ended on that day, thousandths of a Wh' }),
  energyKwh: Type.String({ description: 'The same in kWh, exact decimal' }),
});

const query = Type.Object(
  { day: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'A day in UTC, e.g. 2026-03-01' }) },
  strict,
);

type Counts = { charging: number; ended: number; energy_milli_wh: number };

const dayMs = 24 * 60 * 60 * 1000;
const counts = `
  select
    (select count(*) from sessions where tenant_id = $1 and phase = 'charging') as charging,
    count(*) as ended,
    coalesce(sum(energy_milli_wh), 0)::bigint as energy_milli_wh
  from sessions where tenant_id = $1 and ended_at_ms >= $2 and ended_at_ms < $3`;

export function addSummaryRoute(api: HttpApi, database: Database): void {
  api.get(
    '/v1/sessions-summary',
    {
      schema: {
        tags: ['sessions'],
        summary: 'Count sessions and energy of a day',
        querystring: query,
        response: { 200: summary, ...problems },
      },
    },
    async ({ caller: { tenantId }, query: { day } }, reply) => {
      const from = Date.parse(`${day}T00:00:00Z`);
      if (Number.isNaN(from)) {
        const violations = [{ path: 'querystring/day', message: 'is no day' }];
        return problem(reply, { status: 400, title: 'The request is not valid', violations });
      }
      const [found] = await asTenant(database, tenantId, async (client) => {
        const { rows } = await client.query<Counts>(counts, [tenantId, from, from + dayMs]);
        return rows;
      });
      const {
        charging,
        ended,
        energy_milli_wh: energyMilliWh,
      } = found ?? { charging: 0, ended: 0, energy_milli_wh: 0 };
      return reply.send({ day, charging, ended, energyMilliWh, energyKwh: kwhOf(energyMilliWh) });
    },
  );
}
