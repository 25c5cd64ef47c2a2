// Lists for partners (OCPI 2.2.1, 4.1.3): what they may ask for, and the headers that lead them on.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { decodeCursor, encodeCursor } from '#kit/http';

export const pageLimits = { max: 100, offsetMax: 2_000_000_000 } as const;

export type PageQuery = {
  /** Epoch ms; from inclusive, to exclusive, both of last_updated. */
  readonly from: number | null;
  readonly to: number | null;
  readonly offset: number;
  readonly limit: number;
  /**
   * Created key of the last object of the page before, which our Link carries: what changes or goes while a partner pages
   * shifts nothing (ocpi#373). A partner that counts by offset alone may.
   */
  readonly after: Key | null;
  /** How many there were when the first page was read, which our Link carries, too. */
  readonly total: number | null;
};
export type Key = readonly [at: number, partition: number, offset: number];

export type Page<T> = { readonly items: readonly T[]; readonly total: number; readonly next: Key | null };

/** The query, or what of it cannot be read. */
export function pageQueryOf(query: unknown, required: readonly ('date_from' | 'date_to')[] = []): PageQuery | string {
  const given = query as Readonly<Record<string, unknown>>;
  const missing = required.find((name) => given[name] === undefined);
  if (missing !== undefined) return `${missing} is missing`;
  const from = optional(given['date_from'], instantOf);
  const to = optional(given['date_to'], instantOf);
  if (from === undefined || to === undefined) return 'a date is not in UTC as OCPI writes it';
  const offset = countOf(given['offset'] ?? '0', 0);
  const limit = countOf(given['limit'] ?? String(pageLimits.max), 1);
  if (offset === undefined || limit === undefined) return 'offset or limit is no number that a page may have';
  const after = optional(given['after'], keyOf);
  if (after === undefined) return 'after is none of our cursors';
  const total = optional(given['total'], (text) => countOf(text, 0));
  if (total === undefined) return 'total is no number of ours';
  return { from, to, offset, limit: Math.min(limit, pageLimits.max), after, total: after === null ? null : total };
}

/** X-Total-Count, X-Limit (the server's maximum), and a Link that keeps every filter; none on the last page. */
export function setPageHeaders(
  reply: FastifyReply,
  { url }: Pick<FastifyRequest, 'url'>,
  baseUrl: string,
  { query, page }: { readonly query: PageQuery; readonly page: Page<unknown> },
): void {
  reply.header('x-total-count', String(page.total)).header('x-limit', String(pageLimits.max));
  if (page.next === null) return;
  const next = new URL(`${baseUrl}${url}`);
  next.searchParams.set('offset', String(query.offset + page.items.length));
  next.searchParams.set('limit', String(query.limit));
  next.searchParams.set('after', encodeCursor(page.next));
  next.searchParams.set('total', String(page.total));
  reply.header('link', `<${next.toString()}>; rel="next"`);
}

/** UTC with `Z` or nothing; an offset is no UTC to OCPI, not even +00:00. */
export function instantOf(text: unknown): number | undefined {
  if (typeof text !== 'string' || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z?$/.test(text)) return undefined;
  const at = Date.parse(text.endsWith('Z') ? text : `${text}Z`);
  // The 30th of February is a date to a lenient parser.
  return Number.isNaN(at) || new Date(at).toISOString().slice(0, 19) !== text.slice(0, 19) ? undefined : at;
}

/** Null: not given; undefined: unreadable. */
function optional<T>(given: unknown, read: (text: unknown) => T | undefined): T | null | undefined {
  return given === undefined ? null : read(given);
}

function countOf(text: unknown, min: number): number | undefined {
  if (typeof text !== 'string' || !/^\d{1,10}$/.test(text)) return undefined;
  const count = Number(text);
  return count >= min && count <= pageLimits.offsetMax ? count : undefined;
}

function keyOf(text: unknown): Key | undefined {
  const [at, partition, offset, ...rest] = (typeof text === 'string' ? decodeCursor(text) : undefined) ?? [];
  if (rest.length > 0 || ![at, partition, offset].every((part) => Number.isSafeInteger(part))) return undefined;
  return [Number(at), Number(partition), Number(offset)];
}
