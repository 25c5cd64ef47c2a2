// /v1/cdrs: what sessions cost, newest first; one with all it was made of; and why it costs that.
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import type { CdrIssued } from '#contracts/generated/types';
import { partyIdPattern, plainIdPattern, stationIdPattern, tokenRefPattern } from '#contracts/registry';
import type { TariffValue } from '#contracts/tariff';
import { problem, type HttpApi } from '#kit/http';
import { instantWithZone, pageOf, paging, problems, strict } from '#kit/http-schemas';
import { asTenant, type Database } from '#kit/postgres';
import { explained } from '../domain/explanation.ts';
import type { Violation } from '../domain/violation.ts';
import type { Store } from '../store/write.ts';
import {
  cdrDetail,
  cdrDetailView,
  cdrId,
  cdrValue,
  cdrView,
  explanation,
  pricedView,
  sessionId,
  type CdrRow,
} from './cdr-schemas.ts';
import { bounded, equal, readPage, refuseQuery } from './listing.ts';
import { refuseCursor } from './respond.ts';

const tags = ['cdrs'];
const params = Type.Object({ cdrId });
const query = Type.Object(
  {
    ...paging,
    sessionId: Type.Optional(sessionId),
    stationId: Type.Optional(Type.String({ pattern: stationIdPattern })),
    locationId: Type.Optional(Type.String({ pattern: plainIdPattern })),
    partyId: Type.Optional(Type.String({ pattern: partyIdPattern })),
    tokenRef: Type.Optional(Type.String({ pattern: tokenRefPattern })),
    from: Type.Optional(instantWithZone('Issued at or after')),
    to: Type.Optional(instantWithZone('Issued before')),
  },
  strict,
);

export function addCdrRoutes(api: HttpApi, store: Store): void {
  addListing(api, store);
  api.get(
    '/v1/cdrs/:cdrId',
    { schema: { tags, summary: 'Read a CDR', params, response: { 200: cdrDetail, ...problems } } },
    async ({ caller: { tenantId }, params: { cdrId: id } }, reply) => {
      const row = await findCdr(store.database, tenantId, id);
      return row === undefined ? noSuchCdr(reply, id) : reply.send(cdrDetailView(row, tariffOf(row.record)));
    },
  );
  api.get(
    '/v1/cdrs/:cdrId/explanation',
    {
      schema: {
        tags,
        summary: 'Compute a CDR again from what it embeds, and say why it costs that',
        params,
        response: { 200: explanation, ...problems },
      },
    },
    async ({ caller: { tenantId }, params: { cdrId: id } }, reply) => {
      const row = await findCdr(store.database, tenantId, id);
      return row === undefined ? noSuchCdr(reply, id) : reply.send(explanationView(row.record));
    },
  );
}

function addListing(api: HttpApi, { database }: Store): void {
  api.get(
    '/v1/cdrs',
    {
      schema: {
        tags,
        summary: 'List CDRs, newest first',
        querystring: query,
        response: { 200: pageOf(cdrValue), ...problems },
      },
    },
    async ({ caller: { tenantId }, query: asked }, reply) => {
      const violations: Violation[] = [];
      const filters = [
        equal('session_id', asked.sessionId),
        equal('station_id', asked.stationId),
        equal('location_id', asked.locationId),
        equal('party_id', asked.partyId),
        equal('token_ref', asked.tokenRef),
        bounded('issued_at_ms', '>=', ['from', asked.from], violations),
        bounded('issued_at_ms', '<', ['to', asked.to], violations),
      ];
      if (violations.length > 0) return refuseQuery(reply, violations);
      const columns = `issued_at_ms, cdr_id, record - '{readings,periods,lines,tariffJson}'::text[] as record`;
      const listing = { table: 'cdrs.cdrs', columns, time: 'issued_at_ms', id: 'cdr_id', filters } as const;
      const page = await asTenant(database, tenantId, (client) => readPage<CdrRow>(client, tenantId, asked, listing));
      if (page === undefined) return refuseCursor(reply);
      return reply.send({ items: page.rows.map(cdrView), nextCursor: page.nextCursor });
    },
  );
}

function explanationView(cdr: CdrIssued) {
  const { rating, selection, differences } = explained(cdr, tariffOf(cdr));
  const { lines, vats, periods, totalExclVat, totalVat, totalInclVat } = rating;
  return {
    cdrId: cdr.cdrId,
    agrees: differences.length === 0,
    differences: [...differences],
    tariffId: cdr.tariffId,
    tariffVersion: cdr.tariffVersion,
    tariffHash: cdr.tariffHash,
    inputHash: cdr.inputHash,
    selection: selection.map((each) => ({ ...each })),
    recomputed: {
      ...pricedView({ lines: [...lines], vats: [...vats], periods: [...periods] }),
      totalExclVat,
      totalVat,
      totalInclVat,
    },
  };
}

async function findCdr(database: Database, tenantId: string, id: string): Promise<CdrRow | undefined> {
  return asTenant(database, tenantId, async (client) => {
    const { rows } = await client.query<CdrRow>('select record from cdrs.cdrs where tenant_id = $1 and cdr_id = $2', [
      tenantId,
      id,
    ]);
    return rows[0];
  });
}

/** Checked by our own API before it was embedded. */
function tariffOf({ tariffJson }: CdrIssued): TariffValue {
  return JSON.parse(tariffJson) as TariffValue;
}

function noSuchCdr(reply: FastifyReply, id: string): FastifyReply {
  return problem(reply, { status: 404, title: 'There is no such CDR', detail: id });
}
