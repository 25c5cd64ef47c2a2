// The two projections of this service: `stations` folds charging.events, `commands` folds charging.commands.
import assert from 'node:assert/strict';
import { decodeOneOf, partialDecoder, type RecordsOf } from '#contracts/codec';
import type { Topics } from '#contracts/topics';
import { beginEach } from '#kit/projection/begin-each';
import type { Projection } from '#kit/projection/types';
import { loadCommands, saveCommands } from './command-tables.ts';
import { commandFold, withoutNews as withoutCommandNews, type StationCommands } from './domain/command-fold.ts';
import { detailFold } from './domain/detail-fold.ts';
import { fieldsRead } from './domain/events.ts';
import type { RefOf } from './domain/shown-parameters.ts';
import { withoutNews, type Station } from './domain/station.ts';
import { stationFold } from './domain/station-fold.ts';
import { loadStations, saveStations } from './station-tables.ts';
import { storable } from './storable.ts';

type StationEventType = keyof typeof stationFold;
type PartlyRead = keyof typeof fieldsRead;
export type StationEvents = RecordsOf<Exclude<StationEventType, PartlyRead>> & {
  readonly [T in PartlyRead]: Pick<
    RecordsOf<PartlyRead>[T],
    'type' | Extract<(typeof fieldsRead)[T][number], keyof RecordsOf<PartlyRead>[T]>
  >;
};
export type CommandRecords = RecordsOf<'CommandRequested' | 'CommandSent' | 'CommandCompleted' | 'CommandResulted'>;

/** Of the tables: a new one is filled beside the live one, then readers are swapped over. */
const version = 1;
const generation = 1;

export function stationsProjection(topics: Pick<Topics, 'events'>): Projection<Station, StationEvents> {
  return {
    name: 'stations',
    version,
    generation,
    topic: topics.events,
    fold: stationFold,
    decode: decodeStationEvent,
    load: loadStations,
    complete: beginEach(withoutNews),
    save: saveStations,
  };
}

const decodePart = partialDecoder(fieldsRead);
/** Types by whose texts rows and entries of documents are found again. */
const foundAgain: ReadonlySet<string> = new Set([...Object.keys(detailFold), 'QuirksObserved']);

function decodeStationEvent(value: Uint8Array): StationEvents[StationEventType] {
  const event = decodePart(value);
  // The header said so, or the runner would have skipped the record; bytes that disagree with it are poison.
  assert(Object.hasOwn(stationFold, event.type), `a ${event.type} came as an event of a station`);
  const kept = foundAgain.has(event.type) ? storable(event) : event;
  return kept as unknown as StationEvents[StationEventType];
}

/** @param refOf the pseudonym of a token: rows never hold its plain uid. */
export function commandsProjection(
  topics: Pick<Topics, 'commands'>,
  refOf: RefOf,
): Projection<StationCommands, CommandRecords> {
  const fold = commandFold(refOf);
  return {
    name: 'commands',
    version,
    generation,
    topic: topics.commands,
    fold,
    decode: (value) => decodeOneOf(fold, value),
    load: loadCommands,
    complete: beginEach(withoutCommandNews),
    save: saveCommands,
  };
}
