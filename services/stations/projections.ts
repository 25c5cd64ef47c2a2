// The two projections of this service: `stations` folds charging.events, `commands` folds charging.commands.
import assert from 'node:assert/strict';
import { decodeRecord, type AnyRecord } from '#contracts/codec';
import type { Topics } from '#contracts/topics';
import type { Projection } from '#kit/projection/types';
import { loadCommands, saveCommands } from './command-tables.ts';
import { commandFold, withoutNews as withoutCommandNews, type StationCommands } from './domain/command-fold.ts';
import type { RefOf } from './domain/shown-parameters.ts';
import { withoutNews, type Station } from './domain/station.ts';
import { stationFold } from './domain/station-fold.ts';
import { loadStations, saveStations } from './station-tables.ts';

type RecordsOf<Name extends AnyRecord['type']> = { readonly [N in Name]: Extract<AnyRecord, { type: N }> };
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
    decode: (value) => decodedOf(stationFold, value),
    load: loadStations,
    complete: async (_client, batch) => statesOf(batch, withoutNews),
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
    decode: (value) => decodedOf(fold, value),
    load: loadCommands,
    complete: async (_client, batch) => statesOf(batch, withoutCommandNews),
    save: saveCommands,
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
