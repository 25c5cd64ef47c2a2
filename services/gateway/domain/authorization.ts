// One decision about a token, made from what is known of it; each message maps it to its own words.
import type { ActiveSession, AuthorizationStatus, TenantRegistered, TokenRegistered } from '#contracts/generated/types';
import { atLimit } from './concurrency.ts';
import { voucherFor, type StartShown, type Voucher } from './voucher.ts';

/** What the partner that issued a token said of it. */
export type PartnerAnswer =
  | { readonly kind: 'answered'; readonly status: AuthorizationStatus; readonly expiresAt: number | null }
  /** No answer in time. */
  | { readonly kind: 'unreachable' };

/** What a tenant wants of decisions. */
export type Policies = Pick<TenantRegistered, 'freeVending' | 'autocharge' | 'tokensUnavailable'>;

/** What is known of a presented token. */
export type PresentedToken = {
  readonly tokenRef: string;
  readonly tokenType: string;
  readonly found: TokenRegistered | undefined;
  /** StartCharging commands that name it for this station; looked up only where the registry does not know it. */
  readonly vouchers: readonly Voucher[];
  readonly policies: Policies;
  /** That run on it, on any station. */
  readonly sessions: readonly ActiveSession[];
  /** Undefined where nobody was asked: our own token, or one that its partner lets us judge. */
  readonly partner: PartnerAnswer | undefined;
};

/** Who decided, as AuthorizationDecided tells it. */
export type Decider =
  | 'registry'
  /** A StartCharging command vouched for it. */
  | 'operator'
  | 'partner'
  /** The partner could not be asked: the tenant's policy. */
  | 'partner-unavailable'
  | 'free-vending'
  /** The tenant does not let vehicles charge by their address. */
  | 'autocharge-off'
  /** The contract certificate that came with it. */
  | 'certificate'
  /** Nobody could be asked about that certificate: the tenant's policy. */
  | 'certificate-unavailable';

export type Decision = {
  readonly status: AuthorizationStatus;
  readonly expiresAt: number | null;
  readonly by: Decider;
  /** The command that vouched. */
  readonly commandId: string | null;
  readonly token: TokenRegistered | undefined;
};

/** Where a token is shown. */
export type Place = { readonly stationId: string; readonly station: { readonly locationId: string | null } };

/** Judges a start, or the first token of a transaction: the one question that may be answered ConcurrentTx. */
export function decideStart(token: PresentedToken, place: Place, start: StartShown): Decision {
  const decision = decideUse(token, place, start);
  const isOver = decision.status === 'Accepted' && decision.by !== 'free-vending' && atLimit(token, place, start);
  return isOver ? { ...decision, status: 'ConcurrentTx', by: 'registry' } : decision;
}

/**
 * Judges a token that starts nothing: Authorize, a stop, what a running transaction tells. An unknown token is Invalid,
 * unless an operator vouched for it; what the registry refuses, no operator's command allows.
 */
export function decideUse(token: PresentedToken, { station, stationId }: Place, use: StartShown): Decision {
  const { found, policies } = token;
  if (policies.freeVending) return decided('Accepted', 'free-vending', found);
  if (token.tokenType === 'MacAddress' && !policies.autocharge) return decided('Invalid', 'autocharge-off', found);
  if (found === undefined) return decideUnknown(token, stationId, use);
  const decision = decideKnown(found, token, use.now);
  const { locationIds } = found;
  const isElsewhere =
    locationIds.length > 0 && (station.locationId === null || !locationIds.includes(station.locationId));
  return decision.status === 'Accepted' && isElsewhere
    ? decided('NotAtThisLocation', 'registry', found, decision.expiresAt)
    : decision;
}

function decideUnknown(token: PresentedToken, stationId: string, use: StartShown): Decision {
  const voucher = voucherFor(token.vouchers, use);
  if (voucher !== undefined) return { ...decided('Accepted', 'operator', undefined), commandId: voucher.commandId };
  // Vouched for on another gateway, or too long ago to be remembered: its own session says that it was accepted.
  const own = token.sessions.find(
    (session) => session.stationId === stationId && session.transactionId === use.transactionId,
  );
  return own?.authorization === 'Accepted'
    ? decided('Accepted', 'operator', undefined)
    : decided('Invalid', 'registry', undefined);
}

/** The partner's word counts before ours; where it cannot be had, what the partner wants to hold then (OCPI whitelist). */
function decideKnown(found: TokenRegistered, { partner, policies }: PresentedToken, now: number): Decision {
  if (partner?.kind === 'answered') return decided(partner.status, 'partner', found, partner.expiresAt);
  const ours = ourStatus(found, now);
  if (partner?.kind === 'unreachable' && ours === 'Accepted' && found.whitelist === 'NEVER') {
    const isLet = policies.tokensUnavailable === 'accept';
    return decided(isLet ? 'Accepted' : 'Invalid', 'partner-unavailable', found);
  }
  return decided(ours, 'registry', found, found.expiresAt);
}

function ourStatus({ status, expiresAt }: TokenRegistered, now: number): AuthorizationStatus {
  if (status !== 'Accepted') return status;
  return expiresAt !== null && expiresAt <= now ? 'Expired' : 'Accepted';
}

function decided(
  status: AuthorizationStatus,
  by: Decider,
  token: TokenRegistered | undefined,
  expiresAt: number | null = null,
): Decision {
  return { status, expiresAt, by, commandId: null, token };
}

/** 1.6 AuthorizationStatus (7.2) knows five words; what it cannot say is Invalid. */
export function statusFor16(
  status: AuthorizationStatus,
): 'Accepted' | 'Blocked' | 'Expired' | 'Invalid' | 'ConcurrentTx' {
  switch (status) {
    case 'Accepted':
    case 'Blocked':
    case 'Expired':
    case 'ConcurrentTx':
      return status;
    case 'Unknown':
    case 'Invalid':
    case 'NoCredit':
    case 'NotAllowedTypeEVSE':
    case 'NotAtThisLocation':
    case 'NotAtThisTime':
      return 'Invalid';
  }
}
