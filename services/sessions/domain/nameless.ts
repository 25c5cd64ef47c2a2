// Which live session a fact can mean that names no transaction: never a guess that would end another driver's session.
import { isAtPlaceOf, isPlace, namesTransaction, type Claim } from './join.ts';
import { isLive, type Session } from './session.ts';

/** The one live session at the claim's place; among several the one that itself is known by such facts only. */
export function onlyLive(sessions: readonly Session[], claim: Claim): Session | undefined {
  const possible = possibleOf(sessions, claim);
  return only(possible) ?? only(possible.filter(isNameless));
}

/**
 * What a station means by -1 or 0 where it tells no place, as 1.6 stops do: a session known by such facts only, or of the
 * card it shows, or else the one whose transactionId it never used: it did not get our answer (errata 3.18), began it
 * offline, or cannot hold the number. A station that used the id means something else.
 */
export function meantBy(
  sessions: readonly Session[],
  claim: Claim & { readonly tokenRef: string | null },
): Session | undefined {
  const { tokenRef } = claim;
  const possible = possibleOf(sessions, claim);
  const nameless = possible.filter(isNameless);
  if (nameless.length > 0) return only(nameless);
  const ofCard = possible.filter((session) => tokenRef !== null && session.tokenRef === tokenRef);
  if (ofCard.length > 0) return only(ofCard);
  const isOfAnother = ({ tokenRef: own }: Session): boolean => tokenRef !== null && own !== null;
  return only(possible.filter((session) => !session.idUsed && !isOfAnother(session)));
}

function possibleOf(sessions: readonly Session[], claim: Claim): readonly Session[] {
  return sessions.filter((session) => isLive(session) && mayBeAt(session, claim));
}

function mayBeAt(session: Session, claim: Claim): boolean {
  return !isPlace(claim.evseId) || !isPlace(session.evseId) || isAtPlaceOf(session, claim);
}

function isNameless({ transactionId }: Session): boolean {
  return !namesTransaction(transactionId);
}

function only(sessions: readonly Session[]): Session | undefined {
  return sessions.length === 1 ? sessions[0] : undefined;
}
