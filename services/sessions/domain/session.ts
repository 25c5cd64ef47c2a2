// A session of any OCPP version: what is known of it, whether it is charging or ended, and what follows from that.
import type { AuthorizationStatus, PriceReading } from '#contracts/generated/types';
import { startMissing, stopMissing, type Flags } from './flags.ts';

/** Where an event stands in the log. */
export type Position = { readonly partition: number; readonly offset: number };

/** A register at an instant of the station's clock. */
export type Register = { readonly at: number; readonly milliWh: number };

/** With the power that was read at the same instant, where there was one. */
export type MeteredRegister = Register & { readonly powerMilliW: number | null };

/** Where the start register comes from, best first. */
export const startRanks = { reported: 0, begin: 1, sampled: 2 } as const;
export type StartRank = (typeof startRanks)[keyof typeof startRanks];

export type Meter = {
  readonly start: (Register & { readonly rank: StartRank }) | null;
  /** Latest by the station's clock. */
  readonly last: MeteredRegister | null;
  /** Latest reading in context Transaction.End. */
  readonly end: Register | null;
};

export type Life =
  | { readonly phase: 'charging' }
  | {
      readonly phase: 'ended';
      readonly endedAt: number;
      readonly stopReason: string;
      readonly stoppedByTokenRef: string | null;
      /** Register at stop where the message itself said it (1.6). */
      readonly meterStopReportedMilliWh: number | null;
    };

export type Session = {
  readonly tenantId: string;
  readonly stationId: string;
  readonly sessionId: string;
  /** Natural key of the start; where it is missing, the canonical form of what is known. */
  readonly startKey: string;
  /** Ended sessions with the same startKey before this one; 0 unless the station's clock was before 2020. */
  readonly repeat: number;
  readonly transactionId: string;
  /** The station has told a later fact under that id: what names none is no fact of this session. */
  readonly idUsed: boolean;
  /** UUID that the session's readings carry. */
  readonly reportedId: string;
  /** Offset of the start, or of the first fact while the start is missing: tells the latest start with a transactionId. */
  readonly startOffset: number;
  /** Offset of the last event that was news. */
  readonly appliedOffset: number;
  readonly evseId: number | null;
  readonly connectorId: number | null;
  readonly startedAt: number;
  readonly tokenRef: string | null;
  readonly tokenType: string | null;
  readonly authorization: AuthorizationStatus | null;
  readonly chargingState: string | null;
  readonly remoteStartId: number | null;
  readonly reservationId: number | null;
  readonly ocppVersion: string | null;
  /** Station time and seqNo of the fact that chargingState is of. */
  readonly factAt: number;
  readonly factSeqNo: number;
  readonly life: Life;
  readonly meter: Meter;
  readonly flags: Flags;
  /** Keys of the latest readings, ascending: a repeated one is no news. */
  readonly readingKeys: readonly number[];
  /** recordedAt of the event that made the last emission. */
  readonly emittedAt: number | null;
  /** Price-relevant readings since the last emission. */
  readonly pending: readonly PriceReading[];
};

/** A copy that belongs to the event being folded until the fold hands it out. */
export type Draft = { -readonly [K in keyof Session]: Session[K] };

/** The sessions of a station that its next events may name, and how far its connection was applied. */
export type StationSessions = {
  readonly connectionEpoch: number | null;
  readonly seq: number | null;
  readonly sessions: readonly Session[];
};

export const noSessions: StationSessions = { connectionEpoch: null, seq: null, sessions: [] };
export const noMeter: Meter = { start: null, last: null, end: null };

/** Charging, and nothing says that its end was lost: what a fact without transactionId may belong to. */
export function isLive(session: Session): boolean {
  return session.life.phase === 'charging' && (session.flags & stopMissing) === 0;
}

export function lacksStart(session: Session): boolean {
  return (session.flags & startMissing) !== 0;
}

/** Register at the end: as reported, else as read at the end, else the last one. Null while charging. */
export function meterStopOf(session: Session): number | null {
  const { life, meter } = session;
  if (life.phase === 'charging') return null;
  return life.meterStopReportedMilliWh ?? meter.end?.milliWh ?? meter.last?.milliWh ?? null;
}

/** Energy delivered so far in thousandths of a Wh: never negative, null where two registers are not known. */
export function energyOf(session: Session): number | null {
  const start = session.meter.start?.milliWh;
  const now = meterStopOf(session) ?? session.meter.last?.milliWh;
  if (start === undefined || now === undefined) return null;
  const energyMilliWh = Math.max(0, now - start);
  // Two absurd registers may lie further apart than a whole number can say exactly.
  return Number.isSafeInteger(energyMilliWh) ? energyMilliWh : null;
}
