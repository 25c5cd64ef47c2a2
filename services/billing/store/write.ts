// Writes what operators ask for: one transaction holds the row, its version, and what the log will be told.
import type { PoolClient } from 'pg';
import type { Expected } from '#kit/http-versions';
import type { Caller } from '#kit/http';
import { enqueue } from '#kit/outbox';
import { asTenant, type Database } from '#kit/postgres';
import type { Violation } from '../domain/violation.ts';
import type { Kind } from './kinds.ts';
import { entryOf } from './outbox.ts';
import { invalid, notFound, refusalOf, Refused, stale, type Refusal } from './refusal.ts';
import { deleteRow, findRow, insertRow, keepVersion, updateRow, type Row, type Touched, type Writing } from './rows.ts';

export type Store = { readonly database: Database; now(): number };

export type Done<T> = { readonly kind: 'done'; readonly result: T };

/** What no constraint of the table can check; throws Refused. */
export type Check<V> = (client: PoolClient, tenantId: string, value: V) => Promise<void>;

/** Throws Refused where the domain finds something wrong. */
export function checkValue(violations: readonly Violation[]): void {
  if (violations.length > 0) throw invalid(violations);
}

export function createOne<V>(
  store: Store,
  caller: Caller,
  kind: Kind<V>,
  { value, check }: { value: V; check: Check<V> },
): Promise<Done<Row<V>> | Refusal> {
  return writeAs(store, caller, async (client, writing) => {
    await check(client, writing.tenantId, value);
    const version = await insertRow(client, kind, writing, value);
    if (version === undefined)
      throw new Refused({ status: 409, title: `This ${kind.noun} exists already`, detail: kind.idOf(value) });
    await tell(client, kind, writing, { version, operation: 'created', value });
    return rowAfter(value, version, writing);
  });
}

export type ChangeOf<V> = {
  readonly id: string;
  readonly expected: Expected;
  readonly check: Check<V>;
  /** The value after the change, made of the one before. */
  decide(current: V): V;
};

/** A change is a new version; without a difference nothing is written. */
export function changeOne<V>(
  store: Store,
  caller: Caller,
  kind: Kind<V>,
  { id, expected, check, decide }: ChangeOf<V>,
): Promise<Done<Row<V>> | Refusal> {
  return writeAs(store, caller, async (client, writing) => {
    const before = await lockExpected(client, kind, [writing.tenantId, id], expected);
    const value = decide(before.value);
    await check(client, writing.tenantId, value);
    if (JSON.stringify(value) === JSON.stringify(before.value)) return before;
    const version = await updateRow(client, kind, writing, value);
    await tell(client, kind, writing, { version, operation: 'updated', value });
    return rowAfter(value, version, writing, before);
  });
}

export function removeOne<V>(
  store: Store,
  caller: Caller,
  kind: Kind<V>,
  { id, expected }: { id: string; expected: Expected },
): Promise<Done<undefined> | Refusal> {
  return writeAs(store, caller, async (client, writing) => {
    const { value } = await lockExpected(client, kind, [writing.tenantId, id], expected);
    const version = await deleteRow(client, kind, writing.tenantId, id);
    await tell(client, kind, writing, { version, operation: 'deleted', value });
    return undefined;
  });
}

/** Runs a write of one tenant; what a constraint or a check refuses comes back as a refusal, with nothing written. */
async function writeAs<T>(
  { database, now }: Store,
  { tenantId, actor }: Caller,
  fn: (client: PoolClient, writing: Writing) => Promise<T>,
): Promise<Done<T> | Refusal> {
  const writing = { tenantId, actor, at: now() };
  try {
    return {
      kind: 'done',
      result: await asTenant(database, tenantId, (client) => fn(client, writing), { retries: 3 }),
    };
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    return refusal;
  }
}

async function lockExpected<V>(
  client: PoolClient,
  kind: Kind<V>,
  key: readonly [tenantId: string, id: string],
  expected: Expected,
): Promise<Row<V>> {
  const row = await findRow(client, kind, key, 'for update');
  if (row === undefined) throw notFound(kind.noun, key[1]);
  const { version } = row.audit;
  if (expected.header !== undefined && expected.header !== version) throw stale(version, 412);
  if (expected.body !== undefined && expected.body !== version) throw stale(version, 409);
  return row;
}

async function tell<V>(client: PoolClient, kind: Kind<V>, writing: Writing, touched: Touched<V>): Promise<void> {
  await keepVersion(client, kind, writing, touched);
  await enqueue(client, [entryOf(kind, writing, touched)]);
}

function rowAfter<V>(value: V, version: number, { actor, at }: Writing, before?: Row<V>): Row<V> {
  const updatedAt = new Date(at).toISOString();
  const { createdAt, createdBy } = before?.audit ?? { createdAt: updatedAt, createdBy: actor };
  return { value, audit: { version, createdAt, createdBy, updatedAt, updatedBy: actor } };
}
