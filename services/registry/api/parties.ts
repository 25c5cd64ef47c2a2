// /v1/parties: the OCPI parties (country and code) in whose name a tenant's locations stand.
import Type from 'typebox';
import { partyIdPattern, partyValue } from '#contracts/registry';
import type { HttpApi } from '#kit/http';
import { parties } from '../store/kinds.ts';
import { changeOne, createOne, removeOne, type Store } from '../store/write.ts';
import { readOne } from './read.ts';
import { flat, sendNothing, sendPage, sendRow } from './respond.ts';
import { pageOf, paging, problems, strict } from '#kit/http-schemas';
import { expectedOf, ifMatch, nothing, resourceOf, versionField } from '#kit/http-versions';

const tags = ['parties'];
const party = resourceOf(partyValue);
const params = Type.Object({ partyId: Type.String({ pattern: partyIdPattern }) });
const patch = Type.Object({ name: Type.Optional(partyValue.properties.name), ...versionField }, strict);
const kind = parties;

export function addPartyRoutes(api: HttpApi, store: Store): void {
  api.get(
    '/v1/parties',
    {
      schema: {
        tags,
        summary: 'List parties',
        querystring: Type.Object(paging, strict),
        response: { 200: pageOf(party), ...problems },
      },
    },
    async ({ caller, query }, reply) => sendPage(reply, { store, caller }, query, { kind, where: [], present: flat }),
  );
  api.post(
    '/v1/parties',
    { schema: { tags, summary: 'Create a party', body: partyValue, response: { 201: party, ...problems } } },
    async ({ caller, body }, reply) =>
      sendRow(reply, await createOne(store, caller, kind, { value: body, violations: [] }), flat, 201),
  );
  api.get(
    '/v1/parties/:partyId',
    { schema: { tags, summary: 'Read a party', params, response: { 200: party, ...problems } } },
    async ({ caller, params: { partyId } }, reply) => sendRow(reply, await readOne(store, caller, kind, partyId), flat),
  );
  api.patch(
    '/v1/parties/:partyId',
    {
      schema: {
        tags,
        summary: 'Change a party',
        params,
        headers: ifMatch,
        body: patch,
        response: { 200: party, ...problems },
      },
    },
    async ({ caller, params: { partyId }, headers, body: { version, name } }, reply) => {
      const expected = expectedOf(headers, { version });
      const decide = (current: { partyId: string; name: string }) => ({
        value: { ...current, name: name ?? current.name },
        violations: [],
      });
      return sendRow(reply, await changeOne(store, caller, { kind, id: partyId, expected, decide }), flat);
    },
  );
  api.delete(
    '/v1/parties/:partyId',
    {
      schema: {
        tags,
        summary: 'Delete a party without locations',
        params,
        headers: ifMatch,
        response: { 204: nothing, ...problems },
      },
    },
    async ({ caller, params: { partyId }, headers }, reply) =>
      sendNothing(reply, await removeOne(store, caller, { kind, id: partyId, expected: expectedOf(headers) })),
  );
}
