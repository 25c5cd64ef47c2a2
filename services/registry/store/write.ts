// Writes what operators ask for: one transaction holds the rows, what hangs on them, and what the log will be told.
import type { PoolClient } from 'pg';
import type { Expected } from '#kit/http-versions';
import type { Caller } from '#kit/http';
import { asTenant, type Database } from '#kit/postgres';
import type { Violation } from '../domain/violation.ts';
import type { Kind, Touched } from './kinds.ts';
import type { Change } from './outbox.ts';
import { exists, invalid, notFound, refusalOf, Refused, stale, type Refusal } from './refusal.ts';
import { deleteRow, lockRow, upsertRows, type Row, type Writing } from './table.ts';

export type Store = {
  readonly database: Database;
  now(): number;
  /** Puts changes into the outbox, within the transaction that makes them. */
  enqueue(client: PoolClient, changes: readonly Change[]): Promise<void>;
};

export type Done<T> = { readonly kind: 'done'; readonly result: T };

/** What a change makes of a value, or what is wrong with it. */
export type Decision<V> = { readonly value: V; readonly violations: readonly Violation[] };

const deadlockRetries = 3;

/** Runs a write of one tenant; what the schema or a check refuses comes back as a refusal, with nothing written. */
export async function writeAs<T>(
  store: Store,
  caller: Caller,
  fn: (client: PoolClient, writing: Writing) => Promise<T>,
): Promise<Done<T> | Refusal> {
  const writing = { tenantId: caller.tenantId, actor: caller.actor, at: store.now() };
  try {
    const run = (client: PoolClient): Promise<T> => fn(client, writing);
    return { kind: 'done', result: await asTenant(store.database, caller.tenantId, run, { retries: deadlockRetries }) };
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    return refusal;
  }
}

/** Creates a row; one of that id must not exist. */
export function createOne<V extends object>(
  store: Store,
  caller: Caller,
  kind: Kind<V>,
  decision: Decision<V>,
): Promise<Done<Row<V>> | Refusal> {
  return writeAs(store, caller, async (client, writing) => {
    const { row, touched } = await insertOne(client, writing, kind, decision);
    await store.enqueue(client, await kind.changes(client, writing, [touched]));
    return row;
  });
}

/** Creates a row within a transaction; what the log is told of it is the caller's. Throws Refused. */
export async function insertOne<V extends object>(
  client: PoolClient,
  writing: Writing,
  kind: Kind<V>,
  { value, violations }: Decision<V>,
): Promise<{ row: Row<V>; touched: Touched<V> }> {
  if (violations.length > 0) throw new Refused(invalid(violations));
  await kind.check?.(client, writing.tenantId, [value]);
  const [written] = await upsertRows(client, kind.table, writing, { values: [value], onlyNew: true });
  if (written === undefined) throw new Refused(exists(kind.table.noun, String(value[kind.table.id])));
  const { id, version } = written;
  return { row: rowAfter(value, version, writing, undefined), touched: { id, version, operation: 'created', value } };
}

export type ChangeOf<V extends object> = {
  readonly kind: Kind<V>;
  readonly id: string;
  readonly expected: Expected;
  decide(current: V): Decision<V>;
};

/** Changes a row from what it is to what decide makes of it; without a difference nothing is written. */
export function changeOne<V extends object>(
  store: Store,
  caller: Caller,
  { kind, id, expected, decide }: ChangeOf<V>,
): Promise<Done<Row<V>> | Refusal> {
  return writeAs(store, caller, async (client, writing) => {
    const before = await lockExpected(client, kind, writing.tenantId, { id, expected });
    const { value, violations } = decide(before.value);
    if (violations.length > 0) throw new Refused(invalid(violations));
    await kind.check?.(client, writing.tenantId, [value]);
    const [written] = await upsertRows(client, kind.table, writing, { values: [value] });
    if (written === undefined) return before;
    const touched: Touched<V> = { id, version: written.version, operation: 'updated', value };
    await store.enqueue(client, await kind.changes(client, writing, [touched]));
    return rowAfter(value, written.version, writing, before);
  });
}

export type Removal<V extends object> = {
  readonly kind: Kind<V>;
  readonly id: string;
  readonly expected: Expected;
  /** Throws Refused where the row must stay. */
  mayGo?(client: PoolClient, tenantId: string): Promise<void>;
};

export function removeOne<V extends object>(
  store: Store,
  caller: Caller,
  { kind, id, expected, mayGo }: Removal<V>,
): Promise<Done<undefined> | Refusal> {
  return writeAs(store, caller, async (client, writing) => {
    const before = await lockExpected(client, kind, writing.tenantId, { id, expected });
    // References in lists share-lock the row; this delete waits for them, and only then looks who names it.
    const version = await deleteRow(client, kind.table, writing.tenantId, id);
    await mayGo?.(client, writing.tenantId);
    const touched: Touched<V> = { id, version, operation: 'deleted', value: before.value };
    await store.enqueue(client, await kind.changes(client, writing, [touched]));
    return undefined;
  });
}

/** The row, locked, at the version that the operator expects. Throws Refused. */
export async function lockExpected<V extends object>(
  client: PoolClient,
  { table }: Kind<V>,
  tenantId: string,
  { id, expected }: { id: string; expected: Expected },
): Promise<Row<V>> {
  const row = await lockRow(client, table, tenantId, id);
  if (row === undefined) throw new Refused(notFound(table.noun, id));
  const { version } = row.audit;
  if (expected.header !== undefined && expected.header !== version) throw new Refused(stale(version, 412));
  if (expected.body !== undefined && expected.body !== version) throw new Refused(stale(version, 409));
  return row;
}

function rowAfter<V>(value: V, version: number, { actor, at }: Writing, before: Row<V> | undefined): Row<V> {
  const updatedAt = new Date(at).toISOString();
  const { createdAt, createdBy } = before?.audit ?? { createdAt: updatedAt, createdBy: actor };
  return { value, audit: { version, createdAt, createdBy, updatedAt, updatedBy: actor } };
}
