// What a session says after an event: a function of the session before and after it and of the event, never of the batch.
import type { PriceReading } from '#contracts/generated/types';
import type { ActiveChange } from './active.ts';
import type { Meta } from './events.ts';
import { lacksStart, type Draft, type Session } from './session.ts';
import type { Touched } from './touched.ts';

export type EmissionType = 'SessionStarted' | 'SessionUpdated' | 'SessionFlagged' | 'SessionEnded';

export type Emission = {
  readonly type: EmissionType;
  /** The session after the event, with the readings since its last emission still pending. */
  readonly session: Session;
  readonly readings: readonly PriceReading[];
  readonly recordedAt: number;
  /** Counts the sessions that one event made speak. */
  readonly number: number;
};

/** What a fold says, to readers of sessions and to gateways. */
export type Said = Emission | ActiveChange;

/** A running session says how it goes at most so often. */
export const updateEveryMs = 60_000;
/** Readings that wait for the next emission; more make it come early, so that a backlog does not grow the session. */
export const readingsPendingMax = 200;

/** Decides whether the session speaks, and notes in the draft that it did. */
export function speak({ before, after }: Touched, meta: Meta, number: number): Emission | undefined {
  const type = emissionTypeOf(before, after, meta.recordedAt);
  if (type === undefined) return undefined;
  const readings = after.pending;
  after.pending = [];
  after.emittedAt = meta.recordedAt;
  return { type, session: after, readings, recordedAt: meta.recordedAt, number };
}

/** Ended, else Started, else Flagged, else Updated when due. A start that comes last completes an ended session: Ended. */
function emissionTypeOf(before: Session | undefined, after: Draft, recordedAt: number): EmissionType | undefined {
  const gotStart = !lacksStart(after) && (before === undefined || lacksStart(before));
  const isEnded = after.life.phase === 'ended';
  if (isEnded && (gotStart || before?.life.phase !== 'ended')) return 'SessionEnded';
  if (gotStart) return 'SessionStarted';
  if (before === undefined || (after.flags & ~before.flags) !== 0) return 'SessionFlagged';
  // Nothing later would carry what an ended session learns.
  return isEnded || isDue(after, recordedAt) ? 'SessionUpdated' : undefined;
}

function isDue({ emittedAt, pending }: Draft, recordedAt: number): boolean {
  return emittedAt === null || recordedAt - emittedAt >= updateEveryMs || pending.length >= readingsPendingMax;
}
