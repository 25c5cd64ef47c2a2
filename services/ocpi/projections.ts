// The four projections of the OCPI view; each owns its columns, and what two of them know is joined when it is read.
import { join } from 'node:path';
import { decodeOneOf, type RecordsOf } from '#contracts/codec';
import type { Topics } from '#contracts/topics';
import { beginEach } from '#kit/projection/begin-each';
import type { Projection } from '#kit/projection/types';
import { cdrFold, type CdrView } from './domain/cdr-fold.ts';
import { evseStatusFold, type StationStatus } from './domain/evse-status-fold.ts';
import { registryFold, withoutNews, type RegistryEntry } from './domain/registry-fold.ts';
import { sessionFold, type SessionView } from './domain/session-fold.ts';
import { loadCdrs, saveCdrs } from './tables/cdrs.ts';
import { loadStatuses, saveStatuses } from './tables/evse-status.ts';
import { loadEntries, saveEntries } from './tables/registry.ts';
import { loadSessions, saveSessions } from './tables/sessions.ts';

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
    decode: (value) => decodeOneOf(sessionFold, value),
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
    decode: (value) => decodeOneOf(cdrFold, value),
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
    decode: (value) => decodeOneOf(registryFold, value),
    load: loadEntries,
    complete: beginEach(withoutNews),
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
    decode: (value) => decodeOneOf(evseStatusFold, value),
    load: loadStatuses,
    save: saveStatuses,
  };
}
