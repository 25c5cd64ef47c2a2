// Makes certificates (RFC 5280): of an authority, of a server, of a client, of one that is both.
import { webcrypto } from 'node:crypto';
import { Integer } from 'asn1js';
import {
  AltName,
  BasicConstraints,
  Certificate,
  ExtKeyUsage,
  Extension,
  GeneralName,
  PublicKeyInfo,
  Time,
  TimeType,
} from 'pkijs';
import { BitString } from 'asn1js';
import { distinguishedName, type Name } from './names.ts';
import { pemOf } from './pem.ts';

export type CertificateKind = 'authority' | 'server' | 'client' | 'both';

export type Issuing = {
  readonly kind: CertificateKind;
  readonly subject: Name;
  readonly issuer: Name;
  /** DER of the subject's SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array<ArrayBuffer>;
  readonly issuerKey: webcrypto.CryptoKey;
  /** Positive, at most 20 bytes, in hex. */
  readonly serial: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Of a server. */
  readonly dnsNames?: readonly string[];
};

/** Bits of KeyUsage, first to last: digitalSignature 0x80, keyEncipherment 0x20, keyCertSign 0x04, cRLSign 0x02. */
const keyUsages = { authority: 0x06, server: 0xa0, client: 0xa0, both: 0xa0 } as const;
const asServer = '1.3.6.1.5.5.7.3.1';
const asClient = '1.3.6.1.5.5.7.3.2';
const purposes = { server: [asServer], client: [asClient], both: [asServer, asClient] } as const;

/** The certificate as PEM, signed with SHA-256. */
export async function issueCertificate(issuing: Issuing): Promise<string> {
  const { subject, issuer, publicKey, serial, notBefore, notAfter } = issuing;
  const certificate = new Certificate({
    version: 2,
    serialNumber: integerOf(serial),
    notBefore: new Time({ type: TimeType.UTCTime, value: notBefore }),
    notAfter: new Time({ type: TimeType.UTCTime, value: notAfter }),
    issuer: distinguishedName(issuer),
    subject: distinguishedName(subject),
    subjectPublicKeyInfo: PublicKeyInfo.fromBER(publicKey),
    extensions: extensionsOf(issuing),
  });
  await certificate.sign(issuing.issuerKey, 'SHA-256');
  return pemOf('CERTIFICATE', certificate.toSchema(true).toBER(false));
}

/** A serial number in hex as ASN.1 has it: a leading zero byte where its first bit would be a sign. */
export function integerOf(hex: string): Integer {
  const even = hex.length % 2 === 0 ? hex : `0${hex}`;
  const padded = /^[89a-f]/i.test(even) ? `00${even}` : even;
  return new Integer({ valueHex: new Uint8Array(Buffer.from(padded, 'hex')).buffer });
}

function extensionsOf({ kind, dnsNames = [] }: Issuing): Extension[] {
  const basic = new BasicConstraints(kind === 'authority' ? { cA: true, pathLenConstraint: 0 } : {});
  const usage = new BitString({ valueHex: new Uint8Array([keyUsages[kind]]).buffer, unusedBits: 1 });
  const extensions = [critical('2.5.29.19', basic.toSchema().toBER()), critical('2.5.29.15', usage.toBER())];
  if (kind !== 'authority') {
    const purpose = new ExtKeyUsage({ keyPurposes: [...purposes[kind]] });
    extensions.push(plain('2.5.29.37', purpose.toSchema().toBER()));
  }
  if (dnsNames.length > 0) {
    const altNames = dnsNames.map((value) => new GeneralName({ type: 2, value }));
    extensions.push(plain('2.5.29.17', new AltName({ altNames }).toSchema().toBER()));
  }
  return extensions;
}

function critical(extnID: string, extnValue: ArrayBuffer): Extension {
  return new Extension({ extnID, critical: true, extnValue });
}

function plain(extnID: string, extnValue: ArrayBuffer): Extension {
  return new Extension({ extnID, critical: false, extnValue });
}
