// Who issues the stations' certificates: an interface for any authority, and the embedded one, whose key lies in the secrets file.
import { createPublicKey, createPrivateKey, webcrypto } from 'node:crypto';
import { issueCertificate } from '#kit/x509/certificate';
import type { Name } from '#kit/x509/names';
import { issueRevocations } from '#kit/x509/revocations';

export type CertificateOrder = {
  readonly subject: Name;
  /** DER of the SubjectPublicKeyInfo of a request that was found good. */
  readonly publicKey: Uint8Array<ArrayBuffer>;
  /** In hex; chosen by us, so that the certificate of one request is known before it is made. */
  readonly serial: string;
  /** What its holder is in the connections that it is for; a client unless said otherwise. */
  readonly connects?: 'client' | 'server' | 'both';
  readonly notBefore: Date;
  readonly notAfter: Date;
};

export type Revoked = { readonly serial: string; readonly at: Date };

/** An authority that is not embedded (a cloud's, a company's own) implements these three. */
export type CertificateAuthority = {
  /** What a proxy trusts: PEM. */
  readonly certificatePem: string;
  /** The station's certificate and those between it and the authority, leaf first: PEM. */
  issue(order: CertificateOrder): Promise<string>;
  /** The revocation list as PEM, valid from now for a while. */
  revocations(revoked: readonly Revoked[], now: Date): Promise<string>;
};

const authorityName: Name = { commonName: 'Chargestream station CA', organisation: null };
const yearMs = 365 * 24 * 60 * 60 * 1000;
const authorityYears = 20;
/** Proxies fetch it every few seconds; so long they go on with the last one when we are away. */
const revocationsValidMs = 7 * 24 * 60 * 60 * 1000;
const backdatedMs = 24 * 60 * 60 * 1000;
const algorithm = { name: 'ECDSA', namedCurve: 'P-256' } as const;

/** A certificate of the embedded authority's key for itself; made once and kept, since its dates count. */
export async function authorityCertificate(key: string, now: Date): Promise<string> {
  return issueCertificate({
    kind: 'authority',
    subject: authorityName,
    issuer: authorityName,
    publicKey: publicKeyOf(key),
    issuerKey: await signingKeyOf(key),
    serial: '01',
    notBefore: new Date(now.getTime() - backdatedMs),
    notAfter: new Date(now.getTime() + authorityYears * yearMs),
  });
}

/** @param key PKCS #8 DER in base64. @param certificatePem what authorityCertificate made for it. */
export async function embeddedAuthority(key: string, certificatePem: string): Promise<CertificateAuthority> {
  const issuerKey = await signingKeyOf(key);
  return {
    certificatePem,
    issue: ({ connects = 'client', ...order }) =>
      issueCertificate({ ...order, kind: connects, issuer: authorityName, issuerKey }),
    revocations: (revoked, now) =>
      issueRevocations({
        issuer: authorityName,
        issuerKey,
        // A proxy whose clock is a little behind must not find it to be of the future.
        thisUpdate: new Date(now.getTime() - 60 * 60 * 1000),
        nextUpdate: new Date(now.getTime() + revocationsValidMs),
        revoked,
      }),
  };
}

function signingKeyOf(key: string): Promise<webcrypto.CryptoKey> {
  return webcrypto.subtle.importKey('pkcs8', Buffer.from(key, 'base64'), algorithm, false, ['sign']);
}

function publicKeyOf(key: string): Uint8Array<ArrayBuffer> {
  const privateKey = createPrivateKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'pkcs8' });
  return new Uint8Array(createPublicKey(privateKey).export({ type: 'spki', format: 'der' }));
}
