// The sessions fold: the events it reads, and how each changes the sessions of its station.
import { activeChange } from './active.ts';
import { speak, type Said } from './emission.ts';
import { ended } from './ended.ts';
import type {
  ConnectorStatusChanged,
  MeterValuesSampled,
  Meta,
  TransactionEnded,
  TransactionStarted,
  TransactionUpdated,
} from './events.ts';
import { judged } from './judge.ts';
import { metered } from './metered.ts';
import { noSessions, type Position, type Session, type StationSessions } from './session.ts';
import { started } from './started.ts';
import { statusChanged } from './status-changed.ts';
import type { Touched } from './touched.ts';
import { updated } from './updated.ts';

export type SessionEvents = {
  readonly TransactionStarted: TransactionStarted;
  readonly TransactionUpdated: TransactionUpdated;
  readonly TransactionEnded: TransactionEnded;
  readonly MeterValuesSampled: MeterValuesSampled;
  readonly ConnectorStatusChanged: ConnectorStatusChanged;
};

export type FoldedStation = { readonly state: StationSessions; readonly emit?: readonly Said[] };

type Handler<Event> = (sessions: readonly Session[], event: Event, at: Position) => readonly Touched[];

/** Nothing a station says throws here: odd facts become flags. */
export const sessionsFold = {
  TransactionStarted: folding(started),
  TransactionUpdated: folding(updated),
  TransactionEnded: folding(ended),
  MeterValuesSampled: folding(metered),
  ConnectorStatusChanged: folding(statusChanged, isOfOlderConnection),
} as const;

/** @param isStale what does not count; the facts of a transaction always do. */
function folding<Event extends { readonly meta: Meta }>(
  handler: Handler<Event>,
  isStale: (station: StationSessions, meta: Meta) => boolean = () => false,
) {
  return (state: StationSessions | undefined, event: Event, at: Position): FoldedStation => {
    const station = state ?? noSessions;
    const { meta } = event;
    if (isApplied(station, meta) || isStale(station, meta)) return { state: station };
    const touched = handler(station.sessions, event, at);
    const sessions = touched.length === 0 ? station.sessions : [...station.sessions];
    const emit: Said[] = [];
    let spoken = 0;
    for (const { before, after } of touched) {
      after.appliedOffset = at.offset;
      after.flags = judged(after);
      const emission = speak({ before, after }, meta, spoken);
      if (emission !== undefined) {
        emit.push(emission);
        spoken += 1;
      }
      const active = activeChange({ before, after }, meta);
      if (active !== undefined) emit.push(active);
      put(sessions as Session[], before, after);
    }
    const isNewest = isNewestOf(station, meta);
    const connectionEpoch = isNewest ? meta.connectionEpoch : station.connectionEpoch;
    const seq = isNewest ? meta.seq : station.seq;
    return { state: { connectionEpoch, seq, sessions }, emit };
  };
}

/** In order within a connection, so that a repeated (epoch, seq) was applied. Older epochs count: natural keys tell. */
function isApplied(station: StationSessions, { connectionEpoch, seq }: Meta): boolean {
  if (connectionEpoch === null || seq === null || station.seq === null) return false;
  return connectionEpoch === station.connectionEpoch && seq <= station.seq;
}

/** What a connection that is over says of the present is no news of it. */
function isOfOlderConnection(station: StationSessions, { connectionEpoch }: Meta): boolean {
  return connectionEpoch !== null && station.connectionEpoch !== null && connectionEpoch < station.connectionEpoch;
}

function isNewestOf(station: StationSessions, { connectionEpoch, seq }: Meta): boolean {
  return connectionEpoch !== null && seq !== null && connectionEpoch >= (station.connectionEpoch ?? 0);
}

function put(sessions: Session[], before: Session | undefined, after: Session): void {
  const index = before === undefined ? -1 : sessions.indexOf(before);
  if (index === -1) sessions.push(after);
  else sessions[index] = after;
}
