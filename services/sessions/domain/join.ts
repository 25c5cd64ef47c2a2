// Which session a fact belongs to: by transactionId to the station's latest start with that id, else to the one it can mean.
import type { Meta } from './events.ts';
import type { Session } from './session.ts';
import { timeOf } from './timestamps.ts';

/** What the facts of a transaction say about where they belong. */
export type Claim = {
  readonly meta: Meta;
  readonly transactionId: string | null;
  readonly evseId: number | null;
  readonly connectorId: number | null;
};

/** Whether a transactionId names a transaction: a 1.6 station that never got one sends -1 (errata 3.18), 0 or none. */
export function namesTransaction(transactionId: string | null): transactionId is string {
  return transactionId !== null && transactionId !== '' && transactionId !== '0' && transactionId !== '-1';
}

/** NUL is legal in JSON and in Avro, but no text in Postgres. */
export function storable(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text;
}

/** Natural key of a start: as reported, but where no transaction is named it is what the station said around it. */
export function startKeyOfStart(event: Claim & { readonly startKey: string }): string {
  const keyNamesIt = event.startKey !== event.transactionId || namesTransaction(event.transactionId);
  return keyNamesIt ? event.startKey : keyOfKnown(event);
}

/** Natural key of a session whose start is missing. A 2.x start will have the same one, and so the same session. */
export function keyOfKnown(event: Claim): string {
  if (namesTransaction(event.transactionId)) return event.transactionId;
  const at = timeOf(event.meta.occurredAt, event.meta.recordedAt);
  return ['none', event.evseId ?? 0, event.connectorId ?? 0, at].join('\0');
}

/** Latest start with that transactionId; undefined where there is none. */
export function latestOf(sessions: readonly Session[], transactionId: string): Session | undefined {
  const wanted = storable(transactionId);
  let latest: Session | undefined;
  for (const session of sessions) {
    if (session.transactionId !== wanted) continue;
    if (latest === undefined || session.startOffset > latest.startOffset) latest = session;
  }
  return latest;
}

/** Latest session with that startKey. */
export function latestOfKey(sessions: readonly Session[], startKey: string): Session | undefined {
  let latest: Session | undefined;
  for (const session of sessions) {
    if (session.startKey !== startKey) continue;
    if (latest === undefined || session.startOffset > latest.startOffset) latest = session;
  }
  return latest;
}

/** Same EVSE, and same connector where both say one: an EVSE serves one transaction at a time. */
export function isAtPlaceOf(session: Session, claim: Pick<Claim, 'evseId' | 'connectorId'>): boolean {
  if (!isPlace(session.evseId) || session.evseId !== claim.evseId) return false;
  return !isPlace(session.connectorId) || !isPlace(claim.connectorId) || session.connectorId === claim.connectorId;
}

/** 0 is the station as a whole. */
export function isPlace(id: number | null): id is number {
  return id !== null && id > 0;
}
