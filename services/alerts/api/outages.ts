// /v1/planned-outages: times out of service, and times that do not count for uptime: declared as events of the stations.
import Type from 'typebox';
import { plannedOutageInput } from '#contracts/alerting';
import { plainIdPattern, stationId } from '#contracts/registry';
import { decodeCursor, encodeCursor, problem, type HttpApi } from '#kit/http';
import { nullable, pageLimits, pageOf, paging, problems, strict } from '#kit/http-schemas';
import { asTenant, type Database } from '#kit/postgres';
import { outageViolations } from '../domain/checks.ts';
import type { Outage } from '../domain/watch.ts';
import type { AlertParts } from './parts.ts';
import { byOf, refuseInvalid } from './resources.ts';

const tags = ['alerts'];
const path = '/v1/planned-outages';
const instant = Type.String({ description: 'ISO 8601, UTC' });
const outage = Type.Object({
  outageId: Type.String(),
  stationId,
  evseId: nullable(Type.Integer()),
  kind: Type.Enum(['planned', 'exclusion']),
  from: instant,
  to: instant,
  reason: Type.String(),
  declaredAt: instant,
  declaredBy: Type.String(),
  withdrawnAt: nullable(instant),
});
const accepted = Type.Object({ outageId: Type.String(), stationIds: Type.Array(Type.String()) });

type OutageRow = Outage & { readonly station_id: string };

export function addOutageRoutes(api: HttpApi, parts: AlertParts): void {
  addListing(api, parts);
  addDeclaring(api, parts);
}

function addListing(api: HttpApi, { database }: AlertParts): void {
  const querystring = Type.Object({ ...paging, stationId: Type.Optional(stationId) }, strict);
  api.get(
    path,
    {
      schema: {
        tags,
        summary: 'Planned outages and exclusions by station',
        querystring,
        response: { 200: pageOf(outage), ...problems },
      },
    },
    async (
      { caller: { tenantId }, query: { limit = pageLimits.byDefault, cursor, stationId: only = null } },
      reply,
    ) => {
      const [station = '', id = ''] = cursor === undefined ? [] : (decodeCursor(cursor) ?? []);
      const rows = await outagesOf(
        database,
        tenantId,
        `($2::text is null or station_id = $2) and (station_id, o."outageId") > ($3, $4) order by station_id, o."outageId" limit $5`,
        [only, String(station), String(id), limit + 1],
      );
      const items = rows.slice(0, limit);
      const last = items.at(-1);
      const nextCursor =
        rows.length > limit && last !== undefined ? encodeCursor([last.station_id, last.outageId]) : null;
      return reply.send({ items: items.map(shown), nextCursor });
    },
  );
}

function addDeclaring(api: HttpApi, { database, outages, now }: AlertParts): void {
  api.post(
    path,
    {
      schema: {
        tags,
        summary: 'Declare a planned outage or an exclusion; it appears once the stations’ events are folded',
        body: plannedOutageInput,
        response: { 202: accepted, ...problems },
      },
    },
    async ({ caller, body }, reply) => {
      const faults = outageViolations(body);
      if (faults.length > 0) return refuseInvalid(reply, faults);
      const stationIds = [...new Set(body.stationIds)];
      const unknown = await unregistered(database, caller.tenantId, stationIds);
      if (unknown.length > 0)
        return problem(reply, { status: 404, title: 'There is no such station', detail: unknown.join(', ') });
      const { outageId } = body;
      const known = await outagesOf(database, caller.tenantId, 'o."outageId" = $2', [outageId]);
      if (known.length > 0)
        return problem(reply, { status: 409, title: 'This outage exists already', detail: outageId });
      await outages.declare(byOf(caller, now), { ...body, stationIds });
      return reply.code(202).send({ outageId, stationIds });
    },
  );
  api.delete(
    `${path}/:outageId`,
    {
      schema: {
        tags,
        summary: 'Take back a planned outage or an exclusion, for all its stations',
        params: Type.Object({ outageId: Type.String({ pattern: plainIdPattern }) }),
        response: { 202: accepted, ...problems },
      },
    },
    async ({ caller, params: { outageId } }, reply) => {
      const known = await outagesOf(database, caller.tenantId, 'o."outageId" = $2', [outageId]);
      if (known.length === 0)
        return problem(reply, { status: 404, title: 'There is no such outage', detail: outageId });
      const stationIds = known.filter(({ withdrawnAt }) => withdrawnAt === null).map(({ station_id }) => station_id);
      await outages.withdraw(byOf(caller, now), outageId, stationIds);
      return reply.code(202).send({ outageId, stationIds });
    },
  );
}

async function outagesOf(
  database: Database,
  tenantId: string,
  condition: string,
  values: readonly unknown[],
): Promise<OutageRow[]> {
  return asTenant(
    database,
    tenantId,
    async (client) => {
      const { rows } = await client.query<OutageRow>(
        `select station_id, o.* from stations,
           json_to_recordset(outages) as o ("outageId" text, kind text, "evseId" int, "from" bigint, "to" bigint,
             reason text, actor text, "declaredAt" bigint, "withdrawnAt" bigint)
          where tenant_id = $1 and has_outages and ${condition}`,
        [tenantId, ...values],
      );
      return rows;
    },
    { schema: 'alerts_stations' },
  );
}

async function unregistered(database: Database, tenantId: string, stationIds: readonly string[]): Promise<string[]> {
  return asTenant(
    database,
    tenantId,
    async (client) => {
      const { rows } = await client.query<{ id: string }>(
        `select id from unnest($2::text[]) as id where not exists
           (select from places p where p.tenant_id = $1 and p.kind = 'station' and p.id = id.id and p.active)`,
        [tenantId, stationIds],
      );
      return rows.map(({ id }) => id);
    },
    { schema: 'alerts_places' },
  );
}

function shown({ station_id, actor: declaredBy, from, to, declaredAt, withdrawnAt, ...rest }: OutageRow) {
  const iso = (at: number): string => new Date(at).toISOString();
  return {
    ...rest,
    stationId: station_id,
    from: iso(from),
    to: iso(to),
    declaredAt: iso(declaredAt),
    declaredBy,
    withdrawnAt: withdrawnAt === null ? null : iso(withdrawnAt),
  };
}
