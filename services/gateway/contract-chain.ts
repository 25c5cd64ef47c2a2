// Whether a contract certificate may be trusted: its chain up to a root of ours, in time, made out to its eMAID.
import { X509Certificate } from 'node:crypto';
import type { ContractStatus } from './domain/question.ts';

/** Leaf, its authorities, and some to spare. */
const chainMax = 8;

export type Chain = { readonly pem: string; readonly emaid: string };

/** @param roots of the V2G and mobility operators that the installation trusts. */
export function statusOfChain({ pem, emaid }: Chain, roots: readonly X509Certificate[], now: number): ContractStatus {
  const chain = certificatesIn(pem);
  const [leaf] = chain ?? [];
  if (chain === undefined || leaf === undefined || chain.length > chainMax) return 'NoCertificateAvailable';
  if (plain(commonNameOf(leaf)) !== plain(emaid)) return 'CertChainError';
  const root = rootOf(chain.at(-1) ?? leaf, roots);
  const path = root === undefined ? chain : withRoot(chain, root);
  for (const [index, certificate] of path.entries()) {
    const fault = faultOfLink(certificate, path[index + 1]);
    if (fault !== undefined) return fault;
  }
  if (root === undefined) return 'CertChainError';
  return path.every((certificate) => isInTime(certificate, now)) ? 'Accepted' : 'CertificateExpired';
}

/** Some vehicles show their root as well. */
function withRoot(chain: readonly X509Certificate[], root: X509Certificate): readonly X509Certificate[] {
  return chain.at(-1)?.fingerprint256 === root.fingerprint256 ? chain : [...chain, root];
}

function faultOfLink(certificate: X509Certificate, issuer: X509Certificate | undefined): ContractStatus | undefined {
  if (issuer === undefined) return undefined;
  if (!issuer.ca || !certificate.checkIssued(issuer)) return 'CertChainError';
  return certificate.verify(issuer.publicKey) ? undefined : 'SignatureError';
}

/** Roots are renewed under their name: the one whose key it is, else one of that name, whose signature is then wrong. */
function rootOf(last: X509Certificate, roots: readonly X509Certificate[]): X509Certificate | undefined {
  const named = roots.filter((root) => last.fingerprint256 === root.fingerprint256 || last.checkIssued(root));
  return named.find((root) => last.verify(root.publicKey)) ?? named[0];
}

/** Undefined where one of them cannot be read. */
export function certificatesIn(pem: string): X509Certificate[] | undefined {
  const texts = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  try {
    return texts.map((text) => new X509Certificate(text));
  } catch {
    return undefined;
  }
}

function isInTime({ validFrom, validTo }: X509Certificate, now: number): boolean {
  return Date.parse(validFrom) <= now && now <= Date.parse(validTo);
}

function commonNameOf({ subject }: X509Certificate): string {
  return /^CN=(.*)$/m.exec(subject)?.[1] ?? '';
}

/** An eMAID is written with dashes or without, in any case (ISO 15118-2, annex H). */
function plain(emaid: string): string {
  return emaid.replaceAll('-', '').toUpperCase();
}
