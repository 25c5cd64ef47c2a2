// A new password of a station: generated here and shown once, or chosen by the operator; only its verifier is kept.
import { verifierOfChosen, verifierOfGenerated } from '#contracts/passwords';
import { canonicalPassword } from '../domain/credential.ts';
import type { CredentialChange, NewCredential } from '../store/credentials.ts';
import type { RegistryParts } from './parts.ts';

/** 40 hex digits: what every OCPP version takes as a password. */
const generatedBytes = 20;

export type Wanted = {
  readonly stationId: string;
  readonly password: string | undefined;
  /** The given password came from a random source. */
  readonly generated: boolean;
  readonly graceSeconds?: number;
};

export type Shown = {
  readonly added: NewCredential;
  readonly change: CredentialChange;
  /** To be shown once; null where the operator brought it. */
  readonly generatedPassword: string | null;
};

export async function credentialOf(parts: RegistryParts, wanted: Wanted): Promise<Shown> {
  const { stationId, generated, graceSeconds = 0 } = wanted;
  const fresh = wanted.password === undefined ? parts.randomBytes(generatedBytes).toString('hex') : null;
  const bytes = canonicalPassword(wanted.password ?? fresh ?? '');
  const at = parts.store.now();
  const fast = fresh !== null || generated;
  const verifier = fast ? verifierOfGenerated(bytes, at) : await verifierOfChosen(bytes, at);
  const credentialId = parts.newId();
  const credential = {
    credentialId,
    stationId,
    scheme: fast ? 'hmac-sha256' : 'scrypt',
    validFrom: new Date(at).toISOString(),
    validUntil: null,
  } as const;
  return {
    added: { stationId, credentialId, verifier, graceSeconds },
    change: { operation: 'created', credential },
    generatedPassword: fresh,
  };
}
