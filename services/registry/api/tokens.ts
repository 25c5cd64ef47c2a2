// /v1/tokens: the cards and keys of drivers, named by their ref; deleting one erases its uid for good.
import Type, { type Static } from 'typebox';
import { locationId, partyIdPattern, tokenRefPattern, tokenUid, tokenValue } from '#contracts/registry';
import type { HttpApi } from '#kit/http';
import { patchedToken, tokenOf, tokenViolations } from '../domain/token.ts';
import { repeated } from '../domain/violation.ts';
import { putTokens } from '../store/bulk.ts';
import { tokens as kind } from '../store/kinds.ts';
import { createOne, changeOne, removeOne } from '../store/write.ts';
import type { RegistryParts } from './parts.ts';
import { readOne } from './read.ts';
import { equal, flat, refuse, sendNothing, sendPage, sendRow } from './respond.ts';
import { nullable, pageOf, paging, problems, strict } from '#kit/http-schemas';
import { expectedOf, ifMatch, nothing, resourceOf, versionField } from '#kit/http-versions';
import { bulkResult } from './station-schemas.ts';

const tags = ['tokens'];
const person = {
  groupId: nullable(
    Type.String({ minLength: 1, maxLength: 36, description: 'Tokens of one group stop each other’s sessions' }),
  ),
  label: nullable(Type.String({ maxLength: 100, description: 'For people; stays in this service' })),
  contractId: nullable(
    Type.String({
      minLength: 1,
      maxLength: 36,
      description: 'Contract behind it (OCPI contract_id); stays in this service',
    }),
  ),
} as const;
const token = resourceOf(Type.Object({ ...tokenValue.properties, uid: tokenUid, ...person }));
export const tokenFields = {
  ...Type.Partial(Type.Omit(tokenValue, ['tokenRef', 'type', 'groupRef'])).properties,
  groupId: Type.Optional(person.groupId),
  label: Type.Optional(person.label),
  contractId: Type.Optional(person.contractId),
} as const;
const input = Type.Object({ uid: tokenUid, type: Type.Optional(tokenValue.properties.type), ...tokenFields }, strict);
const bulkInput = Type.Object({ tokens: Type.Array(input, { minItems: 1, maxItems: 1000 }) }, strict);
const patchBody = Type.Object({ ...tokenFields, ...versionField }, strict);
const params = Type.Object({ tokenRef: Type.String({ pattern: tokenRefPattern }) });
const filters = Type.Object(
  {
    ...paging,
    uid: Type.Optional(tokenUid),
    type: Type.Optional(tokenValue.properties.type),
    status: Type.Optional(tokenValue.properties.status),
    groupId: Type.Optional(Type.String({ maxLength: 36 })),
    locationId: Type.Optional(locationId),
    issuer: Type.Optional(Type.String({ pattern: partyIdPattern })),
  },
  strict,
);

export function addTokenRoutes(api: HttpApi, parts: RegistryParts): void {
  addReading(api, parts);
  addCreating(api, parts);
  addChanging(api, parts);
}

function addReading(api: HttpApi, { store }: RegistryParts): void {
  api.get(
    '/v1/tokens',
    { schema: { tags, summary: 'List tokens', querystring: filters, response: { 200: pageOf(token), ...problems } } },
    async ({ caller, query }, reply) => {
      const { locationId: boundTo } = query;
      const where = [
        equal('uid', query.uid?.trim()),
        equal('type', query.type),
        equal('status', query.status),
        equal('group_id', query.groupId),
        equal('issuer', query.issuer),
        boundTo === undefined
          ? undefined
          : { sql: (parameter: string) => `location_ids @> array[${parameter}::text]`, value: boundTo },
      ];
      return sendPage(reply, { store, caller }, query, { kind, where, present: flat });
    },
  );
  api.get(
    '/v1/tokens/:tokenRef',
    { schema: { tags, summary: 'Read a token', params, response: { 200: token, ...problems } } },
    async ({ caller, params: { tokenRef } }, reply) =>
      sendRow(reply, await readOne(store, caller, kind, tokenRef), flat),
  );
}

function addCreating(api: HttpApi, { store, tenantKey }: RegistryParts): void {
  api.post(
    '/v1/tokens',
    { schema: { tags, summary: 'Register a token', body: input, response: { 201: token, ...problems } } },
    async ({ caller, body }, reply) => {
      const decision = { value: tokenOf(tenantKey(caller.tenantId), body), violations: tokenViolations(body) };
      return sendRow(reply, await createOne(store, caller, kind, decision), flat, 201);
    },
  );
  api.put(
    '/v1/tokens',
    {
      schema: {
        tags,
        summary: 'Register or replace up to 1000 tokens; doing it again changes nothing',
        body: bulkInput,
        response: { 200: bulkResult, ...problems },
      },
    },
    async ({ caller, body }, reply) => {
      const { wanted, violations } = readBulk(tenantKey(caller.tenantId), body);
      const outcome = await putTokens(store, caller, wanted, violations);
      return outcome.kind === 'refused' ? refuse(reply, outcome) : reply.send(outcome.result);
    },
  );
}

function addChanging(api: HttpApi, { store, tenantKey }: RegistryParts): void {
  api.patch(
    '/v1/tokens/:tokenRef',
    {
      schema: {
        tags,
        summary: 'Change fields of a token; uid and type are its identity and stay',
        params,
        headers: ifMatch,
        body: patchBody,
        response: { 200: token, ...problems },
      },
    },
    async ({ caller, params: { tokenRef: id }, headers, body: { version, ...patch } }, reply) => {
      const outcome = await changeOne(store, caller, {
        kind,
        id,
        expected: expectedOf(headers, { version }),
        decide: (current) => ({
          value: patchedToken(tenantKey(caller.tenantId), current, patch),
          violations: tokenViolations(patch),
        }),
      });
      return sendRow(reply, outcome, flat);
    },
  );
  api.delete(
    '/v1/tokens/:tokenRef',
    {
      schema: {
        tags,
        summary: 'Delete a token and erase its uid; sessions keep its ref',
        params,
        headers: ifMatch,
        response: { 204: nothing, ...problems },
      },
    },
    async ({ caller, params: { tokenRef: id }, headers }, reply) =>
      sendNothing(reply, await removeOne(store, caller, { kind, id, expected: expectedOf(headers) })),
  );
}

function readBulk(tenantKey: Buffer, { tokens }: Static<typeof bulkInput>) {
  const wanted = tokens.map((token) => tokenOf(tenantKey, token));
  const faults = tokens.flatMap((token, index) =>
    tokenViolations(token).map(({ path, message }) => ({ path: `tokens/${index}/${path}`, message })),
  );
  const doubled = repeated(wanted.map(({ tokenRef }) => tokenRef)).map((index) => ({
    path: `tokens/${index}/uid`,
    message: 'is the same token as one before',
  }));
  return { wanted, violations: [...faults, ...doubled] };
}
