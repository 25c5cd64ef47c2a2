// The fold of a station's command records into the state of its latest commands.
import type { CommandCompleted, CommandRequested, CommandResulted, CommandSent } from '#contracts/generated/types';
import { completed, requestedAgain, requestedCommand, resulted, sent, type Command } from './command.ts';
import { shownParameters, type RefOf } from './shown-parameters.ts';

/** What only the rows hold: the request's words and the answer, written once and not kept in the state. */
export type CommandNews =
  | {
      readonly kind: 'requested';
      readonly commandId: string;
      readonly parametersJson: string;
      readonly requestedBy: string;
    }
  | {
      readonly kind: 'completed';
      readonly commandId: string;
      readonly detail: string | null;
      readonly answerJson: string | null;
      readonly completedBy: string;
    }
  | ({ readonly kind: 'resulted' } & ResultNews);

type ResultNews = Pick<CommandResulted, 'commandId' | 'result' | 'sessionId' | 'transactionId' | 'resultedAt'>;

export type StationCommands = {
  readonly tenantId: string;
  readonly stationId: string;
  /** By commandId, oldest request first, at most commandsKeptMax. */
  readonly commands: ReadonlyMap<string, Command>;
  /** Ids whose row the batch being folded changed; with the news they are written, then dropped (see withoutNews). */
  readonly changed: ReadonlySet<string>;
  /** Commands of this offset or older are forgotten, their rows dropped; -1: none. */
  readonly forgottenThrough: number;
  readonly news: readonly CommandNews[];
};

/** Commands kept per station; with the next one the oldest is forgotten. */
export const commandsKeptMax = 200;

type Position = { readonly partition: number; readonly offset: number };
type Folded = { readonly state: StationCommands };

/** @param refOf names tokens by pseudonym: their plain uid stays in the log, which forgets it after seven days. */
export function commandFold(refOf: RefOf) {
  return {
    CommandRequested: (state: StationCommands | undefined, event: CommandRequested, at: Position): Folded =>
      requestedOne(before(state, event), event, { offset: at.offset, refOf }),
    CommandSent: (state: StationCommands | undefined, event: CommandSent): Folded =>
      sentOne(before(state, event), event),
    CommandCompleted: (state: StationCommands | undefined, event: CommandCompleted): Folded =>
      completedOne(before(state, event), event),
    CommandResulted: (state: StationCommands | undefined, event: CommandResulted): Folded =>
      resultedOne(before(state, event), event),
  };
}

export function newStationCommands(tenantId: string, stationId: string): StationCommands {
  return {
    tenantId,
    stationId,
    commands: new Map(),
    changed: new Set(),
    forgottenThrough: -1,
    news: [],
  };
}

/** The state as the next batch begins with it: what changed was written. */
export function withoutNews(state: StationCommands): StationCommands {
  return state.changed.size === 0 ? state : { ...state, changed: new Set(), news: [] };
}

function requestedOne(state: StationCommands, event: CommandRequested, by: { offset: number; refOf: RefOf }): Folded {
  const known = state.commands.get(event.commandId);
  if (known !== undefined) return { state: withCommand(state, known, requestedAgain(known, event)) };
  const { commandId, requestedBy } = event;
  const parameters = shownParameters(event.tenantId, JSON.parse(event.parametersJson), by.refOf);
  const news = [
    ...state.news,
    { kind: 'requested', commandId, parametersJson: JSON.stringify(parameters), requestedBy } as const,
  ];
  return { state: bounded(withCommand({ ...state, news }, undefined, requestedCommand(event, by.offset))) };
}

function sentOne(state: StationCommands, event: CommandSent): Folded {
  const known = state.commands.get(event.commandId);
  if (known === undefined) return { state };
  const { connectionEpoch: epoch, gatewayId, action, sentAt } = event;
  return { state: withCommand(state, known, sent(known, { epoch, gatewayId, action, sentAt })) };
}

function completedOne(state: StationCommands, event: CommandCompleted): Folded {
  const known = state.commands.get(event.commandId);
  const after = known && completed(known, event);
  if (known === undefined || after === undefined || after === known) return { state };
  const { commandId, detail, answerJson, completedBy } = event;
  const news = [...state.news, { kind: 'completed', commandId, detail, answerJson, completedBy } as const];
  return { state: withCommand({ ...state, news }, known, after) };
}

function resultedOne(state: StationCommands, event: CommandResulted): Folded {
  const known = state.commands.get(event.commandId);
  if (known === undefined || known.isResulted) return { state };
  const { commandId, result, sessionId, transactionId, resultedAt } = event;
  const said: CommandNews = { kind: 'resulted', commandId, result, sessionId, transactionId, resultedAt };
  return { state: withCommand({ ...state, news: [...state.news, said] }, known, resulted(known)) };
}

function before(state: StationCommands | undefined, event: { tenantId: string; stationId: string }): StationCommands {
  return state ?? newStationCommands(event.tenantId, event.stationId);
}

function withCommand(state: StationCommands, was: Command | undefined, is: Command): StationCommands {
  if (was === is) return state;
  const commands = new Map(state.commands).set(is.commandId, is);
  return { ...state, commands, changed: new Set(state.changed).add(is.commandId) };
}

function bounded(state: StationCommands): StationCommands {
  const [oldest] = state.commands.values();
  if (state.commands.size <= commandsKeptMax || oldest === undefined) return state;
  const commands = new Map(state.commands);
  const changed = new Set(state.changed);
  commands.delete(oldest.commandId);
  changed.delete(oldest.commandId);
  const news = state.news.filter(({ commandId }) => commandId !== oldest.commandId);
  return { ...state, commands, changed, news, forgottenThrough: oldest.offset };
}
