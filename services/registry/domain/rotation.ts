// What becomes of a password that was sent to its station (OCPP 2.x A01, whitepaper A01): decided by its command's end.

export type RotationState = 'pending' | 'unknown' | 'accepted' | 'rejected';

/**
 * accepted: the passwords before are dead (A01.FR.03). rejected: the old one stays and the new one is withdrawn (A01.FR.04);
 * so it is where the station never got it. unknown: it was sent and nobody knows, so both work until the station shows one.
 */
export function rotationAfter(outcome: string): Exclude<RotationState, 'pending'> {
  if (outcome === 'accepted') return 'accepted';
  return outcome === 'unknown' ? 'unknown' : 'rejected';
}

/** What a proved password says of a rotation whose outcome nobody knows. */
export function rotationProved(saltOfNew: Uint8Array, provedSalt: Uint8Array): 'accepted' | 'rejected' {
  return Buffer.compare(saltOfNew, provedSalt) === 0 ? 'accepted' : 'rejected';
}
