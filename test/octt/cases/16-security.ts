// OCTT 1.6, Security: passwords, certificates, security events and logs, signed firmware, profiles.
import assert from 'node:assert/strict';
import { webcrypto, X509Certificate } from 'node:crypto';
import { makeRequest } from '#kit/x509/request';
import type { OcttCase, PlayedCase } from '../octt-case.ts';
import { at, type OcttStation } from '../octt-station.ts';
import type { Rig } from '../rig.ts';
import { ago } from './16-parts.ts';

const tls = 'test/e2e/tls.stack.test.ts';
const hash = { hashAlgorithm: 'SHA256', issuerNameHash: 'aa', issuerKeyHash: 'bb', serialNumber: '01' };
const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----';

async function csrOf(commonName: string): Promise<string> {
  const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  return makeRequest({ commonName, organisation: 'OCTT' }, keys);
}

/** A root is installed, and found among the certificates of the station. */
function installs(id: string, type: string, type16: string): PlayedCase {
  return {
    id,
    title: `${type} is installed and shown among the station's certificates; what it refuses is not`,
    async play(rig) {
      const station = await rig.station(`16-${id.replace('_', '-')}`, '1.6');
      assert.equal((await rig.command(station, 'InstallCertificate', { type, certificate: pem })).outcome, 'accepted');
      const sent = { certificateType: type16, certificate: pem };
      assert.deepEqual(await station.heard('InstallCertificate'), sent);
      station.answers('GetInstalledCertificateIds', { status: 'Accepted', certificateHashData: [hash] });
      assert.equal((await rig.command(station, 'ReadCertificates', { types: [type] })).outcome, 'accepted');
      assert.deepEqual(await station.heard('GetInstalledCertificateIds'), { certificateType: type16 });
      await rig.item(station, 'certificates', ({ serialNumber }) => serialNumber === '01');
      station.answers('InstallCertificate', { status: 'Rejected' });
      assert.equal((await rig.command(station, 'InstallCertificate', { type, certificate: pem })).outcome, 'rejected');
    },
  };
}

/** An event of the security whitepaper's list is kept and shown, with the time of the station. */
function tellsEvent(id: string, kind: string): PlayedCase {
  return {
    id,
    title: `a station tells ${kind}: the event is kept and shown`,
    async play(rig) {
      const station = await rig.station(`16-${id}`, '1.6');
      const timestamp = ago(5);
      assert.deepEqual(await station.ask('SecurityEventNotification', { type: kind, timestamp, techInfo: 'why' }), {});
      const event = await rig.item(station, 'security-events', (item) => item['kind'] === kind);
      assert.deepEqual([event['info'], event['occurredAt']], ['why', timestamp]);
    },
  };
}

/** Signed firmware is ordered; the station tells these steps, and the job stands at the last. */
async function signedUpdate(rig: Rig, stationId: string, statuses: readonly string[]): Promise<void> {
  const station = await rig.station(stationId, '1.6');
  const signed = { certificate: pem, signature: 'c2lnbmVk' };
  const update = { location: 'https://files.example/fw', retrieveAt: ago(-5), signed };
  assert.equal((await rig.command(station, 'UpdateFirmware', update)).outcome, 'accepted');
  const { requestId, firmware } = await station.heard('SignedUpdateFirmware');
  assert.deepEqual([at(firmware, 'signingCertificate'), at(firmware, 'signature')], [pem, signed.signature]);
  for (const status of statuses)
    assert.deepEqual(await station.ask('SignedFirmwareStatusNotification', { status, requestId }), {});
  const job = await rig.item(station, 'firmware-jobs', ({ status }) => status === statuses.at(-1));
  assert.deepEqual([job['requestId'], job['signed']], [requestId, true]);
  station.assertSchemas();
}

async function rotated(rig: Rig, station: OcttStation, wanted: string): Promise<void> {
  await rig.operator.post(`/v1/stations/${station.stationId}/credentials/rotations`, {});
  assert.equal((await station.heard('ChangeConfiguration'))['key'], 'AuthorizationKey');
  await rig.item(station, 'credentials/rotations', ({ state }) => state === wanted);
}

export const security16: readonly OcttCase[] = [
  {
    id: '073',
    title: 'a new password is taken: it opens from then on, and the one before does not',
    async play(rig) {
      const { password: old } = await rig.register('16-073');
      const station = await rig.connectedAs('16-073', '1.6', old);
      await station.boot();
      await rig.isLive('16-073');
      let taken = '';
      station.answers('ChangeConfiguration', ({ value }) => {
        taken = String(value);
        return { status: 'Accepted' };
      });
      await rotated(rig, station, 'accepted');
      assert.match(taken, /^[0-9a-f]{32,40}$/i);
      await station.reconnect(taken);
      assert.equal((await station.boot())['status'], 'Accepted');
      const knock = { port: rig.port, stationId: '16-073', password: old, version: '1.6' } as const;
      await rig.refusedWith(401, knock);
    },
  },
  {
    id: '073',
    title: 'a new password is refused: the one before still opens',
    async play(rig) {
      const station = await rig.station('16-073-REFUSED', '1.6');
      station.answers('ChangeConfiguration', { status: 'Rejected' });
      await rotated(rig, station, 'rejected');
      await station.reconnect();
      assert.equal((await station.boot())['status'], 'Accepted');
    },
  },
  {
    id: '074',
    title: 'a station is asked to renew its certificate: its request is signed, and the station takes what comes',
    async play(rig) {
      const station = await rig.station('16-074', '1.6', { value: { serialNumber: 'SN-074' } });
      const message = 'SignChargingStationCertificate';
      assert.equal((await rig.command(station, 'TriggerMessage', { message })).outcome, 'accepted');
      const asked = { requestedMessage: 'SignChargePointCertificate' };
      assert.deepEqual(await station.heard('ExtendedTriggerMessage'), asked);
      const answer = await station.ask('SignCertificate', { csr: await csrOf('SN-074') });
      assert.equal(answer['status'], 'Accepted');
      const { certificateChain } = await station.heard('CertificateSigned');
      const certificate = new X509Certificate(String(certificateChain));
      assert.match(certificate.subject, /CN=SN-074/);
      await rig.item(station, 'issued-certificates', ({ commonName }) => commonName === 'SN-074');
      station.assertSchemas();
    },
  },
  {
    id: '074',
    title: 'a request in the name of another station is not signed',
    async play(rig) {
      const station = await rig.station('16-074-OTHER', '1.6', { value: { serialNumber: 'SN-OTHER' } });
      await station.ask('SignCertificate', { csr: await csrOf('SN-SOMEBODY') });
      await rig.item(station, 'security-events', ({ kind }) => kind === 'CertificateRequestRefused');
      assert.equal(station.count('CertificateSigned'), 0);
    },
  },
  installs('075_1', 'ManufacturerRootCertificate', 'ManufacturerRootCertificate'),
  installs('075_2', 'CSMSRootCertificate', 'CentralSystemRootCertificate'),
  {
    id: '076',
    title: 'a certificate is deleted, and not shown any more; one that is not there, or is in use, is not deleted',
    async play(rig) {
      const station = await rig.station('16-076', '1.6');
      station.answers('GetInstalledCertificateIds', { status: 'Accepted', certificateHashData: [hash] });
      await rig.command(station, 'ReadCertificates', { types: ['CSMSRootCertificate'] });
      await rig.item(station, 'certificates', ({ serialNumber }) => serialNumber === '01');
      assert.equal((await rig.command(station, 'DeleteCertificate', { certificate: hash })).outcome, 'accepted');
      assert.deepEqual(await station.heard('DeleteCertificate'), { certificateHashData: hash });
      await rig.shown(`/v1/stations/${station.stationId}/certificates`, ({ items }) => at(items, 'length') === 0);
      for (const [status, outcome] of [
        ['NotFound', 'rejected'],
        ['Failed', 'failed'],
      ] as const) {
        station.answers('DeleteCertificate', { status });
        assert.equal((await rig.command(station, 'DeleteCertificate', { certificate: hash })).outcome, outcome);
      }
    },
  },
  tellsEvent('077', 'InvalidChargePointCertificate'),
  tellsEvent('078', 'InvalidCentralSystemCertificate'),
  {
    id: '079',
    title: 'the security log is uploaded',
    async play(rig) {
      const station = await rig.station('16-079', '1.6');
      station.answers('GetLog', { status: 'Accepted', filename: 'security.log' });
      const wanted = { log: 'security', location: 'https://files.example/logs/' };
      assert.equal((await rig.command(station, 'UploadLog', wanted)).outcome, 'accepted');
      const { requestId, logType } = await station.heard('GetLog');
      assert.equal(logType, 'SecurityLog');
      for (const status of ['Uploading', 'Uploaded']) await station.ask('LogStatusNotification', { status, requestId });
      const job = await rig.item(station, 'log-jobs', ({ status }) => status === 'Uploaded');
      assert.deepEqual([job['requestId'], job['fileName']], [requestId, 'security.log']);
      station.assertSchemas();
    },
  },
  {
    id: '080',
    title: 'signed firmware is fetched, verified and installed',
    play: (rig) =>
      signedUpdate(rig, '16-080', ['Downloading', 'Downloaded', 'SignatureVerified', 'Installing', 'Installed']),
  },
  {
    id: '081',
    title: 'firmware whose signature is wrong is not installed: the job ends so',
    play: (rig) => signedUpdate(rig, '16-081', ['Downloading', 'Downloaded', 'InvalidSignature']),
  },
  {
    id: '083',
    title: 'a station is told a higher security profile',
    async play(rig) {
      const station = await rig.station('16-083', '1.6');
      const variables = [{ variable: 'SecurityProfile', value: '2' }];
      assert.equal((await rig.command(station, 'WriteConfiguration', { variables })).outcome, 'accepted');
      assert.deepEqual(await station.heard('ChangeConfiguration'), { key: 'SecurityProfile', value: '2' });
    },
  },
  {
    id: '083',
    shownBy: [
      { file: tls, test: 'one profile per station: lower is refused, a higher one it proves is its own from then on' },
    ],
  },
  {
    id: '085',
    title: 'the right password opens; a wrong one, and the name of another station, are 401',
    async play(rig) {
      const { password } = await rig.register('16-085');
      const station = await rig.connectedAs('16-085', '1.6', password);
      assert.equal((await station.boot())['status'], 'Accepted');
      const knock = { port: rig.port, stationId: '16-085', password, version: '1.6' } as const;
      await rig.refusedWith(401, { ...knock, password: `${password}x` });
      await rig.refusedWith(401, { ...knock, user: '16-SOMEBODY' });
    },
  },
  {
    id: '086',
    shownBy: [
      { file: tls, test: 'each suite that OCPP names is spoken, with the certificate it needs' },
      { file: tls, test: 'profile 2 asks for the password' },
    ],
  },
  {
    id: '087',
    shownBy: [
      {
        file: tls,
        test: 'no certificate, another authority’s, an expired one, and another station’s are refused',
      },
    ],
  },
  {
    id: '088',
    title: 'the version is what the subprotocol says; one that nobody speaks is refused, not guessed',
    async play(rig) {
      const { password } = await rig.register('16-088');
      const station = await rig.connectedAs('16-088', '1.6', password);
      assert.equal((await station.boot())['status'], 'Accepted');
      const knock = { port: rig.port, stationId: '16-088', password, version: '1.6' } as const;
      await rig.refusedWith(400, { ...knock, subprotocol: 'ocpp9.9' });
    },
  },
];
