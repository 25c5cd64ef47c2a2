// /v1/billing-reviews: sessions that are held, and CDRs that facts contradicted; a person decides.
import { encodeRecord } from '#contracts/codec';
import Type from 'typebox';
import { partitionOf, sessionKey } from '#contracts/keys';
import { stationIdPattern } from '#contracts/registry';
import { problem, type HttpApi, type Problem } from '#kit/http';
import { pageOf, paging, problems, strict } from '#kit/http-schemas';
import { asTenant, type Database } from '#kit/postgres';
import type { BillingParts } from '../http.ts';
import type { ReviewRow } from '../tables/bills.ts';
import { reviewId, reviewValue, reviewView, sessionId } from './cdr-schemas.ts';
import { equal, readPage } from './listing.ts';
import { refuseCursor } from './respond.ts';

const tags = ['billing reviews'];
const params = Type.Object({ reviewId });
const query = Type.Object(
  {
    ...paging,
    state: Type.Optional(Type.Enum(['open', 'resolved'])),
    reason: Type.Optional(Type.Enum(['no-tariff', 'flagged', 'unpriceable', 'late-facts', 'corrected'])),
    sessionId: Type.Optional(sessionId),
    stationId: Type.Optional(Type.String({ pattern: stationIdPattern })),
  },
  strict,
);
const resolving = Type.Object(
  {
    resolution: Type.Enum(['issued', 'written-off', 'kept'], {
      description: 'issued: bill what is held as it stands. written-off: never. kept: the CDR stands',
    }),
    note: Type.Optional(Type.String({ maxLength: 1000 })),
  },
  strict,
);
const states = { open: ' and resolution is null', resolved: ' and resolution is not null' } as const;

export function addReviewRoutes(api: HttpApi, parts: BillingParts): void {
  addReading(api, parts);
  api.post(
    '/v1/billing-reviews/:reviewId/resolve',
    {
      schema: {
        tags,
        summary: 'Decide what becomes of it',
        params,
        body: resolving,
        response: { 200: reviewValue, ...problems },
      },
    },
    async ({ caller: { tenantId, actor }, params: { reviewId: id }, body }, reply) => {
      const { database } = parts.store;
      const before = await findReview(database, tenantId, id);
      const refusal = refusalOf(before, body.resolution);
      if (before === undefined || refusal !== undefined) return problem(reply, refusal ?? noSuchReview(id));
      await resolve(parts, before, { actor, resolution: body.resolution, note: body.note ?? null });
      await parts.readToEnd();
      const after = await findReview(database, tenantId, id);
      if (after === undefined) return problem(reply, noSuchReview(id));
      // Of two at once the first counts.
      const isOurs = after.resolved_by === actor && after.resolution === body.resolution;
      return isOurs ? reply.send(reviewView(after)) : problem(reply, isResolved(after));
    },
  );
}

function addReading(api: HttpApi, { store }: BillingParts): void {
  api.get(
    '/v1/billing-reviews',
    {
      schema: {
        tags,
        summary: 'List billing reviews, newest first',
        querystring: query,
        response: { 200: pageOf(reviewValue), ...problems },
      },
    },
    async ({ caller: { tenantId }, query: asked }, reply) => {
      const filters = [
        equal('reason', asked.reason),
        equal('session_id', asked.sessionId),
        equal('station_id', asked.stationId),
      ];
      const more = asked.state === undefined ? '' : states[asked.state];
      const listing = { table: 'cdrs.reviews', columns: '*', time: 'opened_at_ms', id: 'review_id', filters } as const;
      const page = await asTenant(store.database, tenantId, (client) =>
        readPage<ReviewRow>(client, tenantId, asked, { ...listing, more }),
      );
      if (page === undefined) return refuseCursor(reply);
      return reply.send({ items: page.rows.map(reviewView), nextCursor: page.nextCursor });
    },
  );
  api.get(
    '/v1/billing-reviews/:reviewId',
    { schema: { tags, summary: 'Read a billing review', params, response: { 200: reviewValue, ...problems } } },
    async ({ caller: { tenantId }, params: { reviewId: id } }, reply) => {
      const row = await findReview(store.database, tenantId, id);
      return row === undefined ? problem(reply, noSuchReview(id)) : reply.send(reviewView(row));
    },
  );
}

async function findReview(database: Database, tenantId: string, id: string): Promise<ReviewRow | undefined> {
  return asTenant(database, tenantId, async (client) => {
    const { rows } = await client.query<ReviewRow>(
      'select * from cdrs.reviews where tenant_id = $1 and review_id = $2',
      [tenantId, id],
    );
    return rows[0];
  });
}

function refusalOf(review: ReviewRow | undefined, resolution: string): Problem | undefined {
  if (review === undefined) return undefined;
  if (review.resolution !== null) return isResolved(review);
  const isHeld = review.cdr_id === null;
  if (isHeld === (resolution !== 'kept')) return undefined;
  if (!isHeld && resolution === 'written-off') return undefined;
  const message = isHeld
    ? 'there is no CDR to keep: issue what is held, or write it off'
    : 'a CDR stands: it is kept, or the difference is written off';
  return { status: 422, title: 'The request is not valid', violations: [{ path: 'body/resolution', message }] };
}

/** The same review resolved twice is one record twice, of which the first counts. */
async function resolve(
  { log, topic, store }: BillingParts,
  { tenant_id: tenantId, session_id: id, review_id: ofReview }: ReviewRow,
  decision: { readonly actor: string; readonly resolution: string; readonly note: string | null },
): Promise<void> {
  const key = sessionKey(tenantId, id);
  const resolved = {
    eventId: `${ofReview}.resolved`,
    tenantId,
    sessionId: id,
    reviewId: ofReview,
    ...decision,
    resolvedAt: store.now(),
  };
  await log.append(topic.name, partitionOf(key, topic.partitions), [
    { key, type: 'BillingReviewResolved', value: encodeRecord('BillingReviewResolved', resolved) },
  ]);
}

function noSuchReview(id: string): Problem {
  return { status: 404, title: 'There is no such review', detail: id };
}

function isResolved({ resolution, resolved_by: by }: ReviewRow): Problem {
  return { status: 409, title: 'It is resolved already', detail: `${resolution ?? ''} by ${by ?? 'billing'}` };
}
