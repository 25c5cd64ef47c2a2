import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromBER } from 'asn1js';
import { OCSPRequest } from 'pkijs';
import { ocspRequestOf, ocspStatusOf } from '#services/gateway/domain/ocsp-request';

const hash = {
  hashAlgorithm: 'SHA256',
  issuerNameHash: 'ab'.repeat(32),
  issuerKeyHash: 'cd'.repeat(32),
  serialNumber: '1f',
};

/** The one certificate of a request, as a library reads it that we did not write. */
function asked(request: Buffer | undefined) {
  assert.ok(request !== undefined);
  const { result } = fromBER(new Uint8Array(request).buffer);
  const [one, ...more] = new OCSPRequest({ schema: result }).tbsRequest.requestList;
  assert.ok(one !== undefined && more.length === 0);
  return one.reqCert;
}

const hexOf = (bytes: ArrayBuffer): string => Buffer.from(bytes).toString('hex');

test('a request names its certificate by hashes and serial number', () => {
  for (const [hashAlgorithm, oid, bytes] of [
    ['SHA256', '2.16.840.1.101.3.4.2.1', 32],
    ['SHA384', '2.16.840.1.101.3.4.2.2', 48],
    ['SHA512', '2.16.840.1.101.3.4.2.3', 64],
  ] as const) {
    const certificate = asked(
      ocspRequestOf({ ...hash, hashAlgorithm, issuerNameHash: 'ab'.repeat(bytes), issuerKeyHash: 'CD'.repeat(bytes) }),
    );
    assert.equal(certificate.hashAlgorithm.algorithmId, oid);
    assert.equal(hexOf(certificate.issuerNameHash.valueBlock.valueHex), 'ab'.repeat(bytes));
    assert.equal(hexOf(certificate.issuerKeyHash.valueBlock.valueHex), 'cd'.repeat(bytes));
  }
});

test('a serial number is a positive number without needless zeros, also of an odd count of digits', () => {
  for (const [serialNumber, der] of [
    ['1f', '1f'],
    ['f', '0f'],
    ['80', '0080'],
    ['0001', '01'],
    ['00', '00'],
    ['f'.repeat(40), `00${'f'.repeat(40)}`],
  ] as const) {
    assert.equal(hexOf(asked(ocspRequestOf({ ...hash, serialNumber })).serialNumber.valueBlock.valueHex), der);
  }
});

test('what is not hexadecimal, and a hash that nobody knows, are no request', () => {
  for (const bad of [
    { issuerNameHash: 'xy' },
    { issuerKeyHash: 'abc' },
    { serialNumber: '' },
    { hashAlgorithm: 'MD5' },
  ])
    assert.equal(ocspRequestOf({ ...hash, ...bad }), undefined);
});

test('a response says whether it is one', () => {
  assert.equal(ocspStatusOf(Buffer.from('30030a0100', 'hex')), 'successful');
  assert.equal(ocspStatusOf(Buffer.from(`3081800a0100${'00'.repeat(125)}`, 'hex')), 'successful');
  assert.equal(ocspStatusOf(Buffer.from('30030a0106', 'hex')), 'unauthorized');
  for (const none of ['', '30', '30030a0104', '30030b0100', '<html>'])
    assert.equal(ocspStatusOf(Buffer.from(none, none.startsWith('<') ? 'utf8' : 'hex')), undefined);
});
