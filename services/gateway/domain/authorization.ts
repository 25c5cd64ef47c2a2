// One decision about a token, made from what the registry knows; each message maps it to its own words.
import type { AuthorizationStatus, TokenRegistered } from '#contracts/generated/types';

/** What the token cache answered for a presented token. */
export type PresentedToken = {
  readonly tokenRef: string;
  readonly tokenType: string;
  readonly found: TokenRegistered | undefined;
};

export type Decision = { readonly status: AuthorizationStatus; readonly expiresAt: number | null };

/** Judges a token at a location at an instant (ms since epoch). An unknown token is Invalid. */
export function decideToken(token: PresentedToken, locationId: string | null, now: number): Decision {
  const { found } = token;
  if (found === undefined) return { status: 'Invalid', expiresAt: null };
  if (found.status !== 'Accepted') return { status: found.status, expiresAt: found.expiresAt };
  if (found.expiresAt !== null && found.expiresAt <= now) return { status: 'Expired', expiresAt: found.expiresAt };
  if (found.locationIds.length > 0 && (locationId === null || !found.locationIds.includes(locationId))) {
    return { status: 'NotAtThisLocation', expiresAt: found.expiresAt };
  }
  return { status: 'Accepted', expiresAt: found.expiresAt };
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
