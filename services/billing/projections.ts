// The three projections of billing: its input from sessions, where they took place, and what was decided about them.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { decodeRecord, type AnyRecord } from '#contracts/codec';
import type { Topics } from '#contracts/topics';
import type { Projection } from '#kit/projection/types';
import { billFold, withoutNews as billWithoutNews, type Bill } from './domain/bill.ts';
import { noNews, placeFold, type PlaceNews } from './domain/place-fold.ts';
import { sessionInputFold, withoutNews, type BilledSession } from './domain/session-input.ts';
import { loadBills, saveBills } from './tables/bills.ts';
import { savePlaces } from './tables/places.ts';
import { loadSessions, saveSessions } from './tables/sessions.ts';

type RecordsOf<Name extends AnyRecord['type']> = { readonly [N in Name]: Extract<AnyRecord, { type: N }> };

export type BillingTopics = Pick<Topics, 'sessions' | 'cdrs' | 'registryChanges'>;

/** Of the tables: a new one is filled beside the live one, then readers are swapped over. */
const version = 1;
const generation = 1;

/** Directory of a projection's `NNN-*.sql`. */
export function sqlOf(projection: { readonly name: string }): string {
  return join(import.meta.dirname, 'sql', projection.name);
}

/** All of them by name. */
export function billingProjections(topics: BillingTopics) {
  return {
    billing_sessions: sessionsProjection(topics),
    billing_places: placesProjection(topics),
    cdrs: cdrsProjection(topics),
  } as const;
}

export function sessionsProjection(
  topics: Pick<BillingTopics, 'sessions'>,
): Projection<BilledSession, RecordsOf<keyof typeof sessionInputFold>> {
  return {
    name: 'billing_sessions',
    version,
    generation,
    topic: topics.sessions,
    fold: sessionInputFold,
    decode: (value) => decodedOf(sessionInputFold, value),
    load: loadSessions,
    complete: async (_client, batch) => statesOf(batch, withoutNews),
    save: saveSessions,
  };
}

export function placesProjection(
  topics: Pick<BillingTopics, 'registryChanges'>,
): Projection<PlaceNews, RecordsOf<keyof typeof placeFold>> {
  return {
    name: 'billing_places',
    version,
    generation,
    topic: topics.registryChanges,
    fold: placeFold,
    decode: (value) => decodedOf(placeFold, value),
    load: async () => new Map(),
    complete: async (_client, batch) => statesOf(batch, () => noNews),
    save: savePlaces,
  };
}

export function cdrsProjection(
  topics: Pick<BillingTopics, 'cdrs'>,
): Projection<Bill, RecordsOf<keyof typeof billFold>> {
  return {
    name: 'cdrs',
    version,
    generation,
    topic: topics.cdrs,
    fold: billFold,
    decode: (value) => decodedOf(billFold, value),
    load: loadBills,
    complete: async (_client, batch) => statesOf(batch, billWithoutNews),
    save: saveBills,
  };
}

function decodedOf<Fold extends object>(
  fold: Fold,
  value: Uint8Array,
): Extract<AnyRecord, { type: Extract<keyof Fold, string> }> {
  const record = decodeRecord(value);
  // The header said so, or the runner would have skipped the record; bytes that disagree with it are poison.
  assert(Object.hasOwn(fold, record.type), `a ${record.type} came where the fold reads none`);
  return record as Extract<AnyRecord, { type: Extract<keyof Fold, string> }>;
}

function statesOf<S>(
  batch: ReadonlyMap<string, { readonly state: S | undefined }>,
  begun: (state: S) => S,
): ReadonlyMap<string, S> {
  const states = [...batch].flatMap(([key, { state }]) => (state === undefined ? [] : [[key, begun(state)] as const]));
  return new Map(states);
}
