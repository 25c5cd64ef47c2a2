// The query behind GET /v1/sessions: filters as conditions, newest first, paged by (startedAt, sessionId).
import type { PoolClient } from 'pg';
import { decodeCursor, encodeCursor } from '#kit/http';
import type { SessionRow } from '../session-rows.ts';
import { pageLimits } from '#kit/http-schemas';
import { type SessionQuery } from './schemas.ts';

export type Violation = { readonly path: string; readonly message: string };
export type Listing = { readonly sql: string; readonly values: readonly unknown[]; readonly limit: number };
export type Page = { readonly rows: readonly SessionRow[]; readonly nextCursor: string | null };

type Condition = { readonly sql: (...parameters: string[]) => string; readonly values: readonly unknown[] };

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The statement for a query, or what is wrong with it beyond its shape. */
export function listingOf(tenantId: string, query: SessionQuery): Listing | readonly Violation[] {
  const violations: Violation[] = [];
  const conditions = [
    { sql: (tenant: string) => `tenant_id = ${tenant}`, values: [tenantId] },
    equal('station_id', query.stationId),
    equal('phase', query.state),
    equal('token_ref', query.tokenRef),
    equal('transaction_id', query.transactionId),
    started('>=', 'from', query.from, violations),
    started('<', 'to', query.to, violations),
    flagged(query.flagged),
    after(query.cursor, violations),
  ].filter((condition) => condition !== undefined);
  if (violations.length > 0) return violations;
  const values: unknown[] = [];
  const where = conditions.map((condition) =>
    condition.sql(...condition.values.map((value) => `$${values.push(value)}`)),
  );
  const limit = query.limit ?? pageLimits.byDefault;
  // One more than asked for tells whether there is a next page.
  const sql = `select * from sessions where ${where.join(' and ')} order by started_at_ms desc, session_id desc limit ${limit + 1}`;
  return { sql, values, limit };
}

export async function readPage(client: PoolClient, { sql, values, limit }: Listing): Promise<Page> {
  const { rows } = await client.query<SessionRow>(sql, [...values]);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const isLast = rows.length <= limit || last === undefined;
  return { rows: page, nextCursor: isLast ? null : encodeCursor([last.started_at_ms, last.session_id]) };
}

function equal(column: string, value: string | undefined): Condition | undefined {
  return value === undefined ? undefined : { sql: (parameter) => `${column} = ${parameter}`, values: [value] };
}

function started(
  operator: '>=' | '<',
  name: string,
  text: string | undefined,
  violations: Violation[],
): Condition | undefined {
  if (text === undefined) return undefined;
  const at = Date.parse(text);
  if (Number.isNaN(at)) violations.push({ path: `querystring/${name}`, message: 'is no instant' });
  return { sql: (parameter) => `started_at_ms ${operator} ${parameter}`, values: [at] };
}

function flagged(wanted: boolean | undefined): Condition | undefined {
  if (wanted === undefined) return undefined;
  return { sql: () => `flags ${wanted ? '<>' : '='} '[]'::jsonb`, values: [] };
}

function after(cursor: string | undefined, violations: Violation[]): Condition | undefined {
  if (cursor === undefined) return undefined;
  const [startedAt, sessionId] = decodeCursor(cursor) ?? [];
  if (!Number.isSafeInteger(startedAt) || typeof sessionId !== 'string' || !uuidPattern.test(sessionId)) {
    violations.push({ path: 'querystring/cursor', message: 'is no cursor of ours' });
  }
  return {
    sql: (at, id) => `(started_at_ms, session_id) < (${at}::bigint, ${id}::uuid)`,
    values: [startedAt, sessionId],
  };
}
