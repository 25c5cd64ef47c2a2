// OCTT 2.0.1, M: certificates in a station, and those that it asks us for.
import assert from 'node:assert/strict';
import type { PlayedCase } from '../octt-case.ts';
import { exiResponse, ocspResponse, refusedExi, refusedSerial } from '../outside.ts';
import { command, commanded, foldedSoFar, leavesNone, staged, type Stage } from './201-commanded.ts';

const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';

function hashOf(serialNumber: string) {
  return { hashAlgorithm: 'SHA256', issuerNameHash: 'ab'.repeat(32), issuerKeyHash: 'cd'.repeat(32), serialNumber };
}

function installed(id: string, type: string): PlayedCase {
  return commanded({
    id,
    title: `a ${type} is installed, and shown as such`,
    wants: ['InstallCertificate', { type, certificate: pem }],
    hears: ['InstallCertificate', { certificateType: type, certificate: pem }],
    async thereafter({ rig, station }) {
      await rig.item(station, 'certificates', ({ certificateType }) => certificateType === type);
    },
  });
}

const installs: readonly PlayedCase[] = [
  installed('M_01', 'CSMSRootCertificate'),
  installed('M_02', 'ManufacturerRootCertificate'),
  installed('M_03', 'V2GRootCertificate'),
  installed('M_04', 'MORootCertificate'),
  commanded({
    id: 'M_05',
    title: 'a certificate that the station cannot install is not among its certificates',
    wants: ['InstallCertificate', { type: 'CSMSRootCertificate', certificate: pem }],
    hears: ['InstallCertificate', { certificateType: 'CSMSRootCertificate', certificate: pem }],
    answer: { status: 'Failed' },
    outcome: 'failed',
    detail: 'Failed',
    thereafter: leavesNone('certificates'),
  }),
];

async function serialsAre({ rig, station }: Stage, serials: readonly string[]): Promise<void> {
  await rig.shown<{ items: readonly { serialNumber: string | null }[] }>(
    `/v1/stations/${station.stationId}/certificates`,
    ({ items }) => String(items.map(({ serialNumber }) => String(serialNumber)).toSorted()) === String(serials),
  );
}

type Found = { readonly certificateType: string; readonly serial: string; readonly children?: readonly string[] };

function chainOf({ certificateType, serial, children = [] }: Found): object {
  const child = children.length === 0 ? {} : { childCertificateHashData: children.map(hashOf) };
  return { certificateType, certificateHashData: hashOf(serial), ...child };
}

/** @param types absent: all */
function listed(id: string, title: string, found: readonly Found[], types?: readonly string[]): PlayedCase {
  const certificateHashDataChain = found.map(chainOf);
  return commanded({
    id,
    title,
    wants: ['ReadCertificates', types === undefined ? {} : { types }],
    hears: ['GetInstalledCertificateIds', types === undefined ? {} : { certificateType: types }],
    answer: { status: 'Accepted', certificateHashDataChain },
    async thereafter(stage) {
      const serials = found.flatMap(({ serial, children = [] }) => [serial, ...children]);
      await serialsAre(stage, serials.toSorted());
      const [first] = found;
      await stage.rig.item(
        stage.station,
        'certificates',
        (each) => each['serialNumber'] === first?.serial && each['certificateType'] === first?.certificateType,
      );
    },
  });
}

const chain = { certificateType: 'V2GCertificateChain', serial: '3a', children: ['3b', '3c'] } as const;
const manufacturer = { certificateType: 'ManufacturerRootCertificate', serial: '13' } as const;

const lists: readonly PlayedCase[] = [
  listed('M_13', 'a station lists its manufacturer’s root', [manufacturer], ['ManufacturerRootCertificate']),
  listed(
    'M_14',
    'a station lists its V2G root',
    [{ certificateType: 'V2GRootCertificate', serial: '14' }],
    ['V2GRootCertificate'],
  ),
  listed('M_15', 'a station lists its V2G certificate with its chain', [chain], ['V2GCertificateChain']),
  listed(
    'M_16',
    'a station lists its root of mobility operators',
    [{ certificateType: 'MORootCertificate', serial: '16' }],
    ['MORootCertificate'],
  ),
  listed('M_18', 'a station lists all its certificates', [
    manufacturer,
    chain,
    { certificateType: 'CSMSRootCertificate', serial: '18' },
  ]),
  commanded({
    id: 'M_19',
    title: 'a station that has none of a kind says so, and none is shown',
    wants: ['ReadCertificates', { types: ['ManufacturerRootCertificate'] }],
    hears: ['GetInstalledCertificateIds', { certificateType: ['ManufacturerRootCertificate'] }],
    answer: { status: 'NotFound' },
    detail: 'NotFound',
    thereafter: leavesNone('certificates'),
  }),
];

function deleted(
  id: string,
  title: string,
  { status, outcome, left }: { readonly status: string; readonly outcome: string; readonly left: readonly string[] },
): PlayedCase {
  return {
    id,
    title,
    async play(rig) {
      const stage = await staged(rig, id);
      await command(stage, {
        wants: ['ReadCertificates', {}],
        hears: ['GetInstalledCertificateIds', {}],
        answer: {
          status: 'Accepted',
          certificateHashDataChain: [chainOf(manufacturer), chainOf({ ...manufacturer, serial: '77' })],
        },
      });
      await serialsAre(stage, ['13', '77']);
      await command(stage, {
        wants: ['DeleteCertificate', { certificate: hashOf('13') }],
        hears: ['DeleteCertificate', { certificateHashData: hashOf('13') }],
        answer: { status },
        outcome,
        ...(status === 'Accepted' ? {} : { detail: status }),
      });
      await foldedSoFar(stage);
      await serialsAre(stage, left);
    },
  };
}

/** A vehicle's messages pass through us to who has its contracts. */
function contract(id: string, action: string): PlayedCase {
  return {
    id,
    title: `a vehicle’s contract certificate comes from its source: ${action}`,
    async play(rig) {
      const { station } = await staged(rig, id);
      const exiRequest = Buffer.from(`${action} of a vehicle`).toString('base64');
      const answer = await station.ask('Get15118EVCertificate', { iso15118SchemaVersion, action, exiRequest });
      assert.deepEqual(answer, { status: 'Accepted', exiResponse: exiResponse(exiRequest) });
    },
  };
}

const iso15118SchemaVersion = 'urn:iso:15118:2:2013:MsgDef';

const noContract: PlayedCase = {
  id: 'M_26',
  title: 'a vehicle that has no contract gets none, and the station is told why',
  async play(rig) {
    const { station } = await staged(rig, 'M_26');
    const request = { iso15118SchemaVersion, action: 'Install', exiRequest: refusedExi };
    const statusInfo = { reasonCode: 'Refused', additionalInfo: 'no contract for this vehicle' };
    assert.deepEqual(await station.ask('Get15118EVCertificate', request), {
      status: 'Failed',
      exiResponse: '',
      statusInfo,
    });
  },
};

function revocation(title: string, { serialNumber, reply }: { serialNumber: string; reply: object }): PlayedCase {
  return {
    id: 'M_24',
    title,
    async play(rig) {
      const { station } = await staged(rig, 'M_24');
      const ocspRequestData = { ...hashOf(serialNumber), responderURL: rig.outside.ocspUrl };
      assert.deepEqual(await station.ask('GetCertificateStatus', { ocspRequestData }), reply);
    },
  };
}

export const certificates201: readonly PlayedCase[] = [
  ...installs,
  ...lists,
  deleted('M_20', 'a certificate is deleted, and the others stay', {
    status: 'Accepted',
    outcome: 'accepted',
    left: ['77'],
  }),
  deleted('M_21', 'a certificate that the station cannot delete stays', {
    status: 'Failed',
    outcome: 'failed',
    left: ['13', '77'],
  }),
  deleted('M_21', 'a certificate that the station does not find leaves its list as it was', {
    status: 'NotFound',
    outcome: 'rejected',
    left: ['13', '77'],
  }),
  revocation('a responder is asked whether a certificate is revoked, and its signed answer is passed on', {
    serialNumber: '2a',
    reply: { status: 'Accepted', ocspResult: ocspResponse.toString('base64') },
  }),
  revocation('a responder that refuses is told as failed, with its word', {
    serialNumber: refusedSerial,
    reply: {
      status: 'Failed',
      statusInfo: { reasonCode: 'Refused', additionalInfo: 'the responder says unauthorized' },
    },
  }),
  contract('M_26', 'Install'),
  contract('M_28', 'Update'),
  noContract,
];
