// The little DER that a station's certificates need: hashes of issuer and key, and a signing request for a P-256 key.
import { createHash, sign, X509Certificate, type KeyObject } from 'node:crypto';

export type CertificateHash = {
  readonly hashAlgorithm: 'SHA256';
  readonly issuerNameHash: string;
  readonly issuerKeyHash: string;
  readonly serialNumber: string;
};

const tags = { integer: 0x02, bits: 0x03, id: 0x06, text: 0x0c, sequence: 0x30, set: 0x31, attributes: 0xa0 } as const;
const commonNameId = [0x55, 0x04, 0x03];
const organizationId = [0x55, 0x04, 0x0a];
const ecdsaWithSha256Id = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];

type Node = { readonly tag: number; readonly whole: Buffer; readonly content: Buffer };

/** As OCSP identifies a certificate (RFC 6960 section 4.1.1); `issuer` where it is known, else its own key. */
export function hashOf(certificate: X509Certificate, issuer: X509Certificate): CertificateHash {
  const [tbs] = childrenOf(rootOf(certificate.raw));
  const fields = tbs === undefined ? [] : childrenOf(tbs);
  // An explicit version comes before the serial number.
  const issuerName = fields[fields[0]?.tag === tags.attributes ? 3 : 2];
  const [, key] = childrenOf(rootOf(issuer.publicKey.export({ type: 'spki', format: 'der' })));
  return {
    hashAlgorithm: 'SHA256',
    issuerNameHash: sha256(issuerName?.whole ?? Buffer.alloc(0)),
    // Without the count of unused bits.
    issuerKeyHash: sha256(key?.content.subarray(1) ?? Buffer.alloc(0)),
    serialNumber: certificate.serialNumber.toLowerCase().replace(/^0+(?=.)/, ''),
  };
}

/** A PKCS#10 request (RFC 2986) as PEM: O and CN, no attributes. */
export function signingRequest(
  subject: { readonly organization: string; readonly commonName: string },
  keys: { readonly publicKey: KeyObject; readonly privateKey: KeyObject },
): string {
  const name = encode(
    tags.sequence,
    nameOf(organizationId, subject.organization),
    nameOf(commonNameId, subject.commonName),
  );
  const info = encode(
    tags.sequence,
    encode(tags.integer, Buffer.from([0])),
    name,
    keys.publicKey.export({ type: 'spki', format: 'der' }),
    encode(tags.attributes),
  );
  const algorithm = encode(tags.sequence, encode(tags.id, Buffer.from(ecdsaWithSha256Id)));
  const signature = encode(tags.bits, Buffer.from([0]), sign('sha256', info, keys.privateKey));
  const request = encode(tags.sequence, info, algorithm, signature).toString('base64');
  const lines = request.match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE REQUEST-----', ...lines, '-----END CERTIFICATE REQUEST-----', ''].join('\n');
}

function nameOf(id: readonly number[], text: string): Buffer {
  const pair = encode(tags.sequence, encode(tags.id, Buffer.from(id)), encode(tags.text, Buffer.from(text)));
  return encode(tags.set, pair);
}

function encode(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const head = length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

function rootOf(bytes: Buffer): Node {
  return nodeAt(bytes, 0);
}

function childrenOf(node: Node): Node[] {
  const children: Node[] = [];
  for (let offset = 0; offset < node.content.length;) {
    const child = nodeAt(node.content, offset);
    children.push(child);
    offset += child.whole.length;
  }
  return children;
}

function nodeAt(bytes: Buffer, offset: number): Node {
  const first = bytes.readUInt8(offset + 1);
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  const length = lengthBytes === 0 ? first : bytes.readUIntBE(offset + 2, lengthBytes);
  const start = offset + 2 + lengthBytes;
  return {
    tag: bytes.readUInt8(offset),
    whole: bytes.subarray(offset, start + length),
    content: bytes.subarray(start, start + length),
  };
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
