// OCSP (RFC 6960) as far as we need it: the request about one certificate in DER, and whether a responder answered it.
import type { CertificateHash } from './question.ts';

/** OBJECT IDENTIFIER of a hash, by its OCPP name. */
const oids: Readonly<Record<string, string>> = {
  SHA256: '608648016503040201',
  SHA384: '608648016503040202',
  SHA512: '608648016503040203',
};

const tag = { integer: 0x02, octets: 0x04, none: 0x05, oid: 0x06, enumerated: 0x0a, sequence: 0x30 } as const;

/** RFC 6960 4.1.1: OCSPRequest { tbsRequest { requestList { Request { CertID } } } }; undefined where a field is not hexadecimal. */
export function ocspRequestOf(hash: CertificateHash): Buffer | undefined {
  const oid = oids[hash.hashAlgorithm];
  const nameHash = bytesOf(hash.issuerNameHash);
  const keyHash = bytesOf(hash.issuerKeyHash);
  // OCPP writes a serial number without leading zeros.
  const serial = bytesOf(hash.serialNumber.length % 2 === 0 ? hash.serialNumber : `0${hash.serialNumber}`);
  if (oid === undefined || nameHash === undefined || keyHash === undefined || serial === undefined) return undefined;
  const algorithm = der(tag.sequence, der(tag.oid, Buffer.from(oid, 'hex')), der(tag.none));
  const certId = der(
    tag.sequence,
    algorithm,
    der(tag.octets, nameHash),
    der(tag.octets, keyHash),
    der(tag.integer, positive(serial)),
  );
  return der(tag.sequence, der(tag.sequence, der(tag.sequence, der(tag.sequence, certId))));
}

/** RFC 6960 4.2.1 OCSPResponseStatus. */
const refusals: Readonly<Record<number, string>> = {
  1: 'malformedRequest',
  2: 'internalError',
  3: 'tryLater',
  5: 'sigRequired',
  6: 'unauthorized',
};

/** `successful`, the word of the refusal, or undefined where the bytes are no OCSP response. */
export function ocspStatusOf(response: Uint8Array): string | undefined {
  if (response[0] !== tag.sequence) return undefined;
  const lengthByte = response[1] ?? 0;
  const status = response.subarray(lengthByte < 0x80 ? 2 : 2 + (lengthByte & 0x7f));
  const value = status[2];
  if (status[0] !== tag.enumerated || status[1] !== 1 || value === undefined) return undefined;
  return value === 0 ? 'successful' : refusals[value];
}

function bytesOf(hex: string): Buffer | undefined {
  return /^(?:[0-9a-f]{2})+$/i.test(hex) ? Buffer.from(hex, 'hex') : undefined;
}

/** A first bit that is set would make the number negative; zeros before the number are no DER. */
function positive(bytes: Buffer): Buffer {
  let first = 0;
  while (first < bytes.length - 1 && bytes[first] === 0) first++;
  const plain = bytes.subarray(first);
  return (plain[0] ?? 0) < 0x80 ? plain : Buffer.concat([Buffer.from([0]), plain]);
}

function der(type: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const head =
    content.length < 0x80
      ? [type, content.length]
      : content.length < 0x100
        ? [type, 0x81, content.length]
        : [type, 0x82, content.length >> 8, content.length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}
