// OCTT 1.6, Firmware: updates and diagnostics, and each way in which they fail.
import assert from 'node:assert/strict';
import type { PlayedCase } from '../octt-case.ts';
import type { OcttStation } from '../octt-station.ts';
import type { Rig } from '../rig.ts';
import { ago, status16 } from './16-parts.ts';

const location = 'https://files.example/firmware.bin';
const uploads = 'https://files.example/uploads/';

async function updating(rig: Rig, stationId: string): Promise<OcttStation> {
  const station = await rig.station(stationId, '1.6');
  station.answers('UpdateFirmware', {});
  const retrieveAt = ago(-5);
  const update = { location, retrieveAt, retries: 2, retryIntervalSeconds: 10 };
  assert.equal((await rig.command(station, 'UpdateFirmware', update)).outcome, 'accepted');
  const sent = { location, retrieveDate: retrieveAt, retries: 2, retryInterval: 10 };
  assert.deepEqual(await station.heard('UpdateFirmware'), sent);
  station.assertSchemas();
  return station;
}

async function tells(station: OcttStation, ...statuses: readonly string[]): Promise<void> {
  for (const status of statuses) assert.deepEqual(await station.ask('FirmwareStatusNotification', { status }), {});
}

async function uploading(rig: Rig, stationId: string, end: string): Promise<void> {
  const station = await rig.station(stationId, '1.6');
  station.answers('GetDiagnostics', { fileName: 'diagnostics.zip' });
  const from = ago(3600);
  const wanted = { log: 'diagnostics', location: uploads, from };
  const { outcome, detail } = await rig.command(station, 'UploadLog', wanted);
  assert.deepEqual([outcome, detail], ['accepted', 'diagnostics.zip']);
  assert.deepEqual(await station.heard('GetDiagnostics'), { location: uploads, startTime: from });
  await station.ask('DiagnosticsStatusNotification', { status: 'Uploading' });
  await station.ask('DiagnosticsStatusNotification', { status: end });
  const job = await rig.item(station, 'log-jobs', ({ status }) => status === end);
  assert.equal(job['fileName'], 'diagnostics.zip');
  station.assertSchemas();
}

export const firmware16: readonly PlayedCase[] = [
  {
    id: '044_1',
    title: 'firmware is fetched and installed: the job ends installed, and the boot tells the new version',
    async play(rig) {
      const station = await updating(rig, '16-044-1');
      await tells(station, 'Downloading', 'Downloaded');
      await status16(station, 'Unavailable');
      await tells(station, 'Installing');
      await station.reconnect();
      await station.boot({ firmwareVersion: '2.0' });
      await status16(station, 'Available');
      await tells(station, 'Installed');
      await rig.item(station, 'firmware-jobs', ({ status }) => status === 'Installed');
      await rig.item(station, 'boots', ({ firmwareVersion }) => firmwareVersion === '2.0');
    },
  },
  {
    id: '044_2',
    title: 'the download fails: so does the job',
    async play(rig) {
      const station = await updating(rig, '16-044-2');
      await tells(station, 'Downloading', 'DownloadFailed');
      await rig.item(station, 'firmware-jobs', ({ status }) => status === 'DownloadFailed');
    },
  },
  {
    id: '044_3',
    title: 'the installation fails: so does the job',
    async play(rig) {
      const station = await updating(rig, '16-044-3');
      await tells(station, 'Downloading', 'Downloaded', 'Installing', 'InstallationFailed');
      await rig.item(station, 'firmware-jobs', ({ status }) => status === 'InstallationFailed');
    },
  },
  {
    id: '045_1',
    title: 'diagnostics are uploaded under the name that the station gave',
    play: (rig) => uploading(rig, '16-045-1', 'Uploaded'),
  },
  {
    id: '045_2',
    title: 'the upload of diagnostics fails: so does the job',
    play: (rig) => uploading(rig, '16-045-2', 'UploadFailed'),
  },
];
