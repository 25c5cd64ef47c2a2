// Certificate signing requests: given what the registry knows, when a station asks, then it gets what the gateway will take, or a reason.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { issuedPerDayMax, refusalOf, serialOf, type ReadRequest } from '#services/stations/domain/signing';

const registered = { stationId: 'CS-1', serialNumber: 'SN-1', organisation: 'ACME' };
const request = (over: Partial<ReadRequest> = {}): ReadRequest => ({
  subject: { commonName: 'SN-1', organisation: 'ACME' },
  key: { kind: 'ec', curve: 'prime256v1' },
  isSigned: true,
  ...over,
});

test('the registered serial number and organisation, a strong key and its own signature are granted', () => {
  assert.equal(refusalOf(request(), registered, 0), undefined);
  assert.equal(refusalOf(request({ key: { kind: 'rsa', bits: 2048 } }), registered, 0), undefined);
  assert.equal(refusalOf(request({ key: { kind: 'rsa', bits: 4096 } }), registered, issuedPerDayMax - 1), undefined);
});

test('another CN, and none, are refused; without a registered serial number it is the identity', () => {
  for (const commonName of ['SN-2', 'sn-1', 'CS-1', '', null])
    assert.match(refusalOf(request({ subject: { commonName, organisation: 'ACME' } }), registered, 0) ?? '', /CN/);
  const unknownSerial = { ...registered, serialNumber: null };
  const asIdentity = request({ subject: { commonName: 'CS-1', organisation: 'ACME' } });
  assert.equal(refusalOf(asIdentity, unknownSerial, 0), undefined);
  assert.match(refusalOf(request(), unknownSerial, 0) ?? '', /CN/);
});

test('another O is refused where the tenant names one', () => {
  const other = request({ subject: { commonName: 'SN-1', organisation: null } });
  assert.match(refusalOf(other, registered, 0) ?? '', /O is not ACME/);
  assert.equal(refusalOf(other, { ...registered, organisation: null }, 0), undefined);
});

test('weak keys, foreign keys, forged requests and texts that are none are refused', () => {
  assert.match(refusalOf(request({ key: { kind: 'rsa', bits: 2047 } }), registered, 0) ?? '', /key/);
  assert.match(refusalOf(request({ key: { kind: 'ec', curve: 'secp256k1' } }), registered, 0) ?? '', /key/);
  assert.match(refusalOf(request({ key: { kind: 'other' } }), registered, 0) ?? '', /key/);
  assert.match(refusalOf(request({ isSigned: false }), registered, 0) ?? '', /signature/);
  assert.match(refusalOf(undefined, registered, 0) ?? '', /readable/);
});

test('a station that asks all day is refused in the end', () => {
  assert.match(refusalOf(request(), registered, issuedPerDayMax) ?? '', /today/);
});

test('one request has one serial number, positive and of 16 bytes; another request, another tenant has another', () => {
  const serial = serialOf('default', 'gw.1');
  assert.equal(serial, serialOf('default', 'gw.1'));
  assert.match(serial, /^[4-7][0-9a-f]{31}$/);
  assert.notEqual(serial, serialOf('default', 'gw.2'));
  assert.notEqual(serial, serialOf('other', 'gw.1'));
});
