// Sessions, CDRs and tariffs for partners (OCPI 2.2.1, 9.2.1, 10.2.1, 11.2.1): lists, each page read in one snapshot.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { PoolClient } from 'pg';
import { asTenant } from '#kit/postgres';
import { readCdrs } from '../reads/cdrs.ts';
import { readSessions, type Sight } from '../reads/sessions.ts';
import { readTariffs } from '../reads/tariffs.ts';
import { cdrOf } from '../wire/v221/cdr.ts';
import { versionNumber } from '../wire/v221/credentials.ts';
import { sessionOf } from '../wire/v221/session.ts';
import { tariffOf } from '../wire/v221/tariff.ts';
import { answer, ocpiCodes } from './envelope.ts';
import { pageQueryOf, setPageHeaders, type Page, type PageQuery } from './paging.ts';
import type { PartnerApi, PartnerParts } from './parts.ts';

const base = `/ocpi/cpo/${versionNumber}`;

export function addListRoutes(api: PartnerApi, parts: PartnerParts): void {
  const { namesOf } = parts;
  api.get(`${base}/sessions`, async (request, reply) =>
    sendList(parts, request, reply, {
      required: ['date_from'],
      read: readSessions,
      async present(items, tenantId) {
        const names = await namesOf(tenantId, refsOf(items.map(({ view }) => view.content.tokenRef)));
        return items.map((item) => sessionOf(item, names.get(item.view.content.tokenRef ?? '')));
      },
    }),
  );
  api.get(`${base}/cdrs`, async (request, reply) =>
    sendList(parts, request, reply, {
      read: readCdrs,
      async present(items, tenantId) {
        const names = await namesOf(tenantId, refsOf(items.map(({ content }) => content.tokenRef)));
        return items.map((item) => cdrOf(item, names.get(item.content.tokenRef ?? '')));
      },
    }),
  );
  api.get(`${base}/tariffs`, async (request, reply) =>
    sendList(parts, request, reply, {
      read: readTariffs,
      present: async (items) => items.map(({ value, lastUpdatedAt }) => tariffOf(value, lastUpdatedAt)),
    }),
  );
}

export type List<T> = {
  readonly required?: readonly 'date_from'[];
  readonly read: (client: PoolClient, sight: Sight, query: PageQuery) => Promise<Page<T>>;
  readonly present: (items: readonly T[], tenantId: string) => Promise<readonly object[]>;
};

/** Answers a page, or 2001 where the query cannot be read. */
export async function sendList<T>(
  parts: PartnerParts,
  request: FastifyRequest,
  reply: FastifyReply,
  list: List<T>,
): Promise<FastifyReply> {
  const query = pageQueryOf(request.query, list.required);
  if (typeof query === 'string') return answer(reply, { code: ocpiCodes.badParameters, message: query }, parts.now());
  const sight = sightOf(request);
  const page = await readAs(parts, sight, (client) => list.read(client, sight, query));
  const data = await list.present(page.items, sight.tenantId);
  setPageHeaders(reply, request, parts.partnersUrl, { query, page });
  return answer(reply, { code: ocpiCodes.done, data }, parts.now());
}

export function sightOf({ partner: { tenantId, partner }, routing }: FastifyRequest): Sight {
  return { tenantId, ...routing, homeParty: partner.ourParties[0] ?? '' };
}

/** Under row-level security of the partner's tenant, in one snapshot. */
export function readAs<T>(
  { database }: PartnerParts,
  { tenantId }: Pick<Sight, 'tenantId'>,
  fn: (client: PoolClient) => Promise<T>,
): Promise<T> {
  return asTenant(database, tenantId, fn, { snapshot: 'read-only' });
}

function refsOf(refs: readonly (string | null)[]): string[] {
  return refs.filter((ref) => ref !== null);
}
