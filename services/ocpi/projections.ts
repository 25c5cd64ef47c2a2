// The four projections of the OCPI view; each owns its columns, and what two of them know is joined when it is read.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { decodeRecord, type AnyRecord } from '#contracts/codec';
import type { Topics } from '#contracts/topics';
import type { Projection } from '#kit/projection/types';
import { cdrFold, type CdrView } from './domain/cdr-fold.ts';
import { evseStatusFold, type StationStatus } from './domain/evse-status-fold.ts';
import { registryFold, withoutNews, type RegistryEntry } from './domain/registry-fold.ts';
import { sessionFold, type SessionView } from './domain/session-fold.ts';
import { loadCdrs, saveCdrs } from './tables/cdrs.ts';
import { loadStatuses, saveStatuses } from './tables/evse-status.ts';
import { loadEntries, saveEntries } from './tables/registry.ts';
import { loadSessions, saveSessions } from './tables/sessions.ts';

type RecordsOf<Name extends AnyRecord['type']> = { readonly [N in Name]: Extract<AnyRecord, { type: N }> };

/** Of the tables: a new one is filled beside the live one, then readers are swapped over. */
const version = 1;
const generation = 1;

export type ViewTopics = Pick<Topics, 'events' | 'sessions' | 'cdrs' | 'registryChanges'>;

/** Directory of a projection's `NNN-*.sql`. */
export function sqlOf(projection: { readonly name: string }): string {
  return join(import.meta.dirname, 'sql', projection.name);
}

/** All of them by name. */
export function ocpiProjections(topics: ViewTopics) {
  return {
    ocpi_registry: registryView(topics),
    ocpi_evse_status: evseStatusView(topics),
    ocpi_sessions: sessionsView(topics),
    ocpi_cdrs: cdrsView(topics),
  } as const;
}

export function sessionsView(
  topics: Pick<ViewTopics, 'sessions'>,
): Projection<SessionView, RecordsOf<keyof typeof sessionFold>> {
  return {
    name: 'ocpi_sessions',
    version,
    generation,
    topic: topics.sessions,
    fold: sessionFold,
    decode: (value) => decodedOf(sessionFold, value),
    load: loadSessions,
    save: saveSessions,
  };
}

export function cdrsView(topics: Pick<ViewTopics, 'cdrs'>): Projection<CdrView, RecordsOf<keyof typeof cdrFold>> {
  return {
    name: 'ocpi_cdrs',
    version,
    generation,
    topic: topics.cdrs,
    fold: cdrFold,
    decode: (value) => decodedOf(cdrFold, value),
    load: loadCdrs,
    save: saveCdrs,
  };
}

export function registryView(
  topics: Pick<ViewTopics, 'registryChanges'>,
): Projection<RegistryEntry, RecordsOf<keyof typeof registryFold>> {
  return {
    name: 'ocpi_registry',
    version,
    generation,
    topic: topics.registryChanges,
    fold: registryFold,
    decode: (value) => decodedOf(registryFold, value),
    load: loadEntries,
    complete: async (_client, batch) => {
      const states = [...batch].flatMap(([key, { state }]) => (state === undefined ? [] : [[key, state] as const]));
      return new Map(states.map(([key, state]) => [key, withoutNews(state)]));
    },
    save: saveEntries,
  };
}

export function evseStatusView(
  topics: Pick<ViewTopics, 'events'>,
): Projection<StationStatus, RecordsOf<keyof typeof evseStatusFold>> {
  return {
    name: 'ocpi_evse_status',
    version,
    generation,
    topic: topics.events,
    fold: evseStatusFold,
    decode: (value) => decodedOf(evseStatusFold, value),
    load: loadStatuses,
    save: saveStatuses,
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
