// The projection `sessions`: folds charging.events into tables of sessions, and says what became of them in charging.sessions.
import assert from 'node:assert/strict';
import { partialDecoder } from '#contracts/codec';
import type { Topics } from '#contracts/topics';
import type { Projection } from '#kit/projection/types';
import type { Said } from './domain/emission.ts';
import { fieldsRead } from './domain/events.ts';
import { sessionsFold, type SessionEvents } from './domain/fold.ts';
import type { StationSessions } from './domain/session.ts';
import { activeRecordOf } from './active-record.ts';
import { recordOf } from './emissions.ts';
import { completeStations, loadStations, saveStations, type SessionEvent } from './tables.ts';

/** Of the tables: a new one is filled beside the live one, then readers are swapped over. */
const version = 1;
/** Of what the fold says: it travels in every emission, and readers apply only a greater (generation, offset). */
const generation = 1;

export function sessionsProjection(topics: Topics): Projection<StationSessions, SessionEvents, Said> {
  const place = { source: topics.events, target: topics.sessions, generation };
  return {
    name: 'sessions',
    version,
    generation,
    topic: topics.events,
    fold: sessionsFold,
    decode: decodeEvent,
    load: loadStations,
    complete: completeStations,
    save: saveStations,
    emitTo: {
      topic: topics.sessions,
      toRecord: (said, at) =>
        said.type === 'ActiveSession' ? activeRecordOf(said, topics.activeSessions) : recordOf(said, at, place),
    },
  };
}

const decodePart = partialDecoder(fieldsRead);

function decodeEvent(value: Uint8Array): SessionEvent {
  const event = decodePart(value);
  // The header said so, or the runner would have skipped the record; bytes that disagree with it are poison.
  assert(Object.hasOwn(sessionsFold, event.type), `a ${event.type} came as an event of a session`);
  return event as unknown as SessionEvent;
}
