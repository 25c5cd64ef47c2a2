// /v1/locations: the places where stations stand, each with its party, country and time zone.
import Type from 'typebox';
import { locationValue, partyIdPattern, plainIdPattern } from '#contracts/registry';
import type { HttpApi } from '#kit/http';
import { locationOf, locationViolations, patchedLocation } from '../domain/location.ts';
import { locations as kind } from '../store/kinds.ts';
import { checkNoTokenNames } from '../store/references.ts';
import { changeOne, createOne, removeOne, type Store } from '../store/write.ts';
import { readOne } from './read.ts';
import { equal, flat, sendNothing, sendPage, sendRow } from './respond.ts';
import { pageOf, paging, problems, strict } from '#kit/http-schemas';
import { expectedOf, ifMatch, nothing, resourceOf, versionField } from '#kit/http-versions';

const tags = ['locations'];
const location = resourceOf(locationValue);
const params = Type.Object({ locationId: Type.String({ pattern: plainIdPattern }) });
const optional = Type.Partial(Type.Pick(locationValue, ['address', 'city', 'postalCode', 'coordinates'])).properties;
const input = Type.Object(
  {
    ...Type.Pick(locationValue, ['partyId', 'name', 'country', 'timeZone']).properties,
    locationId: Type.Optional(Type.String({ pattern: plainIdPattern, description: 'Made up where it is not given' })),
    ...optional,
  },
  strict,
);
const patch = Type.Object(
  { ...Type.Partial(Type.Omit(locationValue, ['locationId'])).properties, ...versionField },
  strict,
);
const filters = Type.Object(
  {
    ...paging,
    partyId: Type.Optional(Type.String({ pattern: partyIdPattern })),
    country: Type.Optional(Type.String({ pattern: '^[A-Z]{2}$' })),
  },
  strict,
);

export function addLocationRoutes(api: HttpApi, store: Store, newId: () => string): void {
  addReading(api, store);
  api.post(
    '/v1/locations',
    { schema: { tags, summary: 'Create a location', body: input, response: { 201: location, ...problems } } },
    async ({ caller, body }, reply) => {
      const value = locationOf({ ...body, locationId: body.locationId ?? newId() });
      const decision = { value, violations: locationViolations(value) };
      return sendRow(reply, await createOne(store, caller, kind, decision), flat, 201);
    },
  );
  api.patch(
    '/v1/locations/:locationId',
    {
      schema: {
        tags,
        summary: 'Change fields of a location',
        params,
        headers: ifMatch,
        body: patch,
        response: { 200: location, ...problems },
      },
    },
    async ({ caller, params: { locationId: id }, headers, body: { version, ...fields } }, reply) => {
      const expected = expectedOf(headers, { version });
      const outcome = await changeOne(store, caller, {
        kind,
        id,
        expected,
        decide: (current) => {
          const value = patchedLocation(current, fields);
          return { value, violations: locationViolations(value) };
        },
      });
      return sendRow(reply, outcome, flat);
    },
  );
  api.delete(
    '/v1/locations/:locationId',
    {
      schema: {
        tags,
        summary: 'Delete a location that nothing names',
        params,
        headers: ifMatch,
        response: { 204: nothing, ...problems },
      },
    },
    async ({ caller, params: { locationId: id }, headers }, reply) => {
      const mayGo: Parameters<typeof removeOne>[2]['mayGo'] = (client, tenantId) =>
        checkNoTokenNames(client, tenantId, id);
      return sendNothing(reply, await removeOne(store, caller, { kind, id, expected: expectedOf(headers), mayGo }));
    },
  );
}

function addReading(api: HttpApi, store: Store): void {
  api.get(
    '/v1/locations',
    {
      schema: {
        tags,
        summary: 'List locations',
        querystring: filters,
        response: { 200: pageOf(location), ...problems },
      },
    },
    async ({ caller, query }, reply) => {
      const where = [equal('party_id', query.partyId), equal('country', query.country)];
      return sendPage(reply, { store, caller }, query, { kind, where, present: flat });
    },
  );
  api.get(
    '/v1/locations/:locationId',
    { schema: { tags, summary: 'Read a location', params, response: { 200: location, ...problems } } },
    async ({ caller, params: { locationId: id } }, reply) =>
      sendRow(reply, await readOne(store, caller, kind, id), flat),
  );
}
