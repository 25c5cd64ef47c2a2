// Revocation lists (CRL, RFC 5280 section 5).
import type { webcrypto } from 'node:crypto';
import { CertificateRevocationList, RevokedCertificate, Time, TimeType } from 'pkijs';
import { integerOf } from './certificate.ts';
import { distinguishedName, type Name } from './names.ts';
import { pemOf } from './pem.ts';

export type Revoking = {
  readonly issuer: Name;
  readonly issuerKey: webcrypto.CryptoKey;
  readonly thisUpdate: Date;
  /** After it a verifier takes nobody's certificate any more, until it has a newer list. */
  readonly nextUpdate: Date;
  /** Serial numbers in hex. */
  readonly revoked: readonly { readonly serial: string; readonly at: Date }[];
};

/** The list as PEM, signed with SHA-256. */
export async function issueRevocations({
  issuer,
  issuerKey,
  thisUpdate,
  nextUpdate,
  revoked,
}: Revoking): Promise<string> {
  const list = new CertificateRevocationList({
    version: 1,
    issuer: distinguishedName(issuer),
    thisUpdate: utc(thisUpdate),
    nextUpdate: utc(nextUpdate),
    ...(revoked.length === 0 ? {} : { revokedCertificates: revoked.map(entryOf) }),
  });
  await list.sign(issuerKey, 'SHA-256');
  return pemOf('X509 CRL', list.toSchema(true).toBER(false));
}

function entryOf({ serial, at }: Revoking['revoked'][number]): RevokedCertificate {
  return new RevokedCertificate({ userCertificate: integerOf(serial), revocationDate: utc(at) });
}

function utc(value: Date): Time {
  return new Time({ type: TimeType.UTCTime, value });
}
