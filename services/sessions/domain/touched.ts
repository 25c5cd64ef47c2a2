// What an event did to a session: as it was, and as it is now.
import type { TransactionUpdated } from '#contracts/generated/types';
import { storable } from './join.ts';
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
  const at = timeOf(event.meta.occurredAt, event.meta.recordedAt);
  const seqNo = event.seqNo ?? -1;
  // A real station sends seqNo 0 with every event, so that time comes first.
  const isOlder = at < draft.factAt || (at === draft.factAt && seqNo < draft.factSeqNo);
  if (isOlder) {
    draft.chargingState ??= storable(event.chargingState);
    return;
  }
  draft.factAt = at;
  draft.factSeqNo = seqNo;
  draft.chargingState = storable(event.chargingState);
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
