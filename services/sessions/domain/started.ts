// A transaction began: a new session, the missing start of a known one, or no news.
import type { TransactionStarted } from './events.ts';
import { startMissing, stopMissing } from './flags.ts';
import { isAtPlaceOf, latestOf, latestOfKey, namesTransaction, startKeyOfStart } from './join.ts';
import { withReportedStart } from './meter.ts';
import { draftOf, fillPlace, openSession } from './open.ts';
import { isLive, lacksStart, type Draft, type Position, type Session } from './session.ts';
import { clockFlags, clockMayRepeat, timeOf } from './timestamps.ts';
import { applyFacts, applyToken, untouched, useId, type Touched } from './touched.ts';

/** Live sessions of one station; one more, and the oldest counts as having lost its end. */
export const liveSessionsMax = 32;

export function started(sessions: readonly Session[], event: TransactionStarted, at: Position): readonly Touched[] {
  const startKey = startKeyOfStart(event);
  const same = latestOfKey(sessions, startKey);
  if (same !== undefined) {
    if (lacksStart(same)) return [{ before: same, after: withStart(draftOf(same), event, at) }];
    const repeats = same.life.phase === 'ended' && clockMayRepeat(event.meta.occurredAt);
    // Whatever its message id, a start that is known is no news (OCPP 1.6 section 3.7: stations resend until answered).
    return repeats ? begun(sessions, event, at, openSession(event, startKey, same.repeat + 1, at)) : untouched;
  }
  const waiting = namesTransaction(event.transactionId) ? latestOf(sessions, event.transactionId) : undefined;
  if (waiting !== undefined && lacksStart(waiting)) {
    // Later facts came first (1.6): the session they made keeps its id and gets its start.
    const draft = draftOf(waiting);
    draft.startKey = startKey;
    return [{ before: waiting, after: withStart(draft, event, at) }];
  }
  return begun(sessions, event, at, openSession(event, startKey, 0, at));
}

function begun(
  sessions: readonly Session[],
  event: TransactionStarted,
  at: Position,
  draft: Draft,
): readonly Touched[] {
  // A session without start may have got that id and then another start (one id under two versions): it is taken.
  if (sessions.some(({ sessionId }) => sessionId === draft.sessionId)) return untouched;
  const after = withStart(draft, event, at);
  const touched: Touched[] = [{ before: undefined, after }];
  for (const lost of supersededBy(after, sessions)) {
    const draftOfLost = draftOf(lost);
    draftOfLost.flags |= stopMissing;
    touched.push({ before: lost, after: draftOfLost });
  }
  return touched;
}

/** A place that begins a transaction has ended its earlier one, whether or not we were told. */
function supersededBy(begunSession: Session, sessions: readonly Session[]): readonly Session[] {
  const live = sessions.filter(isLive);
  const lost = live.filter(
    (session) => session.startedAt <= begunSession.startedAt && isAtPlaceOf(session, begunSession),
  );
  if (lost.length > 0 || live.length < liveSessionsMax) return lost;
  return [live.reduce((oldest, session) => (session.startOffset < oldest.startOffset ? session : oldest))];
}

function withStart(draft: Draft, event: TransactionStarted, at: Position): Draft {
  const { meta } = event;
  draft.flags = (draft.flags & ~startMissing) | clockFlags(meta.occurredAt, meta.recordedAt);
  draft.startOffset = at.offset;
  draft.startedAt = timeOf(meta.occurredAt, meta.recordedAt);
  draft.ocppVersion ??= meta.ocppVersion;
  fillPlace(draft, event);
  // 2.x stations make their ids themselves; that of a 1.6 start is ours, and the station may never get it.
  if (event.startKey === event.transactionId) useId(draft, event);
  // The start's own token is the driver's, whatever a later fact showed that came before it.
  if (event.tokenRef !== null) draft.tokenRef = null;
  applyToken(draft, event);
  applyFacts(draft, event);
  if (event.meterStartMilliWh !== null) withReportedStart(draft, draft.startedAt, event.meterStartMilliWh);
  return draft;
}
