// What is known of a certificate that we sent a station: what its text says, and nothing where it is none.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { certificateOf } from '#services/gateway/certificate-facts';

/** Made once for this test: CN=Test Root, O=Example, serial number 0a1b, until 2036-11-23. */
const pem = `-----BEGIN CERTIFICATE-----
MIIBkDCCATWgAwIBAgICChswCgYIKoZIzj0EAwIwJjEQMA4GA1UECgwHRXhhbXBs
ZTESMBAGA1UEAwwJVGVzdCBSb290MB4XDTI2MTEyNjAyMzExMFoXDTM2MTEyMzAy
MzExMFowJjEQMA4GA1UECgwHRXhhbXBsZTESMBAGA1UEAwwJVGVzdCBSb290MFkw
EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEjVfo6XBbDSABsGuW7U0HDYXDDa4O2pp+
PvhvqjdIGZ1mXqY+OVEEHy0GCD62tB+v+C4r835ijgtd4SWOOJKtWqNTMFEwHQYD
VR0OBBYEFDRYMn8e2gB9IWhUsZlg4F32ToGrMB8GA1UdIwQYMBaAFDRYMn8e2gB9
IWhUsZlg4F32ToGrMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIh
AONPUKPggXm9hJnvuenE1racsVr3O0fTTRMEUPZ2rmB4AiEAyfMe/79KYSVfmlN4
1Y7XQisF6qnyji55QBfcrZ/FzGc=
-----END CERTIFICATE-----`;

test('serial number, subject and end are read from the first certificate of a text', () => {
  const { serialNumber, subject, expiresAt, certificateType } = certificateOf('CSMSRootCertificate', `${pem}\n${pem}`);
  assert.deepEqual([certificateType, serialNumber], ['CSMSRootCertificate', 'a1b']);
  assert.match(subject ?? '', /CN=Test Root/);
  assert.equal(expiresAt, Date.UTC(2036, 10, 23, 2, 31, 10));
});

test('of a text that is no certificate nothing is known but what it was sent as', () => {
  const told = certificateOf('V2GRootCertificate', 'no certificate');
  assert.deepEqual(
    [told.certificateType, told.serialNumber, told.subject, told.expiresAt],
    ['V2GRootCertificate', null, null, null],
  );
});
