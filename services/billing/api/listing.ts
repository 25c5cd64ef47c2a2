// Queries over the tables of `cdrs`: filters as conditions, newest first, paged by time and id.
import { problem } from '#kit/http';
import type { FastifyReply } from 'fastify';
import type { PoolClient } from 'pg';
import type { Violation } from '../domain/violation.ts';
import { cursorOf, limitOf, pageFrom, type PageQuery } from './respond.ts';

export type Filter = { readonly sql: (parameter: string) => string; readonly value: unknown };

/** A filter that applies only where the query names it. */
export function equal(column: string, value: string | undefined): Filter | undefined {
  return value === undefined ? undefined : { sql: (parameter) => `${column} = ${parameter}`, value };
}

/** From an instant on, or until before it. */
export function bounded(
  column: string,
  operator: '>=' | '<',
  [name, text]: readonly [name: string, text: string | undefined],
  violations: Violation[],
): Filter | undefined {
  if (text === undefined) return undefined;
  const at = Date.parse(text);
  if (Number.isNaN(at)) violations.push({ path: `querystring/${name}`, message: 'is no instant' });
  return { sql: (parameter) => `${column} ${operator} ${parameter}::bigint`, value: at };
}

export type Listing = {
  readonly table: 'cdrs.cdrs' | 'cdrs.reviews';
  readonly columns: string;
  readonly time: string;
  readonly id: string;
  readonly filters: readonly (Filter | undefined)[];
  /** Conditions without a value. */
  readonly more?: string;
};

type Page<R> = { readonly rows: readonly R[]; readonly nextCursor: string | null };

/** Undefined where the cursor is none of ours. */
export async function readPage<R extends Record<string, unknown>>(
  client: PoolClient,
  tenantId: string,
  query: PageQuery,
  { table, columns, time, id, filters, more = '' }: Listing,
): Promise<Page<R> | undefined> {
  const cursor = cursorOf(query, ['number', 'string']);
  if (cursor === undefined) return undefined;
  const limit = limitOf(query);
  const values: unknown[] = [tenantId, limit + 1];
  const applied = filters.filter((filter) => filter !== undefined);
  const conditions = applied.map(({ sql, value }) => ` and ${sql(`$${values.push(value)}`)}`);
  if (cursor !== null) {
    const [at, last] = [values.push(cursor[0]), values.push(cursor[1])];
    conditions.push(` and (${time}, ${id}) < ($${at}::bigint, $${last}::text)`);
  }
  const { rows } = await client.query<R>(
    `select ${columns} from ${table} where tenant_id = $1${more}${conditions.join('')} order by ${time} desc, ${id} desc limit $2`,
    values,
  );
  return pageFrom(rows, limit, (row) => [Number(row[time]), String(row[id])]);
}

export function refuseQuery(reply: FastifyReply, violations: readonly Violation[]): FastifyReply {
  return problem(reply, { status: 400, title: 'The request is not valid', violations });
}
