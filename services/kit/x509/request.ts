// Certificate signing requests (PKCS #10, RFC 2986): read and judged by their own signature, and made.
import { createPublicKey, type webcrypto } from 'node:crypto';
import { CertificationRequest } from 'pkijs';
import { distinguishedName, nameOf, type Name } from './names.ts';
import { derOf, pemOf } from './pem.ts';

export type RequestedKey =
  | { readonly kind: 'rsa'; readonly bits: number }
  | { readonly kind: 'ec'; readonly curve: string }
  | { readonly kind: 'other' };

export type SigningRequest = {
  readonly subject: Name;
  readonly key: RequestedKey;
  /** DER of its SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array<ArrayBuffer>;
  /** Whoever made the request holds the private key. */
  readonly isSigned: boolean;
};

/** Undefined where the text is no such request. */
export async function readRequest(pem: string): Promise<SigningRequest | undefined> {
  const der = derOf('CERTIFICATE REQUEST', pem) ?? derOf('NEW CERTIFICATE REQUEST', pem);
  if (der === undefined) return undefined;
  try {
    const request = CertificationRequest.fromBER(der);
    const subject = nameOf(request.subject);
    if (subject === undefined) return undefined;
    const publicKey = new Uint8Array(request.subjectPublicKeyInfo.toSchema().toBER());
    const key = keyOf(publicKey);
    // A key that we take no certificate for is not even asked to verify.
    const isSigned = key.kind !== 'other' && (await request.verify().catch(() => false));
    return { subject, key, publicKey, isSigned };
  } catch {
    return undefined;
  }
}

/** A request for this subject as PEM, signed with its own key. */
export async function makeRequest(subject: Name, keys: webcrypto.CryptoKeyPair): Promise<string> {
  const request = new CertificationRequest({ version: 0, subject: distinguishedName(subject), attributes: [] });
  await request.subjectPublicKeyInfo.importKey(keys.publicKey);
  await request.sign(keys.privateKey, 'SHA-256');
  return pemOf('CERTIFICATE REQUEST', request.toSchema().toBER(false));
}

function keyOf(der: Uint8Array): RequestedKey {
  const key = createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' });
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa' && modulusLength !== undefined) return { kind: 'rsa', bits: modulusLength };
  return key.asymmetricKeyType === 'ec' && namedCurve !== undefined
    ? { kind: 'ec', curve: namedCurve }
    : { kind: 'other' };
}
