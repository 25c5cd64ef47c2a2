// The three projections of the alerts service; each folds one topic, and what they know is joined when it is read.
import { join } from 'node:path';
import { decodeOneOf, type RecordsOf } from '#contracts/codec';
import type { Topics } from '#contracts/topics';
import type { Projection } from '#kit/projection/types';
import { placeFold, type PlaceState } from './domain/place-fold.ts';
import { successFold, type Success } from './domain/success-fold.ts';
import { watchFold } from './domain/watch-fold.ts';
import type { Watch } from './domain/watch.ts';
import { loadPlaces, savePlaces } from './tables/places.ts';
import { loadNoSuccess, saveSuccesses } from './tables/successes.ts';
import { loadWatches, saveWatches } from './tables/watches.ts';

/** Of the tables: a new one is filled beside the live one, then readers are swapped over. */
const version = 1;
const generation = 1;

export type AlertTopics = Pick<Topics, 'events' | 'sessions' | 'registryChanges'>;

/** Directory of a projection's `NNN-*.sql`. */
export function sqlOf(projection: { readonly name: string }): string {
  return join(import.meta.dirname, 'sql', projection.name);
}

/** All of them by name. */
export function alertsProjections(topics: AlertTopics) {
  return {
    alerts_stations: stationsView(topics),
    alerts_places: placesView(topics),
    alerts_sessions: sessionsView(topics),
  } as const;
}

function stationsView({ events }: AlertTopics): Projection<Watch, RecordsOf<keyof typeof watchFold>> {
  const name = 'alerts_stations';
  const decode = (value: Uint8Array) => decodeOneOf(watchFold, value);
  return { name, version, generation, topic: events, fold: watchFold, decode, load: loadWatches, save: saveWatches };
}

function placesView({ registryChanges }: AlertTopics): Projection<PlaceState, RecordsOf<keyof typeof placeFold>> {
  const name = 'alerts_places';
  const decode = (value: Uint8Array) => decodeOneOf(placeFold, value);
  const topic = registryChanges;
  return { name, version, generation, topic, fold: placeFold, decode, load: loadPlaces, save: savePlaces };
}

function sessionsView({ sessions }: AlertTopics): Projection<Success, RecordsOf<keyof typeof successFold>> {
  const name = 'alerts_sessions';
  const decode = (value: Uint8Array) => decodeOneOf(successFold, value);
  const topic = sessions;
  return { name, version, generation, topic, fold: successFold, decode, load: loadNoSuccess, save: saveSuccesses };
}
