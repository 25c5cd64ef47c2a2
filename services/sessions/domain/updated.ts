// Something about a running transaction changed.
import type { TransactionUpdated } from './events.ts';
import { keyOfKnown, latestOf, latestOfKey, namesTransaction } from './join.ts';
import { meantBy } from './nameless.ts';
import { draftOf, openWithoutStart } from './open.ts';
import type { Position, Session } from './session.ts';
import { applyFacts, applyToken, untouched, useId, type Touched } from './touched.ts';

export function updated(sessions: readonly Session[], event: TransactionUpdated, at: Position): readonly Touched[] {
  const before = sessionOf(sessions, event);
  const after = before === undefined ? openWithoutStart(event, at) : draftOf(before);
  useId(after, event);
  applyFacts(after, event);
  // A token that stops the transaction is not the driver's for that reason (2.x: any token of the group may stop it).
  if (event.triggerReason !== 'StopAuthorized') applyToken(after, event);
  return before !== undefined && saysTheSame(before, after) ? untouched : [{ before, after }];
}

function sessionOf(sessions: readonly Session[], event: TransactionUpdated): Session | undefined {
  if (namesTransaction(event.transactionId)) return latestOf(sessions, event.transactionId);
  return meantBy(sessions, event) ?? latestOfKey(sessions, keyOfKnown(event));
}

function saysTheSame(before: Session, after: Session): boolean {
  return (
    before.idUsed === after.idUsed &&
    before.factAt === after.factAt &&
    before.factSeqNo === after.factSeqNo &&
    before.chargingState === after.chargingState &&
    before.pending === after.pending &&
    before.tokenRef === after.tokenRef &&
    before.authorization === after.authorization &&
    before.evseId === after.evseId &&
    before.connectorId === after.connectorId &&
    before.remoteStartId === after.remoteStartId &&
    before.reservationId === after.reservationId
  );
}
