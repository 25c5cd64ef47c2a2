// What the routes of operators' rows have in common: a row with its ETag, a page, a refusal.
import type { FastifyReply } from 'fastify';
import { decodeCursor, encodeCursor, problem } from '#kit/http';
import { pageLimits } from '#kit/http-schemas';
import type { Refusal } from '../store/refusal.ts';
import type { Audit, Row } from '../store/rows.ts';
import type { Done } from '../store/write.ts';

export function sendRow<V extends object>(
  reply: FastifyReply,
  outcome: Done<Row<V>> | Refusal,
  { status = 200, more = {} }: { readonly status?: 200 | 201; readonly more?: object } = {},
): FastifyReply {
  if (outcome.kind === 'refused') return problem(reply, outcome);
  const { value, audit } = outcome.result;
  return reply
    .code(status)
    .header('etag', `"${audit.version}"`)
    .send({ ...value, ...audit, ...more });
}

export function sendNothing(reply: FastifyReply, outcome: Done<unknown> | Refusal): FastifyReply {
  return outcome.kind === 'refused' ? problem(reply, outcome) : reply.code(204).send();
}

export type PageQuery = { readonly limit?: number; readonly cursor?: string };

/** The cursor's parts where it has as many of these types; null without one, undefined where it is none of ours. */
export function cursorOf<const T extends readonly ('string' | 'number')[]>(
  { cursor }: PageQuery,
  types: T,
): readonly (string | number)[] | null | undefined {
  if (cursor === undefined) return null;
  const parts = decodeCursor(cursor);
  const isOurs =
    parts !== undefined &&
    parts.length === types.length &&
    parts.every((part, n) => typeof part === types[n] && (typeof part === 'string' || Number.isSafeInteger(part)));
  return isOurs ? parts : undefined;
}

export function refuseCursor(reply: FastifyReply): FastifyReply {
  const violations = [{ path: 'querystring/cursor', message: 'is no cursor of ours' }];
  return problem(reply, { status: 400, title: 'The request is not valid', violations });
}

export function limitOf({ limit }: PageQuery): number {
  return limit ?? pageLimits.byDefault;
}

/** Cuts the one row too many and makes of it the cursor for the next page. */
export function pageFrom<R>(
  rows: readonly R[],
  limit: number,
  sortKey: (row: R) => readonly (string | number)[],
): { readonly rows: readonly R[]; readonly nextCursor: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page, nextCursor: rows.length > limit && last !== undefined ? encodeCursor(sortKey(last)) : null };
}

export const flat = <V extends object>({ value, audit }: Row<V>): V & Audit => ({ ...value, ...audit });
