// The three projections of billing: its input from sessions, where they took place, and what was decided about them.
import { join } from 'node:path';
import { decodeOneOf, type RecordsOf } from '#contracts/codec';
import type { Topics } from '#contracts/topics';
import { beginEach } from '#kit/projection/begin-each';
import type { Projection } from '#kit/projection/types';
import { billFold, withoutNews as billWithoutNews, type Bill } from './domain/bill.ts';
import { noNews, placeFold, type PlaceNews } from './domain/place-fold.ts';
import { sessionInputFold, withoutNews, type BilledSession } from './domain/session-input.ts';
import { loadBills, saveBills } from './tables/bills.ts';
import { savePlaces } from './tables/places.ts';
import { loadSessions, saveSessions } from './tables/sessions.ts';

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
    decode: (value) => decodeOneOf(sessionInputFold, value),
    load: loadSessions,
    complete: beginEach(withoutNews),
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
    decode: (value) => decodeOneOf(placeFold, value),
    load: async () => new Map(),
    complete: beginEach(() => noNews),
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
    decode: (value) => decodeOneOf(billFold, value),
    load: loadBills,
    complete: beginEach(billWithoutNews),
    save: saveBills,
  };
}
