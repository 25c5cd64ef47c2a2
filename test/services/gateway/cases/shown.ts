// What becomes of facts: the names of what they change in the states of stations and sessions, by the services' own folds.
import type { AnyRecord } from '#contracts/codec';
import { sessionsFold } from '#services/sessions/domain/fold';
import { noSessions, type StationSessions } from '#services/sessions/domain/session';
import { newStation, type News, type Station } from '#services/stations/domain/station';
import { stationFold } from '#services/stations/domain/station-fold';

/** All that is known of one station. */
export type Known = { readonly station: Station; readonly sessions: StationSessions; readonly facts: number };

export const nothingKnown: Known = { station: newStation('default', 'CS-001'), sessions: noSessions, facts: 0 };

type Position = { readonly partition: number; readonly offset: number };
type Step<S> = (state: S, fact: object, at: Position) => { readonly state: S };

const stationSteps: ReadonlyMap<string, Step<Station>> = new Map(Object.entries(stationFold) as never);
const sessionSteps: ReadonlyMap<string, Step<StationSessions>> = new Map(Object.entries(sessionsFold) as never);

const newsNames: Readonly<Record<News['kind'], string>> = {
  opened: 'connections',
  closed: 'connections',
  status: 'connectors',
  variables: 'variables',
  inventory: 'variables',
  booted: 'boots',
  security: 'security events',
  device: 'device events',
  signing: 'signing requests',
  quirks: 'quirks',
};

/** Facts that neither fold reads, or that another service keeps beside it. */
const readFromLog: ReadonlyMap<string, string> = new Map([
  ['AuthorizationDecided', 'alerts of refused starts'],
  ['MeterValuesSampled', 'meter readings'],
  ['StationMessageRecorded', 'read from the log'],
]);

/** The facts come one after the other on one connection; the states after them, and what they changed by name. */
export function shownOf(
  before: Known,
  facts: readonly AnyRecord[],
): { readonly known: Known; readonly shown: string[] } {
  const shown = new Set<string>();
  let { station, sessions, facts: count } = before;
  for (const fact of facts) {
    count += 1;
    const at = { partition: 0, offset: 1_000 + count };
    const told = restamped(fact, count);
    const logged = readFromLog.get(fact.type);
    if (logged !== undefined) shown.add(logged);
    const stationAfter = stationSteps.get(fact.type)?.(station, told, at).state ?? station;
    for (const name of changesOf(station, stationAfter)) shown.add(name);
    const sessionsAfter = sessionSteps.get(fact.type)?.(sessions, told, at).state ?? sessions;
    if (sessionsAfter.sessions !== sessions.sessions) shown.add('sessions');
    station = stationAfter;
    sessions = sessionsAfter;
  }
  return { known: { station, sessions, facts: count }, shown: [...shown].toSorted() };
}

/** Each case was played on a connection of its own; here they are all of one. */
function restamped(fact: AnyRecord, seq: number): object {
  return 'meta' in fact ? { ...fact, meta: { ...fact.meta, eventId: `fact-${seq}`, connectionEpoch: 1, seq } } : fact;
}

function changesOf(before: Station, after: Station): string[] {
  const news = after.news.slice(before.news.length).map(({ kind }) => newsNames[kind]);
  const documents = Object.entries(after.details)
    .filter(([subject, document]) => Reflect.get(before.details, subject) !== document)
    .map(([subject]) => words(subject));
  return [...news, ...documents];
}

/** displayMessages: display messages. */
function words(subject: string): string {
  return subject.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
