// OCTT 2.0.1, L: firmware with a signature is downloaded, verified and installed, or not.
import assert from 'node:assert/strict';
import type { PlayedCase } from '../octt-case.ts';
import { at } from '../octt-station.ts';
import { command, inSeconds, leavesNone, staged, type Commanding, type Stage } from './201-commanded.ts';
import { sessionHas, status201, underWay } from './201-transaction.ts';

const location = 'https://firmware.example/octt-2.bin';
const certificate = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
const signature = Buffer.from('a signature').toString('base64');

type When = { readonly retrieveAt?: string; readonly installAt?: string };

function updating({ retrieveAt = inSeconds(0), installAt }: When, answered: Partial<Commanding> = {}): Commanding {
  const signed = { certificate, signature };
  const install = installAt === undefined ? {} : { installAt };
  const installDateTime = installAt === undefined ? {} : { installDateTime: installAt };
  return {
    wants: ['UpdateFirmware', { location, retrieveAt, ...install, signed, retries: 2, retryIntervalSeconds: 10 }],
    hears: [
      'UpdateFirmware',
      {
        retries: 2,
        retryInterval: 10,
        firmware: {
          location,
          retrieveDateTime: retrieveAt,
          ...installDateTime,
          signingCertificate: certificate,
          signature,
        },
      },
    ],
    ...answered,
  };
}

async function tellsStatuses({ station }: Stage, requestId: unknown, statuses: readonly string[]): Promise<void> {
  for (const status of statuses)
    assert.deepEqual(await station.ask('FirmwareStatusNotification', { status, requestId }), {});
}

/** The job of a request, once it has this status; what the station told of it, in order. */
async function jobIs({ rig, station }: Stage, requestId: unknown, status: string): Promise<readonly unknown[]> {
  const job = await rig.item(
    station,
    'firmware-jobs',
    (each) => each['requestId'] === requestId && each['status'] === status,
  );
  const statuses = job['statuses'];
  assert.ok(Array.isArray(statuses));
  return statuses.map((each: unknown) => at(each, 'status')).filter((each) => each !== 'Accepted');
}

async function tellsSecurity({ rig, station }: Stage, type: string): Promise<void> {
  const timestamp = new Date().toISOString();
  assert.deepEqual(await station.ask('SecurityEventNotification', { type, timestamp }), {});
  await rig.item(station, 'security-events', ({ kind }) => kind === type);
}

type Updating = {
  readonly when?: When;
  readonly statuses: readonly string[];
  readonly thereafter?: (stage: Stage, requestId: unknown) => Promise<void>;
};

function updated(id: string, title: string, { when = {}, statuses, thereafter }: Updating): PlayedCase {
  return {
    id,
    title,
    async play(rig) {
      const stage = await staged(rig, id);
      const { requestId } = await command(stage, updating(when));
      assert.equal(typeof requestId, 'number');
      await tellsStatuses(stage, requestId, statuses);
      assert.deepEqual(await jobIs(stage, requestId, String(statuses.at(-1))), statuses);
      await thereafter?.(stage, requestId);
      stage.station.assertSchemas();
    },
  };
}

const downloads = ['Downloading', 'Downloaded'] as const;
const installs = ['SignatureVerified', 'Installing'] as const;

/** The station starts with what it installed, and says so. */
async function startsAnew(stage: Stage, requestId: unknown): Promise<void> {
  const { station, rig } = stage;
  const chargingStation = { vendorName: 'Octt', model: 'Case', firmwareVersion: '2.0' };
  await station.ask('BootNotification', { reason: 'FirmwareUpdate', chargingStation });
  await tellsStatuses(stage, requestId, ['Installed']);
  await jobIs(stage, requestId, 'Installed');
  await tellsSecurity(stage, 'FirmwareUpdated');
  await rig.shown(`/v1/stations/${station.stationId}/state`, (state) => at(state, 'boot', 'firmwareVersion') === '2.0');
}

function refusedUpdate(id: string, title: string, status: string): PlayedCase {
  return {
    id,
    title,
    async play(rig) {
      const stage = await staged(rig, id);
      await command(stage, updating({}, { answer: { status }, outcome: 'rejected', detail: status }));
      if (status !== 'Rejected') await tellsSecurity(stage, 'InvalidFirmwareSigningCertificate');
      await leavesNone('firmware-jobs')(stage);
    },
  };
}

const cancels: readonly PlayedCase[] = [
  {
    id: 'L_10',
    title: 'a newer update takes the place of the one under way',
    async play(rig) {
      const stage = await staged(rig, 'L_10');
      const first = await command(stage, updating({}));
      await tellsStatuses(stage, first['requestId'], ['Downloading']);
      await jobIs(stage, first['requestId'], 'Downloading');
      const answer = { status: 'AcceptedCanceled' };
      const second = await command(stage, updating({}, { answer, detail: 'AcceptedCanceled' }));
      assert.notEqual(second['requestId'], first['requestId']);
      await tellsStatuses(stage, second['requestId'], [...downloads, ...installs, 'Installed']);
      await jobIs(stage, second['requestId'], 'Installed');
    },
  },
  {
    id: 'L_11',
    title: 'a station that cannot stop its update refuses the newer one, and goes on',
    async play(rig) {
      const stage = await staged(rig, 'L_11');
      const { requestId } = await command(stage, updating({}));
      await tellsStatuses(stage, requestId, ['Downloading']);
      await command(stage, updating({}, { answer: { status: 'Rejected' }, outcome: 'rejected', detail: 'Rejected' }));
      await tellsStatuses(stage, requestId, ['Downloaded', ...installs, 'Installed']);
      assert.deepEqual(await jobIs(stage, requestId, 'Installed'), [...downloads, ...installs, 'Installed']);
    },
  },
  {
    id: 'L_13',
    title: 'a station that charges waits with its update, and takes no new driver until it is done',
    async play(rig) {
      const stage = await staged(rig, 'L_13');
      const transaction = await underWay(stage);
      const { requestId } = await command(stage, updating({}));
      await tellsStatuses(stage, requestId, ['DownloadScheduled']);
      await status201(stage.station, 'Unavailable', 2);
      await rig.connectorIs(stage.station, 2, 'Unavailable');
      await sessionHas(stage, { state: 'charging' });
      await transaction.tells('Ended', 'StopAuthorized', { stoppedReason: 'Local', wh: 2000, card: 'valid' });
      await sessionHas(stage, { state: 'ended', energyMilliWh: 1_000_000 });
      await tellsStatuses(stage, requestId, [...downloads, ...installs, 'Installed']);
      const told = await jobIs(stage, requestId, 'Installed');
      assert.deepEqual(told, ['DownloadScheduled', ...downloads, ...installs, 'Installed']);
    },
  },
];

export const firmware201: readonly PlayedCase[] = [
  updated('L_01', 'firmware is installed, and the station starts with it', {
    statuses: [...downloads, ...installs, 'InstallRebooting'],
    thereafter: startsAnew,
  }),
  updated('L_02', 'firmware is installed later', {
    when: { installAt: inSeconds(3600) },
    statuses: [...downloads, 'SignatureVerified', 'InstallScheduled', 'Installing', 'Installed'],
  }),
  updated('L_03', 'firmware is downloaded later', {
    when: { retrieveAt: inSeconds(3600) },
    statuses: ['DownloadScheduled', ...downloads, ...installs, 'Installed'],
  }),
  refusedUpdate('L_01', 'a station that takes no update has no job', 'Rejected'),
  refusedUpdate('L_04', 'a signing certificate that was revoked is refused', 'RevokedCertificate'),
  refusedUpdate('L_05', 'a signing certificate that is none is refused', 'InvalidCertificate'),
  updated('L_06', 'firmware whose signature is wrong is not installed', {
    statuses: [...downloads, 'InvalidSignature'],
    thereafter: (stage) => tellsSecurity(stage, 'InvalidFirmwareSignature'),
  }),
  updated('L_07', 'firmware that cannot be downloaded is told as such', {
    statuses: ['Downloading', 'DownloadFailed'],
  }),
  updated('L_08', 'firmware that cannot be verified once it is installed is told as such', {
    statuses: [...downloads, ...installs, 'InstallVerificationFailed'],
  }),
  updated('L_09', 'firmware that cannot be installed is told as such', {
    statuses: [...downloads, ...installs, 'InstallationFailed'],
  }),
  ...cancels,
];
