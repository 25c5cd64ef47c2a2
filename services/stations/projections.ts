// The two projections of this service: `stations` folds charging.events, `commands` folds charging.commands.
import { decodeOneOf, type RecordsOf } from '#contracts/codec';
import type { Topics } from '#contracts/topics';
import { beginEach } from '#kit/projection/begin-each';
import type { Projection } from '#kit/projection/types';
import { loadCommands, saveCommands } from './command-tables.ts';
import { commandFold, withoutNews as withoutCommandNews, type StationCommands } from './domain/command-fold.ts';
import type { RefOf } from './domain/shown-parameters.ts';
import { withoutNews, type Station } from './domain/station.ts';
import { stationFold } from './domain/station-fold.ts';
import { loadStations, saveStations } from './station-tables.ts';

export type StationEvents = RecordsOf<keyof typeof stationFold>;
export type CommandRecords = RecordsOf<'CommandRequested' | 'CommandSent' | 'CommandCompleted'>;

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
    decode: (value) => decodeOneOf(stationFold, value),
    load: loadStations,
    complete: beginEach(withoutNews),
    save: saveStations,
  };
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
