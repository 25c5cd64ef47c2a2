// The event of a decision about a token, the same for every message that shows one.
import type { AuthorizationDecided, ChargingEvent, Meta } from '#contracts/generated/types';
import type { Handled } from './action.ts';
import type { Decision, PresentedToken } from './authorization.ts';

type Occasion = Pick<AuthorizationDecided, 'purpose' | 'evseId' | 'transactionId'>;

export function authorizationDecided(
  meta: Meta,
  token: PresentedToken,
  decision: Decision,
  occasion: Occasion,
): ChargingEvent {
  return {
    type: 'AuthorizationDecided',
    meta,
    tokenRef: token.tokenRef,
    tokenType: token.tokenType,
    status: decision.status,
    purpose: occasion.purpose,
    decidedBy: decision.by,
    evseId: occasion.evseId,
    transactionId: occasion.transactionId,
    groupRef: decision.token?.groupRef ?? null,
  };
}

/** That the transaction used up what a command vouched for, where one did. */
export function vouchedOf(decision: Decision | undefined, transactionId: string): Pick<Handled, 'vouched'> {
  const commandId = decision?.commandId ?? null;
  return commandId === null ? {} : { vouched: { commandId, transactionId } };
}
