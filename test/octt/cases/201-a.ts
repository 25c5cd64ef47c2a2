// OCTT 2.0.1, A: who may connect, passwords, certificates, security profiles.
import assert from 'node:assert/strict';
import { webcrypto, X509Certificate } from 'node:crypto';
import { makeRequest } from '#kit/x509/request';
import type { OcttCase, PlayedCase } from '../octt-case.ts';
import { at, type OcttStation } from '../octt-station.ts';
import type { Rig } from '../rig.ts';
import { command, commanded, staged } from './201-commanded.ts';

const tls = 'test/e2e/tls.stack.test.ts';
const refusedClients = 'no certificate, another authority’s, an expired one, and another station’s are refused';
const password = { component: { name: 'SecurityCtrlr' }, variable: { name: 'BasicAuthPassword' } };

async function csrOf(commonName: string): Promise<string> {
  const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  return makeRequest({ commonName, organisation: 'OCTT' }, keys);
}

/** A station with its password, and what it shows when it connects. */
async function known(rig: Rig, stationId: string) {
  const registered = await rig.register(stationId);
  return { port: rig.port, stationId, version: '2.0.1', password: registered.password } as const;
}

/** A station that answers so to a new password: what becomes of it, and which password it was. */
async function offered(rig: Rig, station: OcttStation, attributeStatus: string): Promise<string> {
  station.answers('SetVariables', { setVariableResult: [{ ...password, attributeStatus }] });
  await rig.operator.post(`/v1/stations/${station.stationId}/credentials/rotations`, {});
  const { setVariableData } = await station.heard('SetVariables');
  assert.deepEqual(at(setVariableData, 0, 'variable'), password.variable);
  const state = attributeStatus === 'Accepted' ? 'accepted' : 'rejected';
  await rig.item(station, 'credentials/rotations', (rotation) => rotation['state'] === state);
  station.assertSchemas();
  return String(at(setVariableData, 0, 'attributeValue'));
}

const connecting: readonly PlayedCase[] = [
  {
    id: 'A_01',
    title: 'the right name and password open',
    async play(rig) {
      const { password: right } = await known(rig, '201-A-01');
      const station = await rig.connectedAs('201-A-01', '2.0.1', right);
      assert.equal((await station.boot())['status'], 'Accepted');
      await rig.isLive(station.stationId);
    },
  },
  {
    id: 'A_02',
    title: 'a name that is not the station of the URL does not open, though the password is right',
    async play(rig) {
      const station = await rig.station('201-A-02', '2.0.1');
      const right = await known(rig, '201-A-02-OTHER');
      await rig.refusedWith(401, { ...right, stationId: station.stationId, user: right.stationId });
    },
  },
  {
    id: 'A_03',
    title: 'a wrong password does not open',
    async play(rig) {
      const right = await known(rig, '201-A-03');
      await rig.connectedAs(right.stationId, '2.0.1', right.password);
      await rig.refusedWith(401, { ...right, password: `${right.password}x` });
      await rig.refusedWith(401, { ...right, password: '' });
    },
  },
  {
    id: 'A_09',
    title: 'a new password is taken: it opens from then on, and the one before does not',
    async play(rig) {
      const old = await known(rig, '201-A-09');
      const station = await rig.connectedAs(old.stationId, '2.0.1', old.password);
      await station.boot();
      await rig.isLive(old.stationId);
      const taken = await offered(rig, station, 'Accepted');
      assert.ok(taken.length >= 16 && taken.length <= 40);
      await station.reconnect(taken);
      assert.equal((await station.boot())['status'], 'Accepted');
      await rig.refusedWith(401, old);
    },
  },
  {
    id: 'A_10',
    title: 'a new password is refused: the one before still opens',
    async play(rig) {
      const station = await rig.station('201-A-10', '2.0.1');
      await offered(rig, station, 'Rejected');
      await station.reconnect();
      assert.equal((await station.boot())['status'], 'Accepted');
    },
  },
];

type Signing = {
  readonly id: string;
  readonly message: string;
  /** Named in the request; undefined: one certificate for both connections, to us and to vehicles. */
  readonly certificateType: string | undefined;
};

/** A station is asked to renew a certificate; what it asks for is signed and sent to it. */
function renewed({ id, message, certificateType }: Signing): PlayedCase {
  return {
    id,
    title: `a station is asked for a new ${certificateType ?? 'certificate for both its connections'}: its request is signed, and the station takes what comes`,
    async play(rig) {
      const stage = await staged(rig, id);
      const { station } = stage;
      await command(stage, {
        wants: ['TriggerMessage', { message }],
        hears: ['TriggerMessage', { requestedMessage: message }],
      });
      const csr = await csrOf(station.stationId);
      const named = certificateType === undefined ? {} : { certificateType };
      assert.equal((await station.ask('SignCertificate', { csr, ...named }))['status'], 'Accepted');
      const signed = await station.heard('CertificateSigned');
      assert.equal(Object.hasOwn(signed, 'certificateType'), certificateType !== undefined);
      assert.equal(signed['certificateType'], certificateType);
      assert.match(new X509Certificate(String(signed['certificateChain'])).subject, new RegExp(station.stationId));
      const isCombined = certificateType === undefined;
      await rig.item(
        station,
        'issued-certificates',
        ({ commonName, combined }) => commonName === station.stationId && combined === isCombined,
      );
      for (const type of isCombined ? ['ChargingStationCertificate', 'V2GCertificate'] : [certificateType])
        await rig.item(station, 'certificates', (kept) => kept['certificateType'] === type);
      station.assertSchemas();
    },
  };
}

const certificates: readonly PlayedCase[] = [
  renewed({ id: 'A_11', message: 'SignChargingStationCertificate', certificateType: 'ChargingStationCertificate' }),
  renewed({ id: 'A_12', message: 'SignV2GCertificate', certificateType: 'V2GCertificate' }),
  renewed({ id: 'A_13', message: 'SignCombinedCertificate', certificateType: undefined }),
  {
    id: 'A_14',
    title: 'a certificate that the station finds invalid: the command is rejected, and its security event is kept',
    async play(rig) {
      const { station } = await staged(rig, 'A_14');
      station.answers('CertificateSigned', { status: 'Rejected' });
      await station.ask('SignCertificate', { csr: await csrOf(station.stationId) });
      await station.heard('CertificateSigned');
      const event = { type: 'InvalidChargingStationCertificate', timestamp: new Date().toISOString() };
      assert.deepEqual(await station.ask('SecurityEventNotification', event), {});
      await rig.item(station, 'security-events', ({ kind }) => kind === event.type);
      const path = `/v1/commands?stationId=${station.stationId}&intent=CertificateSigned`;
      await rig.shown(path, (page) => at(page, 'items', 0, 'outcome') === 'rejected');
    },
  },
  {
    id: 'A_14',
    title: 'a request in the name of another station is not signed, and the operator sees why',
    async play(rig) {
      const { station } = await staged(rig, 'A_14');
      await station.ask('SignCertificate', { csr: await csrOf('SOMEBODY') });
      await rig.item(station, 'security-events', ({ kind }) => kind === 'CertificateRequestRefused');
      assert.equal(station.count('CertificateSigned'), 0);
    },
  },
];

const connectionData = {
  ocppVersion: 'OCPP20',
  ocppTransport: 'JSON',
  ocppCsmsUrl: 'wss://csms.example/ocpp',
  messageTimeout: 30,
  securityProfile: 2,
  ocppInterface: 'Wired0',
};

export const security201: readonly OcttCase[] = [
  ...connecting,
  ...certificates,
  { id: 'A_04', shownBy: [{ file: tls, test: 'each suite that OCPP names is spoken, with the certificate it needs' }] },
  { id: 'A_04', shownBy: [{ file: tls, test: 'profile 2 asks for the password' }] },
  { id: 'A_06', shownBy: [{ file: tls, test: 'TLS 1.1, weak suites and an unknown server are no connection (S14)' }] },
  {
    id: 'A_07',
    shownBy: [
      {
        file: tls,
        test: 'a good client certificate is let in without a password, and its boot is recorded with profile 3',
      },
    ],
  },
  { id: 'A_08', shownBy: [{ file: tls, test: refusedClients }] },
  commanded({
    id: 'A_19',
    title: 'a station is told the connection of a higher security profile',
    wants: [
      'SetNetworkProfile',
      {
        slot: 1,
        url: 'wss://csms.example/ocpp',
        securityProfile: 2,
        messageTimeoutSeconds: 30,
        interface: 'Wired0',
      },
    ],
    hears: ['SetNetworkProfile', { configurationSlot: 1, connectionData }],
    thereafter: (stage) =>
      command(stage, {
        wants: [
          'WriteConfiguration',
          { variables: [{ component: 'OCPPCommCtrlr', variable: 'NetworkConfigurationPriority', value: '1,0' }] },
        ],
        hears: [
          'SetVariables',
          {
            setVariableData: [
              {
                component: { name: 'OCPPCommCtrlr' },
                variable: { name: 'NetworkConfigurationPriority' },
                attributeValue: '1,0',
              },
            ],
          },
        ],
        answer: {
          setVariableResult: [
            {
              attributeStatus: 'RebootRequired',
              component: { name: 'OCPPCommCtrlr' },
              variable: { name: 'NetworkConfigurationPriority' },
            },
          ],
        },
      }).then(() => undefined),
  }),
  {
    id: 'A_19',
    shownBy: [
      { file: tls, test: 'one profile per station: lower is refused, a higher one it proves is its own from then on' },
    ],
  },
];
