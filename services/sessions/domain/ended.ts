// A transaction ended: the first end stands, a differing second one is flagged, none is refused.
import type { TransactionEnded } from './events.ts';
import { endDiffers, stopMissing } from './flags.ts';
import { keyOfKnown, latestOf, latestOfKey, namesTransaction, storable } from './join.ts';
import { regressionOf } from './meter.ts';
import { meantBy } from './nameless.ts';
import { draftOf, openWithoutStart } from './open.ts';
import { isLive, type Draft, type Position, type Session } from './session.ts';
import { clockFlags, timeOf } from './timestamps.ts';
import { applyFacts, untouched, useId, type Touched } from './touched.ts';

export function ended(sessions: readonly Session[], event: TransactionEnded, at: Position): readonly Touched[] {
  const before = sessionOf(sessions, event);
  if (before === undefined && isOfNobody(sessions, event)) return untouched;
  if (before === undefined) return [{ before, after: withEnd(openWithoutStart(event, at), event) }];
  if (before.life.phase === 'charging') return [{ before, after: withEnd(draftOf(before), event) }];
  if (endsLike(before, event) || (before.flags & endDiffers) !== 0) return untouched;
  const after = draftOf(before);
  after.flags |= endDiffers;
  return [{ before, after }];
}

/**
 * Stations that charge for free end what they never began (an end of transaction 0, without a card, while nobody charges):
 * no start can ever complete it and there is nothing to bill. It stays in the log. -1 claims a transaction (errata 3.18).
 */
function isOfNobody(sessions: readonly Session[], { transactionId, tokenRef }: TransactionEnded): boolean {
  const claims = namesTransaction(transactionId) || transactionId === '-1' || tokenRef !== null;
  return !claims && !sessions.some(isLive);
}

function sessionOf(sessions: readonly Session[], event: TransactionEnded): Session | undefined {
  if (namesTransaction(event.transactionId)) return latestOf(sessions, event.transactionId);
  // A resent end without transactionId must not end the next session, so the ended ones are asked first.
  return (
    sessions.find((session) => endsLike(session, event)) ??
    endable(sessions, event) ??
    latestOfKey(sessions, keyOfKnown(event))
  );
}

/** Before its start, or below its first register, it is the end of something else: that one is looked at by itself. */
function endable(sessions: readonly Session[], event: TransactionEnded): Session | undefined {
  const meant = meantBy(sessions, event);
  if (meant === undefined || timeOf(event.meta.occurredAt, event.meta.recordedAt) < meant.startedAt) return undefined;
  const { meterStopMilliWh } = event;
  return meterStopMilliWh !== null && meterStopMilliWh < (meant.meter.start?.milliWh ?? -Infinity) ? undefined : meant;
}

function endsLike({ life }: Session, event: TransactionEnded): boolean {
  return (
    life.phase === 'ended' &&
    life.endedAt === timeOf(event.meta.occurredAt, event.meta.recordedAt) &&
    life.meterStopReportedMilliWh === event.meterStopMilliWh &&
    life.stopReason === storable(event.reason)
  );
}

function withEnd(draft: Draft, event: TransactionEnded): Draft {
  const { meta } = event;
  const endedAt = timeOf(meta.occurredAt, meta.recordedAt);
  draft.flags = (draft.flags & ~stopMissing) | clockFlags(meta.occurredAt, meta.recordedAt);
  useId(draft, event);
  applyFacts(draft, event);
  draft.life = {
    phase: 'ended',
    endedAt,
    stopReason: storable(event.reason),
    stoppedByTokenRef: event.tokenRef,
    meterStopReportedMilliWh: event.meterStopMilliWh,
  };
  if (event.meterStopMilliWh !== null) {
    draft.flags |= regressionOf(draft.meter, { at: endedAt, milliWh: event.meterStopMilliWh });
  }
  return draft;
}
