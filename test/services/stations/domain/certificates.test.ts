// Certificates in a station: what a report replaces, what is installed, deleted and signed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { certificatesAfter, type Certificates } from '#services/stations/domain/certificates';
import { certificate, certificates, told } from '../facts.ts';

type Change = Parameters<typeof certificates>;

function after(changes: readonly Change[], from: Certificates | null = null, epoch = 1): Certificates | null {
  let known = from;
  for (const [index, change] of changes.entries()) {
    known = certificatesAfter(known, certificates(...change), told(epoch, index + 1));
  }
  return known;
}
const shown = (known: Certificates | null): unknown =>
  known?.entries.map(({ certificateType, serialNumber }) => `${certificateType} ${serialNumber}`);
const root = (serialNumber: string) => certificate({ serialNumber });
const maker = (serialNumber: string) => certificate({ certificateType: 'ManufacturerRootCertificate', serialNumber });
const own = (serialNumber: string) => certificate({ certificateType: 'ChargingStationCertificate', serialNumber });

test('a report replaces the types that were asked for', () => {
  const known = after([['report', [root('01'), maker('02')]]]);
  const types = ['CSMSRootCertificate'];
  assert.deepEqual(shown(after([['report', [root('03')], types]], known)), [
    'ManufacturerRootCertificate 02',
    'CSMSRootCertificate 03',
  ]);
  assert.deepEqual(shown(after([['report', [], types]], known)), ['ManufacturerRootCertificate 02']);
});

test("a report of all types leaves the station's own, which none lists", () => {
  const known = after([
    ['signed', [own('09')]],
    ['installed', [root('01')]],
  ]);
  assert.deepEqual(shown(after([['report', [maker('02')]]], known)), [
    'ChargingStationCertificate 09',
    'ManufacturerRootCertificate 02',
  ]);
});

test('what we know of an installed certificate stays known when a report names its hashes', () => {
  const installed = certificate({ subject: 'CN=root', expiresAt: 99 });
  const known = after([
    ['installed', [installed]],
    ['report', [certificate(), root('02')]],
  ]);
  assert.deepEqual(
    known?.entries.map(({ subject, expiresAt }) => [subject, expiresAt]),
    [
      ['CN=root', 99],
      [null, null],
    ],
  );
});

test('a certificate installed again stands once; signed, it replaces the one before', () => {
  assert.deepEqual(
    shown(
      after([
        ['installed', [root('01')]],
        ['installed', [root('01')]],
      ]),
    ),
    ['CSMSRootCertificate 01'],
  );
  assert.deepEqual(
    shown(
      after([
        ['signed', [own('01')]],
        ['signed', [own('02')]],
      ]),
    ),
    ['ChargingStationCertificate 02'],
  );
});

test('a deleted one goes with its chain, by its hashes alone, in either case of their digits', () => {
  const chain = [root('0a'), certificate({ serialNumber: '0b', child: true }), root('0c')];
  const deletion = certificate({ certificateType: '', issuerNameHash: 'AA', serialNumber: '0A' });
  assert.deepEqual(
    shown(
      after([
        ['report', chain],
        ['deleted', [deletion]],
      ]),
    ),
    ['CSMSRootCertificate 0c'],
  );
  assert.deepEqual(
    shown(
      after([
        ['report', chain],
        ['deleted', [root('0d')]],
      ]),
    ),
    shown(after([['report', chain]])),
  );
});

test('a request to sign, and what an older connection tells late, change nothing', () => {
  const known = after([['installed', [root('01')]]], null, 5);
  assert.equal(after([['signingRequested', [own('02')]]], known, 5), known);
  assert.equal(after([['report', []]], known, 4), known);
});
