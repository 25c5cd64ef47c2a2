// /v1/tariff-assignments: which tariff applies where; the narrowest place that has one decides.
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { tariffAssignmentValue, type TariffAssignmentValue } from '#contracts/tariff';
import { problem, type Caller, type HttpApi } from '#kit/http';
import { expectedOf, ifMatch, nothing, resourceOf, versionField } from '#kit/http-versions';
import { pageOf, paging, problems, strict } from '#kit/http-schemas';
import { asTenant } from '#kit/postgres';
import { assignmentOf } from '../domain/assignment.ts';
import { checkAssignment } from '../store/checks.ts';
import { assignments as kind } from '../store/kinds.ts';
import { placeWarnings } from '../store/known-places.ts';
import type { Refusal } from '../store/refusal.ts';
import { findRow, listRows, type Row } from '../store/rows.ts';
import { changeOne, createOne, removeOne, type Done, type Store } from '../store/write.ts';
import { cursorOf, flat, limitOf, pageFrom, refuseCursor, sendNothing, sendRow } from './respond.ts';

const tags = ['tariffs'];
const resource = resourceOf(tariffAssignmentValue);
const notice = Type.Object({ path: Type.String(), message: Type.String() });
const written = Type.Object({
  ...resource.properties,
  warnings: Type.Array(notice, { description: 'Allowed, and probably not meant: a place that nobody registered' }),
});
const { properties } = tariffAssignmentValue;
const params = Type.Object({ assignmentId: properties.assignmentId });
const input = Type.Object(
  {
    ...Type.Pick(tariffAssignmentValue, ['assignmentId', 'tariffId']).properties,
    ...Type.Partial(Type.Pick(tariffAssignmentValue, ['partyId', 'locationId', 'stationId', 'evseId'])).properties,
  },
  strict,
);
const patch = Type.Object({ tariffId: properties.tariffId, ...versionField }, strict);
const filters = Type.Object({ ...paging, tariffId: Type.Optional(properties.tariffId) }, strict);

export function addAssignmentRoutes(api: HttpApi, store: Store): void {
  addReading(api, store);
  api.post(
    '/v1/tariff-assignments',
    {
      schema: {
        tags,
        summary: 'Assign a tariff to an EVSE, a station, a location, a party, or all of the tenant',
        body: input,
        response: { 201: written, ...problems },
      },
    },
    async ({ caller, body }, reply) => {
      const value = assignmentOf(body);
      const outcome = await createOne(store, caller, kind, { value, check: checkAssignment });
      return sendWritten(reply, store, caller, { outcome, status: 201 });
    },
  );
  api.patch(
    '/v1/tariff-assignments/:assignmentId',
    {
      schema: {
        tags,
        summary: 'Give the place another tariff; sessions that began before keep theirs',
        params,
        headers: ifMatch,
        body: patch,
        response: { 200: written, ...problems },
      },
    },
    async ({ caller, params: { assignmentId: id }, headers, body: { version, tariffId } }, reply) => {
      const expected = expectedOf(headers, { version });
      const decide = (current: Parameters<typeof assignmentOf>[0]) => assignmentOf({ ...current, tariffId });
      const outcome = await changeOne(store, caller, kind, { id, expected, check: checkAssignment, decide });
      return sendWritten(reply, store, caller, { outcome, status: 200 });
    },
  );
  api.delete(
    '/v1/tariff-assignments/:assignmentId',
    {
      schema: {
        tags,
        summary: 'End an assignment; sessions that began before keep their tariff',
        params,
        headers: ifMatch,
        response: { 204: nothing, ...problems },
      },
    },
    async ({ caller, params: { assignmentId: id }, headers }, reply) =>
      sendNothing(reply, await removeOne(store, caller, kind, { id, expected: expectedOf(headers) })),
  );
}

function addReading(api: HttpApi, store: Store): void {
  api.get(
    '/v1/tariff-assignments',
    {
      schema: {
        tags,
        summary: 'List which tariff applies where',
        querystring: filters,
        response: { 200: pageOf(resource), ...problems },
      },
    },
    async ({ caller: { tenantId }, query }, reply) => {
      const after = cursorOf(query, ['string']);
      if (after === undefined) return refuseCursor(reply);
      const limit = limitOf(query);
      const where: Record<string, string> = query.tariffId === undefined ? {} : { tariff_id: query.tariffId };
      const rows = await asTenant(store.database, tenantId, (client) =>
        listRows(client, kind, tenantId, { after: after === null ? null : String(after[0]), limit, where }),
      );
      const page = pageFrom(rows, limit, ({ value }) => [value.assignmentId]);
      return reply.send({ items: page.rows.map(flat), nextCursor: page.nextCursor });
    },
  );
  api.get(
    '/v1/tariff-assignments/:assignmentId',
    { schema: { tags, summary: 'Read an assignment', params, response: { 200: written, ...problems } } },
    async ({ caller, params: { assignmentId } }, reply) => {
      const { tenantId } = caller;
      const row = await asTenant(store.database, tenantId, (client) => findRow(client, kind, [tenantId, assignmentId]));
      if (row === undefined)
        return problem(reply, { status: 404, title: 'There is no such assignment', detail: assignmentId });
      return sendWritten(reply, store, caller, { outcome: { kind: 'done', result: row }, status: 200 });
    },
  );
}

type Written = {
  readonly outcome: Done<Row<TariffAssignmentValue>> | Refusal;
  readonly status: 200 | 201;
};

async function sendWritten(
  reply: FastifyReply,
  { database }: Store,
  { tenantId }: Pick<Caller, 'tenantId'>,
  { outcome, status }: Written,
): Promise<FastifyReply> {
  if (outcome.kind === 'refused') return problem(reply, outcome);
  const { value } = outcome.result;
  const warnings = await asTenant(database, tenantId, (client) => placeWarnings(client, tenantId, value));
  return sendRow(reply, outcome, { status, more: { warnings } });
}
