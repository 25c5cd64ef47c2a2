// Pages of a list: where the next one begins, and what to say to a cursor that is none of ours.
import type { FastifyReply } from 'fastify';
import { decodeCursor, encodeCursor, problem } from '#kit/http';
import { pageLimits } from '#kit/http-schemas';

/** ECMAScript dates reach so far from 1970, both ways. */
const datesMs = 8.64e15;

export type SortKey = readonly (string | number)[];
export type PageQuery = { readonly limit?: number; readonly cursor?: string };

/** The sort key that the page begins after; null: at the start; undefined: the cursor is not one of this list. */
export function beginOf(query: PageQuery, like: SortKey): SortKey | null | undefined {
  if (query.cursor === undefined) return null;
  const key = decodeCursor(query.cursor);
  const fits = key?.length === like.length && key.every((part, n) => typeof part === typeof like[n]);
  return fits ? key : undefined;
}

export function limitOf(query: PageQuery): number {
  return query.limit ?? pageLimits.byDefault;
}

/** Rows were asked for one more than the limit: the one too many says that there is a next page. */
export function pageOfRows<Row, Item>(
  rows: readonly Row[],
  limit: number,
  of: { sortKey(row: Row): SortKey; present(row: Row): Item },
): { items: Item[]; nextCursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const nextCursor = rows.length > limit && last !== undefined ? encodeCursor(of.sortKey(last)) : null;
  return { items: shown.map((row) => of.present(row)), nextCursor };
}

export function refuseCursor(reply: FastifyReply): FastifyReply {
  const violations = [{ path: 'querystring/cursor', message: 'is no cursor of this list' }];
  return problem(reply, { status: 400, title: 'The request is not valid', violations });
}

export function isoOf(ms: number): string;
export function isoOf(ms: number | null): string | null;
export function isoOf(ms: number | null): string | null {
  if (ms === null) return null;
  // What a station or an operator wrote may be beyond what a date can be; a page must show it all the same.
  return new Date(Math.max(-datesMs, Math.min(datesMs, ms))).toISOString();
}
