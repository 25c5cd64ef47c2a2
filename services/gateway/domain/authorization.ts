// One decision about a token, made from what the registry knows; each message maps it to its own words.
import type { AuthorizationStatus, TokenRegistered } from '#contracts/generated/types';
import { vouchesFor, type StartShown, type Voucher } from './voucher.ts';

/** What the token cache answered for a presented token. */
export type PresentedToken = {
  readonly tokenRef: string;
  readonly tokenType: string;
  readonly found: TokenRegistered | undefined;
  /** StartCharging commands that name it for this station; looked up only where the registry does not know it. */
  readonly vouchers: readonly Voucher[];
};

export type Decision = {
  readonly status: AuthorizationStatus;
  readonly expiresAt: number | null;
  /** operator: a StartCharging command vouched for it. */
  readonly by: 'registry' | 'operator';
};

/**
 * Judges a token at a location for a start. An unknown token is Invalid, unless the operator vouched for this start;
 * what the registry refuses, no operator's command allows.
 */
export function decideStart(token: PresentedToken, locationId: string | null, start: StartShown): Decision {
  const isVouched = token.found === undefined && token.vouchers.some((voucher) => vouchesFor(voucher, start));
  if (isVouched) return { status: 'Accepted', expiresAt: null, by: 'operator' };
  return decideToken(token, locationId, start.now);
}

/** Judges a token at a location at an instant (ms since epoch). An unknown token is Invalid. */
export function decideToken(token: PresentedToken, locationId: string | null, now: number): Decision {
  const { found } = token;
  const by = 'registry';
  if (found === undefined) return { status: 'Invalid', expiresAt: null, by };
  if (found.status !== 'Accepted') return { status: found.status, expiresAt: found.expiresAt, by };
  if (found.expiresAt !== null && found.expiresAt <= now) return { status: 'Expired', expiresAt: found.expiresAt, by };
  if (found.locationIds.length > 0 && (locationId === null || !found.locationIds.includes(locationId))) {
    return { status: 'NotAtThisLocation', expiresAt: found.expiresAt, by };
  }
  return { status: 'Accepted', expiresAt: found.expiresAt, by };
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
