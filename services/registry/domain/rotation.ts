// What becomes of a password that was sent to its station (OCPP 2.x A01, whitepaper A01): decided by its command's end.

export type RotationState = 'pending' | 'unknown' | 'rebootRequired' | 'accepted' | 'rejected';

const rejecting: ReadonlySet<string> = new Set([
  'rejected',
  'notSupported',
  'notAccepted',
  'offline',
  'expired',
  'superseded',
]);

/**
 * accepted: the passwords before are dead (A01.FR.03). rejected: the old one stays and the new one is withdrawn (A01.FR.04);
 * so it is where the station never got it. unknown: it may have been sent, and no answer tells more: both work until the
 * station shows one. rebootRequired: it is the station's from its next boot on, and the old one until then.
 */
export function rotationAfter(outcome: string, detail: string | null): Exclude<RotationState, 'pending'> {
  if (outcome === 'accepted') return detail?.includes('RebootRequired') === true ? 'rebootRequired' : 'accepted';
  return rejecting.has(outcome) ? 'rejected' : 'unknown';
}

/**
 * What a password that the station showed says of a rotation that is not settled. The new one is known to the station
 * alone, so it was taken. The old one tells only where nothing is to come any more.
 */
export function rotationProved(state: RotationState, isNew: boolean): 'accepted' | 'rejected' | undefined {
  if (isNew) return 'accepted';
  return state === 'unknown' ? 'rejected' : undefined;
}
