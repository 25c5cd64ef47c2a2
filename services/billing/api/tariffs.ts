// /v1/tariffs: prices of OCPI's shape. A change is a new version; every version stays readable.
import Type, { type Static } from 'typebox';
import { priceComponent, tariffRestrictions, tariffValue } from '#contracts/tariff';
import { problem, type HttpApi } from '#kit/http';
import { nullable, pageOf, paging, problems, strict } from '#kit/http-schemas';
import { asTenant } from '#kit/postgres';
import { expectedOf, ifMatch, nothing, resourceOf, versionField } from '#kit/http-versions';
import { tariffOf } from '../domain/tariff.ts';
import { pricingViolations, tariffWarnings } from '../domain/tariff-rules.ts';
import { checkTariff } from '../store/checks.ts';
import { tariffs as kind } from '../store/kinds.ts';
import { findRow, listRows, listVersions, type Row } from '../store/rows.ts';
import { changeOne, createOne, removeOne, type Store } from '../store/write.ts';
import { cursorOf, flat, limitOf, pageFrom, refuseCursor, sendNothing, sendRow } from './respond.ts';

type Tariff = Static<typeof tariffValue>;

const tags = ['tariffs'];
const notice = Type.Object({ path: Type.String(), message: Type.String() });
const resource = resourceOf(tariffValue);
const written = Type.Object({
  ...resource.properties,
  warnings: Type.Array(notice, { description: 'Allowed, and probably not meant' }),
  notPricedYet: Type.Array(notice, { description: 'Why it cannot be assigned to a place; empty: it can' }),
});
const params = Type.Object({ tariffId: tariffValue.properties.tariffId });
const component = Type.Object(
  {
    ...Type.Pick(priceComponent, ['type', 'price']).properties,
    ...Type.Partial(Type.Pick(priceComponent, ['vat', 'stepSize'])).properties,
  },
  strict,
);
const element = Type.Object(
  {
    priceComponents: Type.Array(component, { minItems: 1, maxItems: 8 }),
    restrictions: Type.Optional(nullable(Type.Partial(tariffRestrictions, strict))),
  },
  strict,
);
const optional = ['type', 'altText', 'altUrl', 'minPrice', 'maxPrice', 'startAt', 'endAt'] as const;
const content = {
  ...Type.Pick(tariffValue, ['partyId', 'currency']).properties,
  elements: Type.Array(element, { minItems: 1, maxItems: 100 }),
  ...Type.Partial(Type.Pick(tariffValue, [...optional])).properties,
} as const;
const input = Type.Object({ tariffId: tariffValue.properties.tariffId, ...content }, strict);
const replacement = Type.Object({ ...content, ...versionField }, strict);
const filters = Type.Object(
  { ...paging, partyId: Type.Optional(tariffValue.properties.partyId), currency: Type.Optional(Type.String()) },
  strict,
);
const version = Type.Object({
  version: Type.Integer(),
  operation: Type.Enum(['created', 'updated', 'deleted']),
  at: Type.String(),
  actor: Type.String(),
  tariff: tariffValue,
});

export function addTariffRoutes(api: HttpApi, store: Store): void {
  addReading(api, store);
  addVersions(api, store);
  addWriting(api, store);
}

function addReading(api: HttpApi, store: Store): void {
  api.get(
    '/v1/tariffs',
    {
      schema: { tags, summary: 'List tariffs', querystring: filters, response: { 200: pageOf(resource), ...problems } },
    },
    async ({ caller: { tenantId }, query }, reply) => {
      const after = cursorOf(query, ['string']);
      if (after === undefined) return refuseCursor(reply);
      const limit = limitOf(query);
      const where = {
        ...(query.partyId === undefined ? {} : { party_id: query.partyId }),
        ...(query.currency === undefined ? {} : { currency: query.currency }),
      };
      const rows = await asTenant(store.database, tenantId, (client) =>
        listRows(client, kind, tenantId, { after: after === null ? null : String(after[0]), limit, where }),
      );
      const page = pageFrom(rows, limit, ({ value }) => [value.tariffId]);
      return reply.send({ items: page.rows.map(flat), nextCursor: page.nextCursor });
    },
  );
  api.get(
    '/v1/tariffs/:tariffId',
    { schema: { tags, summary: 'Read a tariff', params, response: { 200: written, ...problems } } },
    async ({ caller: { tenantId }, params: { tariffId } }, reply) => {
      const row = await asTenant(store.database, tenantId, (client) => findRow(client, kind, [tenantId, tariffId]));
      if (row === undefined) return problem(reply, { status: 404, title: 'There is no such tariff', detail: tariffId });
      return sendRow(reply, { kind: 'done', result: row }, { more: noticesOf(row) });
    },
  );
}

function addVersions(api: HttpApi, store: Store): void {
  api.get(
    '/v1/tariffs/:tariffId/versions',
    {
      schema: {
        tags,
        summary: 'All versions of a tariff, the newest first, also of a deleted one',
        params,
        querystring: Type.Object(paging, strict),
        response: { 200: pageOf(version), ...problems },
      },
    },
    async ({ caller: { tenantId }, params: { tariffId }, query }, reply) => {
      const before = cursorOf(query, ['number']);
      if (before === undefined) return refuseCursor(reply);
      const limit = limitOf(query);
      const page = { before: before === null ? null : Number(before[0]), limit };
      const found = await asTenant(store.database, tenantId, (client) =>
        listVersions(client, kind, [tenantId, tariffId], page),
      );
      if (found.length === 0 && before === null)
        return problem(reply, { status: 404, title: 'There is no such tariff', detail: tariffId });
      const { rows, nextCursor } = pageFrom(found, limit, (row) => [row.version]);
      const items = rows.map(({ at, value: tariff, ...rest }) => ({ ...rest, at: new Date(at).toISOString(), tariff }));
      return reply.send({ items, nextCursor });
    },
  );
}

function addWriting(api: HttpApi, store: Store): void {
  api.post(
    '/v1/tariffs',
    { schema: { tags, summary: 'Create a tariff', body: input, response: { 201: written, ...problems } } },
    async ({ caller, body }, reply) => {
      const outcome = await createOne(store, caller, kind, { value: tariffOf(body), check: checkTariff });
      if (outcome.kind === 'refused') return problem(reply, outcome);
      return sendRow(reply, outcome, { status: 201, more: noticesOf(outcome.result) });
    },
  );
  api.put(
    '/v1/tariffs/:tariffId',
    {
      schema: {
        tags,
        summary: 'Replace a tariff by a new version; sessions that began before keep the version of their start',
        params,
        headers: ifMatch,
        body: replacement,
        response: { 200: written, ...problems },
      },
    },
    async ({ caller, params: { tariffId: id }, headers, body: { version: of, ...fields } }, reply) => {
      const expected = expectedOf(headers, { version: of });
      const decide = (): Tariff => tariffOf({ tariffId: id, ...fields });
      const outcome = await changeOne(store, caller, kind, { id, expected, check: checkTariff, decide });
      if (outcome.kind === 'refused') return problem(reply, outcome);
      return sendRow(reply, outcome, { more: noticesOf(outcome.result) });
    },
  );
  api.delete(
    '/v1/tariffs/:tariffId',
    {
      schema: {
        tags,
        summary: 'Delete a tariff that no place is assigned to; its versions stay',
        params,
        headers: ifMatch,
        response: { 204: nothing, ...problems },
      },
    },
    async ({ caller, params: { tariffId: id }, headers }, reply) =>
      sendNothing(reply, await removeOne(store, caller, kind, { id, expected: expectedOf(headers) })),
  );
}

function noticesOf({ value }: Row<Tariff>) {
  return { warnings: tariffWarnings(value), notPricedYet: pricingViolations(value) };
}
