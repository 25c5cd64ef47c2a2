// What billing knows of a session: the fold of what charging.sessions says of it, newest version only.
import { createHash } from 'node:crypto';
import type { PriceReading, SessionUpdated } from '#contracts/generated/types';
import { parkingMsOf, stretchesOf, type Change } from './timeline.ts';

export type BilledSession = {
  readonly tenantId: string;
  readonly sessionId: string;
  readonly stationId: string;
  readonly transactionId: string;
  /** Version: only a greater (generation, sourceOffset) applies. */
  readonly generation: number;
  readonly sourceOffset: number;
  /** Where in charging.sessions its newest record stands. */
  readonly logPartition: number;
  readonly logOffset: number;
  readonly corrected: boolean;
  readonly ended: boolean;
  readonly evseId: number | null;
  readonly connectorId: number | null;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly tokenRef: string | null;
  readonly tokenType: string | null;
  readonly remoteStartId: number | null;
  readonly meterStartMilliWh: number | null;
  readonly meterStopMilliWh: number | null;
  readonly energyMilliWh: number | null;
  readonly flags: readonly string[];
  /** Changes of state, as they were told. */
  readonly changes: readonly Change[];
  /** More changes came than are kept: the time of parking is not known. */
  readonly changesLost: boolean;
  /** What of it a price and its payer depend on; null while it charges and nothing must be decided. */
  readonly sessionHash: string | null;
  /** Readings that the rows do not hold yet, by the version that told them. */
  readonly news: readonly News[];
  /** All readings that the rows hold are replaced by the news. */
  readonly replaced: boolean;
};

export type News = {
  readonly generation: number;
  readonly sourceOffset: number;
  readonly readings: readonly PriceReading[];
};

type Position = { readonly partition: number; readonly offset: number };
type Folded = { readonly state: BilledSession };

/** Flag of charging.sessions: its place began another transaction, and its own end was never told. */
export const endIsLost = 'stop-missing';

/** A vehicle that changes its mind more often is no vehicle. */
export const changesMax = 1_000;

export const sessionInputFold = {
  SessionStarted: told,
  SessionUpdated: told,
  SessionFlagged: told,
  SessionEnded: told,
  SessionCorrected: corrected,
} as const;

/** The state as the next batch begins with it: its news were written. */
export function withoutNews(state: BilledSession): BilledSession {
  return state.news.length === 0 && !state.replaced ? state : { ...state, news: [], replaced: false };
}

function told(before: BilledSession | undefined, event: SessionUpdated, at: Position): Folded {
  // A crash of whoever said it may say it again.
  if (before !== undefined && !isNewer(event, before)) return { state: before };
  return { state: withHash({ ...scalarsOf(event), ...placeOf(at), ...growing(before ?? nothingYet, event) }) };
}

/** A correction replaces all that was said, and carries all. */
function corrected(before: BilledSession | undefined, event: SessionUpdated, at: Position): Folded {
  if (before !== undefined && !isNewer(event, before)) return { state: before };
  const state = { ...scalarsOf(event), ...placeOf(at), ...growing(nothingYet, event) };
  return { state: withHash({ ...state, corrected: true, replaced: true }) };
}

type Growing = Pick<BilledSession, 'corrected' | 'changes' | 'changesLost' | 'news' | 'replaced'>;

const nothingYet: Growing = { corrected: false, changes: [], changesLost: false, news: [], replaced: false };

function growing(before: Growing, event: SessionUpdated): Growing {
  const added = changesIn(event.readings);
  const changes = added.length === 0 ? before.changes : [...before.changes, ...added];
  return {
    corrected: before.corrected,
    changes: changes.length > changesMax ? changes.slice(0, changesMax) : changes,
    changesLost: before.changesLost || changes.length > changesMax,
    news: newsOf(before.news, event),
    replaced: before.replaced,
  };
}

function withHash(state: Omit<BilledSession, 'sessionHash'>): BilledSession {
  if (state.ended) return { ...state, sessionHash: hashOf(state) };
  const { stationId, evseId, tokenRef, startedAt, flags } = state;
  // One whose end is lost, or was taken back by a correction, must be looked at once: its energy may go on growing.
  const isOpen = state.corrected || flags.includes(endIsLost);
  return {
    ...state,
    sessionHash: isOpen ? digestOf([stationId, evseId, tokenRef, startedAt, 'open', ...flags]) : null,
  };
}

function placeOf({ partition, offset }: Position) {
  return { logPartition: partition, logOffset: offset };
}

function isNewer(event: SessionUpdated, { generation, sourceOffset }: BilledSession): boolean {
  return event.generation > generation || (event.generation === generation && event.sourceOffset > sourceOffset);
}

function changesIn(readings: readonly PriceReading[]): Change[] {
  return readings.flatMap(({ at, chargingState: state }) => (state === null ? [] : [{ at, state }]));
}

function newsOf(news: readonly News[], event: SessionUpdated): readonly News[] {
  const { generation, sourceOffset, readings } = event;
  return readings.length === 0 ? news : [...news, { generation, sourceOffset, readings }];
}

function scalarsOf(event: SessionUpdated) {
  return {
    tenantId: event.tenantId,
    sessionId: event.sessionId,
    stationId: event.stationId,
    transactionId: event.transactionId,
    generation: event.generation,
    sourceOffset: event.sourceOffset,
    ended: event.phase === 'ended',
    evseId: event.evseId,
    connectorId: event.connectorId,
    startedAt: event.startedAt,
    endedAt: event.endedAt,
    tokenRef: event.tokenRef,
    tokenType: event.tokenType,
    remoteStartId: event.remoteStartId,
    meterStartMilliWh: event.meterStartMilliWh,
    meterStopMilliWh: event.meterStopMilliWh,
    energyMilliWh: event.energyMilliWh,
    flags: event.flags,
  };
}

/** Two versions with the same hash cost the same and are paid by the same. */
function hashOf(state: Omit<BilledSession, 'sessionHash'>): string {
  const { startedAt, stationId, evseId, tokenRef, energyMilliWh, flags, changes, changesLost } = state;
  const endedAt = state.endedAt ?? startedAt;
  const ordered = changes.toSorted((left, right) => left.at - right.at);
  const parkingMs = parkingMsOf(stretchesOf(startedAt, endedAt, ordered));
  const parts = [stationId, evseId, tokenRef, startedAt, endedAt, energyMilliWh, parkingMs, changesLost, [...flags]];
  return digestOf(parts);
}

function digestOf(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
