// What an event did to a session: as it was, and as it is now.
import type { TransactionUpdated } from './events.ts';
import { namesTransaction, storable } from './join.ts';
import { noteState } from './meter.ts';
import { fillPlace } from './open.ts';
import type { Draft, Session } from './session.ts';
import { timeOf } from './timestamps.ts';

/** `before` is undefined where the event made the session. */
export type Touched = { readonly before: Session | undefined; readonly after: Draft };

/** The event was no news. */
export const untouched: readonly Touched[] = [];

/**
 * Takes in what every fact of a transaction may say. By the station's time, not by arrival: an older fact only fills gaps.
 * The token is not among it: whose token it is depends on the fact.
 */
export function applyFacts(draft: Draft, event: TransactionUpdated): void {
  fillPlace(draft, event);
  draft.remoteStartId ??= event.remoteStartId;
  draft.reservationId ??= event.reservationId;
  if (event.chargingState === null) return;
  applyState(draft, {
    at: timeOf(event.meta.occurredAt, event.meta.recordedAt),
    seqNo: event.seqNo ?? -1,
    state: storable(event.chargingState),
  });
}

/** The station knows its transaction by its id. */
export function useId(draft: Draft, { transactionId }: { readonly transactionId: string | null }): void {
  if (!draft.idUsed && namesTransaction(transactionId)) draft.idUsed = true;
}

/** Takes a charging state in, by the station's time. A price may depend on its changes, so that they are told as readings. */
export function applyState(draft: Draft, { at, seqNo, state }: { at: number; seqNo: number; state: string }): void {
  const newest = draft.chargingState;
  // A real station sends seqNo 0 with every event, so that time comes first.
  const isOlder = at < draft.factAt || (at === draft.factAt && seqNo < draft.factSeqNo);
  if (isOlder && newest !== null) {
    // What was known to last is interrupted by what comes late: it holds again from where it was last said.
    if (noteState(draft, at, state) && newest !== state) noteState(draft, draft.factAt, newest);
    return;
  }
  if (newest !== state) noteState(draft, at, state);
  if (isOlder) return void (draft.chargingState = state);
  draft.factAt = at;
  draft.factSeqNo = seqNo;
  draft.chargingState = state;
}

/** The driver's token: the first one shown stays, what was decided about it may change. */
export function applyToken(
  draft: Draft,
  event: Pick<TransactionUpdated, 'tokenRef' | 'tokenType' | 'authorization'>,
): void {
  if (event.tokenRef === null) return;
  if (draft.tokenRef === null) {
    draft.tokenRef = event.tokenRef;
    draft.tokenType = event.tokenType === null ? null : storable(event.tokenType);
  }
  if (draft.tokenRef === event.tokenRef && event.authorization !== null) draft.authorization = event.authorization;
}
