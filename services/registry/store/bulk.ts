// Many stations or tokens in one transaction; doing it again changes nothing and tells nothing.
import type { PoolClient } from 'pg';
import type { Caller } from '#kit/http';
import { isGeneratedPassword, verifierOfGenerated } from '#contracts/passwords';
import type { PasswordVerifier } from '#contracts/generated/types';
import type { StationValue } from '#contracts/registry';
import { canonicalPassword } from '../domain/credential.ts';
import type { Token } from '../domain/token.ts';
import type { Violation } from '../domain/violation.ts';
import { insertCredentials, toldCredential, type NewCredential } from './credentials.ts';
import { stations, tokens, type Touched } from './kinds.ts';
import { invalid, type Refusal } from './refusal.ts';
import { verifiersOf } from './stations.ts';
import { touchRows, upsertRows, type Writing, type Written } from './table.ts';
import { writeAs, type Done, type Store } from './write.ts';

export type BulkResult = { readonly created: number; readonly updated: number; readonly unchanged: number };

export type StationWanted = { readonly value: StationValue; readonly password: string | undefined };

type Made = { readonly newId: () => string };

/** @param violations of the whole request; with any of them nothing is written. */
export async function putStations(
  store: Store,
  caller: Caller,
  wanted: readonly StationWanted[],
  { violations, newId }: Made & { violations: readonly Violation[] },
): Promise<Done<BulkResult> | Refusal> {
  if (violations.length > 0) return invalid(violations);
  return writeAs(store, caller, stationsWrite(store, wanted, { newId }));
}

export type BulkWrite = (client: PoolClient, writing: Writing) => Promise<BulkResult>;

/** What putStations does within a transaction. Throws Refused. */
export function stationsWrite(store: Store, wanted: readonly StationWanted[], { newId }: Made): BulkWrite {
  return async (client, writing) => {
    const values = inOrder(
      wanted.map(({ value }) => value),
      'stationId',
    );
    const known = await verifiersOf(
      client,
      writing.tenantId,
      values.map(({ stationId }) => stationId),
    );
    const written = await upsertRows(client, stations.table, writing, { values });
    const added = wanted.flatMap((station) => newCredentialsOf(station, known, { at: writing.at, newId }));
    const rows = [...written, ...(await touchedByCredentials(client, writing, added, written))];
    const changes = await stations.changes(client, writing, touchedOf(values, rows, 'stationId'));
    const versions = new Map(rows.map(({ id, version }) => [id, version]));
    const told = added.map((credential) =>
      toldCredential(writing, createdCredential(credential, writing), versions.get(credential.stationId) ?? 0),
    );
    await store.enqueue(client, [...changes, ...told]);
    const created = rows.filter((row) => row.created).length;
    return { created, updated: rows.length - created, unchanged: values.length - rows.length };
  };
}

/** @param violations of the whole request; with any of them nothing is written. */
export async function putTokens(
  store: Store,
  caller: Caller,
  wanted: readonly Token[],
  violations: readonly Violation[],
): Promise<Done<BulkResult> | Refusal> {
  return violations.length > 0 ? invalid(violations) : writeAs(store, caller, tokensWrite(store, wanted));
}

/** What putTokens does within a transaction. Throws Refused. */
export function tokensWrite(store: Store, wanted: readonly Token[]): BulkWrite {
  return async (client, writing) => {
    const values = inOrder(wanted, 'tokenRef');
    await tokens.check?.(client, writing.tenantId, values);
    const written = await upsertRows(client, tokens.table, writing, { values });
    await store.enqueue(client, await tokens.changes(client, writing, touchedOf(values, written, 'tokenRef')));
    const created = written.filter((row) => row.created).length;
    return { created, updated: written.length - created, unchanged: values.length - written.length };
  };
}

/** A credential is part of its station's value, so a station that is as wanted otherwise gets a new version for it. */
async function touchedByCredentials(
  client: PoolClient,
  writing: Writing,
  added: readonly NewCredential[],
  written: readonly Written[],
): Promise<Written[]> {
  if (added.length === 0) return [];
  await insertCredentials(client, writing, added);
  const already = new Set(written.map(({ id }) => id));
  const others = added.map(({ stationId }) => stationId).filter((stationId) => !already.has(stationId));
  return others.length === 0 ? [] : touchRows(client, stations.table, writing, others);
}

function newCredentialsOf(
  { value: { stationId }, password }: StationWanted,
  known: ReadonlyMap<string, readonly PasswordVerifier[]>,
  { at, newId }: { at: number; newId: () => string },
): NewCredential[] {
  if (password === undefined) return [];
  const bytes = canonicalPassword(password);
  const works = (known.get(stationId) ?? []).some(
    (verifier) => verifier.scheme === 'hmac-sha256' && isGeneratedPassword(verifier, bytes),
  );
  if (works) return [];
  return [{ stationId, credentialId: newId(), verifier: verifierOfGenerated(bytes, at), graceSeconds: 0 }];
}

function createdCredential({ stationId, credentialId, verifier }: NewCredential, { at }: Writing) {
  return {
    operation: 'created',
    credential: {
      credentialId,
      stationId,
      scheme: verifier.scheme === 'scrypt' ? 'scrypt' : 'hmac-sha256',
      validFrom: new Date(at).toISOString(),
      validUntil: null,
    },
  } as const;
}

function touchedOf<V extends object>(
  values: readonly V[],
  written: readonly Written[],
  id: keyof V & string,
): Touched<V>[] {
  const byId = new Map(values.map((value) => [String(value[id]), value]));
  return written.flatMap((row) => {
    const value = byId.get(row.id);
    if (value === undefined) return [];
    return [{ id: row.id, version: row.version, operation: row.created ? 'created' : 'updated', value }];
  });
}

/** Rows are always locked in the order of their ids, so that two bulk calls do not wait for each other in a circle. */
function inOrder<V extends object>(values: readonly V[], id: keyof V & string): V[] {
  return values.toSorted((left, right) => (String(left[id]) < String(right[id]) ? -1 : 1));
}
