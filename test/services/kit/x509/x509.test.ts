// Certificates, requests and revocations, judged by OpenSSL (node:crypto) where it can.
import assert from 'node:assert/strict';
import { generateKeyPairSync, webcrypto, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { issueCertificate } from '#kit/x509/certificate';
import { derOf, pemOf } from '#kit/x509/pem';
import { makeRequest, readRequest } from '#kit/x509/request';

const p256 = { name: 'ECDSA', namedCurve: 'P-256' } as const;

async function authority() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' });
  const issuerKey = await webcrypto.subtle.importKey('pkcs8', pkcs8, p256, false, ['sign']);
  const issuer = { commonName: 'CA', organisation: null };
  const spki = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
  return { issuer, issuerKey, spki };
}

const dates = { notBefore: new Date(Date.UTC(2026, 0, 1)), notAfter: new Date(Date.UTC(2027, 0, 1)) };

test('an issued certificate verifies by its authority, for its purpose, with a positive serial number', async () => {
  const { issuer, issuerKey, spki } = await authority();
  const ca = new X509Certificate(
    await issueCertificate({
      kind: 'authority',
      subject: issuer,
      issuer,
      publicKey: spki,
      issuerKey,
      serial: '1',
      ...dates,
    }),
  );
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const subject = { commonName: 'SN-1', organisation: 'Strom & Söhne' };
  const publicKey = new Uint8Array(keys.publicKey.export({ type: 'spki', format: 'der' }));
  const leaf = new X509Certificate(
    await issueCertificate({ kind: 'client', subject, issuer, publicKey, issuerKey, serial: 'ff01', ...dates }),
  );
  assert.ok(ca.ca && ca.verify(ca.publicKey) && leaf.verify(ca.publicKey) && leaf.checkIssued(ca) && !leaf.ca);
  assert.equal(leaf.serialNumber, 'FF01');
  assert.match(leaf.subject, /O=Strom & Söhne\nCN=SN-1/);
  assert.deepEqual(leaf.keyUsage, ['1.3.6.1.5.5.7.3.2']);
  assert.equal(leaf.validTo, 'Jan  1 00:00:00 2027 GMT');
  const other = await authority();
  assert.ok(
    !leaf.verify(
      new X509Certificate(
        await issueCertificate({
          kind: 'authority',
          subject: issuer,
          issuer,
          publicKey: other.spki,
          issuerKey: other.issuerKey,
          serial: '1',
          ...dates,
        }),
      ).publicKey,
    ),
  );
});

test('a request tells subject and key, and whether its maker holds the private key', async () => {
  const subject = { commonName: 'SN-1', organisation: 'ACME' };
  const ec = await webcrypto.subtle.generateKey(p256, true, ['sign', 'verify']);
  const read = await readRequest(await makeRequest(subject, ec));
  assert.deepEqual(
    { subject: read?.subject, key: read?.key, isSigned: read?.isSigned },
    { subject, key: { kind: 'ec', curve: 'prime256v1' }, isSigned: true },
  );
  const rsa = await webcrypto.subtle.generateKey(
    { name: 'RSASSA-PKCS1-v1_5', modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' },
    true,
    ['sign', 'verify'],
  );
  assert.deepEqual((await readRequest(await makeRequest(subject, rsa)))?.key, { kind: 'rsa', bits: 1024 });
});

test('a request whose signature or subject was changed is not its maker’s', async () => {
  const keys = await webcrypto.subtle.generateKey(p256, true, ['sign', 'verify']);
  const pem = await makeRequest({ commonName: 'SN-1', organisation: 'ACME' }, keys);
  const der = Buffer.from(derOf('CERTIFICATE REQUEST', pem) ?? []);
  const forged = Buffer.from(der);
  forged[der.indexOf('SN-1') + 3] = 0x32;
  assert.equal((await readRequest(pemOf('CERTIFICATE REQUEST', forged)))?.isSigned, false);
  const cut = der.subarray(0, der.length - 8);
  assert.notEqual((await readRequest(pemOf('CERTIFICATE REQUEST', cut)))?.isSigned, true);
});

test('what is no request is none', async () => {
  for (const text of [
    '',
    'x',
    '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----',
    'a'.repeat(10_000),
  ])
    assert.equal(await readRequest(text), undefined);
  const keys = await webcrypto.subtle.generateKey(p256, true, ['sign', 'verify']);
  const pem = await makeRequest({ commonName: 'SN-1', organisation: null }, keys);
  assert.equal(await readRequest(pem + pem), undefined);
});
