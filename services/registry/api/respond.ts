// Turns what the store made of a request into the answer: a row with its ETag, a page, or a problem.
import type { FastifyReply } from 'fastify';
import { decodeCursor, encodeCursor, problem, type Caller } from '#kit/http';
import { asTenant } from '#kit/postgres';
import type { Kind } from '../store/kinds.ts';
import type { Refusal } from '../store/refusal.ts';
import { listRows, type Audit, type Condition, type Row } from '../store/table.ts';
import type { Done, Store } from '../store/write.ts';
import { pageLimits } from '#kit/http-schemas';

export const flat = <V extends object>({ value, audit }: Row<V>): V & Audit => ({ ...value, ...audit });

export const refuse = (reply: FastifyReply, refusal: Refusal): FastifyReply => problem(reply, refusal);

/** Sends a row as it stands after a read or a write, with its version as ETag. */
export function sendRow<V extends object, T extends Audit>(
  reply: FastifyReply,
  outcome: Done<Row<V>> | Refusal,
  present: (row: Row<V>) => T,
  status: 200 | 201 = 200,
): FastifyReply {
  if (outcome.kind === 'refused') return refuse(reply, outcome);
  const shown = present(outcome.result);
  return reply.code(status).header('etag', `"${shown.version}"`).send(shown);
}

export function sendNothing(reply: FastifyReply, outcome: Done<unknown> | Refusal): FastifyReply {
  return outcome.kind === 'refused' ? refuse(reply, outcome) : reply.code(204).send();
}

export type Listing<V extends object, T> = {
  readonly kind: Kind<V>;
  readonly where: readonly (Condition | undefined)[];
  present(row: Row<V>): T;
};

/** Sends a page of the caller's tenant, in the order of ids. */
export async function sendPage<V extends object, T>(
  reply: FastifyReply,
  { store, caller }: { store: Store; caller: Caller },
  query: { readonly limit?: number; readonly cursor?: string },
  { kind, where, present }: Listing<V, T>,
): Promise<FastifyReply> {
  const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor)?.[0];
  if (query.cursor !== undefined && typeof after !== 'string') {
    const violations = [{ path: 'querystring/cursor', message: 'is no cursor of ours' }];
    return problem(reply, { status: 400, title: 'The request is not valid', violations });
  }
  const { tenantId } = caller;
  const limit = query.limit ?? pageLimits.byDefault;
  const page = {
    tenantId,
    where: where.filter((condition) => condition !== undefined),
    after: after?.toString(),
    limit,
  };
  const rows = await asTenant(store.database, tenantId, (client) => listRows(client, kind.table, page));
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const nextCursor =
    rows.length > limit && last !== undefined ? encodeCursor([String(last.value[kind.table.id])]) : null;
  return reply.send({ items: items.map(present), nextCursor });
}

/** A filter that applies only when the query names it. */
export function equal(column: string, value: string | boolean | number | undefined): Condition | undefined {
  return value === undefined ? undefined : { sql: (parameter) => `${column} = ${parameter}`, value };
}

/** Ids that begin with the text; ids know no case. */
export function beginsWith(column: string, text: string | undefined): Condition | undefined {
  return text === undefined ? undefined : { sql: (parameter) => `starts_with(${column}, ${parameter})`, value: text };
}
