// /v1/ocpi/partners: whom operators let read, their first token, and the exchange of credentials that we begin.
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { partnerValue, plainIdPattern, type PartnerValue } from '#contracts/registry';
import { decodeCursor, encodeCursor, problem, type Caller, type HttpApi } from '#kit/http';
import { pageLimits, pageOf, paging, problems, strict } from '#kit/http-schemas';
import { expectedOf, ifMatch, resourceOf, versionField } from '#kit/http-versions';
import { offerCredentials, versionsUrlOf, type HandshakeParts } from '../partners/handshake.ts';
import {
  changePartner,
  createPartner,
  findPartner,
  listPartners,
  removePartner,
  valueOf,
  type By,
  type Outcome,
  type PartnerRow,
} from '../partners/store.ts';
import { issueReadingToken, issueRegistrationToken } from '../partners/tokens.ts';
import { token as tokenText } from '../wire/v221/credentials.ts';

const tags = ['ocpi'];
const partner = resourceOf(partnerValue);
const params = Type.Object({ partnerId: Type.String({ pattern: plainIdPattern }) });
const given = Type.Pick(partnerValue, ['partnerId', 'name', 'parties', 'ourParties', 'hosts']).properties;
const optional = Type.Partial(Type.Pick(partnerValue, ['acceptsRawToken', 'blocked'])).properties;
const input = Type.Object({ ...given, ...optional }, strict);
const patch = Type.Object(
  {
    ...Type.Partial(Type.Omit(partnerValue, ['partnerId', 'state'])).properties,
    ...versionField,
  },
  strict,
);
const tokenInput = Type.Object(
  {
    kind: Type.Optional(
      Type.Enum(['registration', 'credentials'], {
        default: 'registration',
        description:
          'registration: TOKEN_A of a handshake; credentials: for a partner that only reads, without handshake',
      }),
    ),
  },
  strict,
);
const issued = Type.Object({
  token: Type.String({ description: 'Shown once' }),
  versionsUrl: Type.String({ description: 'Goes to the partner together with the token' }),
});
const theirs = Type.Object({ token: tokenText, versionsUrl: Type.String({ minLength: 1, maxLength: 255 }) }, strict);

export function addPartnerRoutes(api: HttpApi, parts: HandshakeParts): void {
  addReading(api, parts);
  addWriting(api, parts);
  addChanging(api, parts);
  addExchange(api, parts);
}

function addReading(api: HttpApi, { database }: HandshakeParts): void {
  api.get(
    '/v1/ocpi/partners',
    {
      schema: {
        tags,
        summary: 'List OCPI partners',
        querystring: Type.Object(paging, strict),
        response: { 200: pageOf(partner), ...problems },
      },
    },
    async ({ caller, query: { limit = pageLimits.byDefault, cursor } }, reply) => {
      const [after = ''] = cursor === undefined ? [] : (decodeCursor(cursor) ?? []);
      const rows = await listPartners(database, caller.tenantId, { after: String(after), limit: limit + 1 });
      const items = rows.slice(0, limit);
      const last = items.at(-1);
      const nextCursor = rows.length > limit && last !== undefined ? encodeCursor([last.partner_id]) : null;
      return reply.send({ items: items.map(shown), nextCursor });
    },
  );
  api.get(
    '/v1/ocpi/partners/:partnerId',
    { schema: { tags, summary: 'Read an OCPI partner', params, response: { 200: partner, ...problems } } },
    async ({ caller, params: { partnerId } }, reply) => {
      const row = await findPartner(database, caller.tenantId, partnerId);
      return row === undefined
        ? problem(reply, { status: 404, title: 'There is no such partner' })
        : sendPartner(reply, row, 200);
    },
  );
}

function addWriting(api: HttpApi, { database, now }: HandshakeParts): void {
  api.post(
    '/v1/ocpi/partners',
    { schema: { tags, summary: 'Register an OCPI partner', body: input, response: { 201: partner, ...problems } } },
    async ({ caller, body }, reply) => {
      const value: PartnerValue = { acceptsRawToken: false, blocked: false, ...body, state: 'unregistered' };
      return sendOutcome(reply, await createPartner(database, byOf(caller, now), normal(value)), 201);
    },
  );
}

function addChanging(api: HttpApi, { database, now }: HandshakeParts): void {
  api.patch(
    '/v1/ocpi/partners/:partnerId',
    {
      schema: {
        tags,
        summary: 'Change or block an OCPI partner',
        params,
        headers: ifMatch,
        body: patch,
        response: { 200: partner, ...problems },
      },
    },
    async ({ caller, params: { partnerId: id }, headers, body: { version, ...fields } }, reply) => {
      const expected = expectedOf(headers, { version });
      const decide = (current: PartnerValue): PartnerValue => normal({ ...current, ...fields });
      return sendOutcome(reply, await changePartner(database, byOf(caller, now), { id, expected, decide }), 200);
    },
  );
  api.delete(
    '/v1/ocpi/partners/:partnerId',
    {
      schema: {
        tags,
        summary: 'Delete an OCPI partner with its tokens',
        params,
        headers: ifMatch,
        response: { 204: Type.Null({ description: 'Done' }), ...problems },
      },
    },
    async ({ caller, params: { partnerId }, headers }, reply) => {
      const outcome = await removePartner(database, byOf(caller, now), partnerId, expectedOf(headers));
      return sendNothing(reply, outcome);
    },
  );
}

function addExchange(api: HttpApi, parts: HandshakeParts): void {
  api.post(
    '/v1/ocpi/partners/:partnerId/tokens',
    {
      schema: {
        tags,
        summary: 'Issue a token to a partner; an earlier one ends',
        params,
        body: tokenInput,
        response: { 201: issued, ...problems },
      },
    },
    async ({ caller, params: { partnerId }, body }, reply) => {
      const by = byOf(caller, parts.now);
      const issue = body.kind === 'credentials' ? issueReadingToken : issueRegistrationToken;
      const outcome = await issue(parts.database, parts.vault, by, partnerId);
      if (outcome.kind === 'refused') return problem(reply, outcome);
      return reply.code(201).send({ token: outcome.result, versionsUrl: versionsUrlOf(parts) });
    },
  );
  api.post(
    '/v1/ocpi/partners/:partnerId/handshake',
    {
      schema: {
        tags,
        summary: 'Register at a partner with the token and the versions URL that it handed over',
        params,
        body: theirs,
        response: { 200: partner, ...problems },
      },
    },
    async ({ caller, params: { partnerId }, body }, reply) => {
      const outcome = await offerCredentials(parts, byOf(caller, parts.now), partnerId, body);
      if (outcome.kind === 'fault')
        return problem(reply, {
          status: 502,
          title: 'The partner could not be registered',
          code: `OCPI_${outcome.code}`,
          detail: outcome.why,
        });
      return sendOutcome(reply, outcome, 200);
    },
  );
}

function byOf({ tenantId, actor }: Caller, now: () => number): By {
  return { tenantId, actor, at: now() };
}

/** Hosts know no case, and nothing is named twice. */
function normal(value: PartnerValue): PartnerValue {
  const { parties, ourParties, hosts } = value;
  const once = (texts: readonly string[]): string[] => [...new Set(texts)];
  return {
    ...value,
    parties: once(parties),
    ourParties: once(ourParties),
    hosts: once(hosts.map((host) => host.toLowerCase())),
  };
}

function shown(row: PartnerRow) {
  return {
    ...valueOf(row),
    version: row.version,
    createdAt: row.created_at.toISOString(),
    createdBy: row.created_by,
    updatedAt: row.updated_at.toISOString(),
    updatedBy: row.updated_by,
  };
}

function sendPartner(reply: FastifyReply, row: PartnerRow, status: 200 | 201): FastifyReply {
  return reply.code(status).header('etag', `"${row.version}"`).send(shown(row));
}

function sendOutcome(reply: FastifyReply, outcome: Outcome<PartnerRow>, status: 200 | 201): FastifyReply {
  return outcome.kind === 'refused' ? problem(reply, outcome) : sendPartner(reply, outcome.result, status);
}

function sendNothing(reply: FastifyReply, outcome: Outcome<undefined>): FastifyReply {
  return outcome.kind === 'refused' ? problem(reply, outcome) : reply.code(204).send();
}
