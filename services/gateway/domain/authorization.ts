// One decision about a token, made from what the registry knows; each message maps it to its own words.
import type { AuthorizationStatus, TokenRegistered } from '#contracts/generated/types';
import { voucherFor, type StartShown, type Voucher } from './voucher.ts';

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
  /** The command that vouched. */
  readonly commandId: string | null;
};

/**
 * Judges a token at a location for a start. An unknown token is Invalid, unless the operator vouched for this start;
 * what the registry refuses, no operator's command allows.
 */
export function decideStart(token: PresentedToken, locationId: string | null, start: StartShown): Decision {
  const voucher = token.found === undefined ? voucherFor(token.vouchers, start) : undefined;
  if (voucher !== undefined)
    return { status: 'Accepted', expiresAt: null, by: 'operator', commandId: voucher.commandId };
  return decideToken(token, locationId, start.now);
}

/** Judges a token at a location at an instant (ms since epoch). An unknown token is Invalid. */
export function decideToken(token: PresentedToken, locationId: string | null, now: number): Decision {
  const { found } = token;
  const by = 'registry';
  const commandId = null;
  if (found === undefined) return { status: 'Invalid', expiresAt: null, by, commandId };
  if (found.status !== 'Accepted') return { status: found.status, expiresAt: found.expiresAt, by, commandId };
  if (found.expiresAt !== null && found.expiresAt <= now)
    return { status: 'Expired', expiresAt: found.expiresAt, by, commandId };
  if (found.locationIds.length > 0 && (locationId === null || !found.locationIds.includes(locationId))) {
    return { status: 'NotAtThisLocation', expiresAt: found.expiresAt, by, commandId };
  }
  return { status: 'Accepted', expiresAt: found.expiresAt, by, commandId };
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
