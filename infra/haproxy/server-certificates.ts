// Server certificates of a local run: one for ECDSA and one for RSA, each from an authority of this run alone. Production brings its own.
import { generateKeyPairSync, webcrypto } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { issueCertificate } from '#kit/x509/certificate';

export type ServerCertificates = {
  /** What SERVER_CERTIFICATE names: `<path>.ecdsa` and `<path>.rsa` hold certificate and key. */
  readonly path: string;
  /** What clients trust. */
  readonly authorityPem: string;
};

type Kind = keyof typeof algorithms;

const algorithms = {
  ecdsa: { name: 'ECDSA', namedCurve: 'P-256' },
  rsa: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
} as const;
const validMs = 365 * 24 * 60 * 60 * 1000;
/** 1.6J 6.2.1: no longer, small stations cannot verify more. */
const rsaBits = 2048;

/** Writes them into the directory. Each kind has an authority of its kind: who can only verify RSA verifies the whole chain. */
export async function writeServerCertificates(dir: string, now: Date): Promise<ServerCertificates> {
  const path = join(dir, 'server.pem');
  const authorities: string[] = [];
  for (const kind of ['ecdsa', 'rsa'] as const) {
    const { authorityPem, serverPem } = await certificatesOf(kind, now);
    writeFileSync(`${path}.${kind}`, serverPem, { mode: 0o600 });
    authorities.push(authorityPem);
  }
  return { path, authorityPem: authorities.join('') };
}

async function certificatesOf(kind: Kind, now: Date): Promise<{ authorityPem: string; serverPem: string }> {
  const [authority, server] = [keyPair(kind), keyPair(kind)];
  const issuer = { commonName: `Local server CA (${kind})`, organisation: null };
  const issuerKey = await webcrypto.subtle.importKey('pkcs8', authority.pkcs8, algorithms[kind], false, ['sign']);
  const dates = { notBefore: new Date(now.getTime() - 86_400_000), notAfter: new Date(now.getTime() + validMs) };
  const common = { issuer, issuerKey, ...dates };
  const subject = { commonName: 'localhost', organisation: null };
  const own = { subject: issuer, publicKey: authority.spki, serial: '01' };
  const authorityPem = await issueCertificate({ ...common, ...own, kind: 'authority' });
  const leaf = { subject, publicKey: server.spki, serial: '02', dnsNames: ['localhost'] };
  const certificate = await issueCertificate({ ...common, ...leaf, kind: 'server' });
  return { authorityPem, serverPem: `${certificate}${server.pem}` };
}

function keyPair(kind: Kind) {
  const { privateKey, publicKey } =
    kind === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: rsaBits })
      : generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return {
    pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    pkcs8: privateKey.export({ type: 'pkcs8', format: 'der' }),
    spki: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })),
  };
}
