// OCTT 1.6, Core and LocalAuthList: configuration keys and the local list, also where a station has neither.
import assert from 'node:assert/strict';
import type { PlayedCase } from '../octt-case.ts';
import { at } from '../octt-station.ts';
import { cards, groupId, type Rig } from '../rig.ts';
import { token } from './16-parts.ts';

const interval = { key: 'HeartbeatInterval', readonly: false, value: '300' };
const profiles = { key: 'SupportedFeatureProfiles', readonly: true, value: 'Core,Reservation' };

async function shows(rig: Rig, stationId: string, variable: string, value: string): Promise<void> {
  const path = `/v1/stations/${stationId}/variables?variable=${variable}`;
  await rig.shown(path, (page) => at(page, 'items', 0, 'value') === value);
}

async function listIs(rig: Rig, stationId: string, version: number | null): Promise<void> {
  await rig.shown(`/v1/stations/${stationId}/local-list`, (list) => list['version'] === version);
}

const entries = [
  { token, status: 'Accepted' },
  { token: { uid: cards.blocked, type: 'ISO14443' }, status: 'Blocked' },
  {
    token: { uid: cards.groupOne, type: 'ISO14443' },
    status: 'Accepted',
    expiresAt: '2030-01-01T00:00:00Z',
    groupToken: { uid: groupId, type: 'Central' },
  },
];

export const configuration16: readonly PlayedCase[] = [
  {
    id: '019_1',
    title: 'all configuration keys are read and shown',
    async play(rig) {
      const station = await rig.station('16-019-1', '1.6');
      station.answers('GetConfiguration', { configurationKey: [interval, profiles] });
      assert.equal((await rig.command(station, 'ReadConfiguration')).outcome, 'accepted');
      assert.deepEqual(await station.heard('GetConfiguration'), {});
      await shows(rig, station.stationId, 'HeartbeatInterval', '300');
      await shows(rig, station.stationId, 'SupportedFeatureProfiles', 'Core,Reservation');
    },
  },
  {
    id: '019_2',
    title: 'one configuration key is read; which the station does not know is told',
    async play(rig) {
      const station = await rig.station('16-019-2', '1.6');
      station.answers('GetConfiguration', { configurationKey: [profiles], unknownKey: ['NoSuchKey'] });
      const variables = [{ variable: 'SupportedFeatureProfiles' }, { variable: 'NoSuchKey' }];
      const { outcome, detail } = await rig.command(station, 'ReadConfiguration', { variables });
      assert.deepEqual([outcome, detail], ['accepted', 'not known: NoSuchKey']);
      assert.deepEqual(await station.heard('GetConfiguration'), { key: ['SupportedFeatureProfiles', 'NoSuchKey'] });
      await shows(rig, station.stationId, 'SupportedFeatureProfiles', 'Core,Reservation');
    },
  },
  {
    id: '021',
    title: 'a key is written and known from then on',
    async play(rig) {
      const station = await rig.station('16-021', '1.6');
      const variables = [{ variable: 'MeterValueSampleInterval', value: '60' }];
      assert.equal((await rig.command(station, 'WriteConfiguration', { variables })).outcome, 'accepted');
      assert.deepEqual(await station.heard('ChangeConfiguration'), { key: 'MeterValueSampleInterval', value: '60' });
      await shows(rig, station.stationId, 'MeterValueSampleInterval', '60');
    },
  },
  {
    id: '040_1',
    title: 'a key that the station does not support: the outcome says so, and nothing is believed to be set',
    async play(rig) {
      const station = await rig.station('16-040-1', '1.6');
      station.answers('ChangeConfiguration', { status: 'NotSupported' });
      const variables = [{ variable: 'NoSuchKey', value: '1' }];
      assert.equal((await rig.command(station, 'WriteConfiguration', { variables })).outcome, 'notSupported');
      const page = await rig.operator.get(`/v1/stations/${station.stationId}/variables?variable=NoSuchKey`);
      assert.deepEqual(at(page, 'items'), []);
    },
  },
  {
    id: '040_2',
    title: 'a value that the station refuses: rejected; of several keys the rest is not sent',
    async play(rig) {
      const station = await rig.station('16-040-2', '1.6');
      station.answers('ChangeConfiguration', { status: 'Rejected' });
      const variables = [
        { variable: 'MeterValueSampleInterval', value: '-1' },
        { variable: 'HeartbeatInterval', value: '60' },
      ];
      assert.equal((await rig.command(station, 'WriteConfiguration', { variables })).outcome, 'rejected');
      assert.equal(station.count('ChangeConfiguration'), 1);
    },
  },
  {
    id: '042_1',
    title: 'a station without local lists says -1: notSupported',
    async play(rig) {
      const station = await rig.station('16-042-1', '1.6');
      station.answers('GetLocalListVersion', { listVersion: -1 });
      assert.equal((await rig.command(station, 'ReadLocalListVersion')).outcome, 'notSupported');
      await listIs(rig, station.stationId, -1);
    },
  },
  {
    id: '042_2',
    title: 'an empty list has version 0',
    async play(rig) {
      const station = await rig.station('16-042-2', '1.6');
      station.answers('GetLocalListVersion', { listVersion: 0 });
      const { outcome, detail } = await rig.command(station, 'ReadLocalListVersion');
      assert.deepEqual([outcome, detail], ['accepted', 'version 0']);
      assert.deepEqual(await station.heard('GetLocalListVersion'), {});
      await listIs(rig, station.stationId, 0);
    },
  },
  {
    id: '043_1',
    title: 'a list is sent to a station that keeps none: notSupported, and no version is believed',
    play: (rig) => refusedList(rig, '16-043-1', { status: 'NotSupported', outcome: 'notSupported' }),
  },
  {
    id: '043_3',
    title: 'a list that the station cannot take: failed, and no version is believed',
    play: (rig) => refusedList(rig, '16-043-3', { status: 'Failed', outcome: 'failed' }),
  },
  {
    id: '043_4',
    title: 'a full list replaces what the station has; the version is kept',
    async play(rig) {
      const station = await rig.station('16-043-4', '1.6');
      const list = { update: 'full', version: 3, entries };
      assert.equal((await rig.command(station, 'SendLocalList', list)).outcome, 'accepted');
      const sent = await station.heard('SendLocalList');
      assert.deepEqual([sent['listVersion'], sent['updateType']], [3, 'Full']);
      assert.deepEqual(at(sent, 'localAuthorizationList', 1), {
        idTag: cards.blocked,
        idTagInfo: { status: 'Blocked' },
      });
      const parent = at(await station.ask('Authorize', { idTag: cards.groupOne }), 'idTagInfo', 'parentIdTag');
      assert.deepEqual(at(sent, 'localAuthorizationList', 2, 'idTagInfo'), {
        status: 'Accepted',
        expiryDate: '2030-01-01T00:00:00Z',
        parentIdTag: parent,
      });
      await listIs(rig, station.stationId, 3);
      station.assertSchemas();
    },
  },
  {
    id: '043_5',
    title: 'a differential list adds and takes away; a version that the station does not follow is a mismatch',
    async play(rig) {
      const station = await rig.station('16-043-5', '1.6');
      station.answers('SendLocalList', ({ listVersion }) => ({
        status: Number(listVersion) > 4 ? 'VersionMismatch' : 'Accepted',
      }));
      const differential = { update: 'differential', version: 4, entries: [entries[0], { token: entries[1]?.token }] };
      assert.equal((await rig.command(station, 'SendLocalList', differential)).outcome, 'accepted');
      assert.deepEqual(await station.heard('SendLocalList'), {
        listVersion: 4,
        updateType: 'Differential',
        localAuthorizationList: [{ idTag: cards.valid, idTagInfo: { status: 'Accepted' } }, { idTag: cards.blocked }],
      });
      await listIs(rig, station.stationId, 4);
      const late = await rig.command(station, 'SendLocalList', { ...differential, version: 9 });
      assert.deepEqual([late.outcome, late.detail], ['rejected', 'VersionMismatch']);
      await listIs(rig, station.stationId, 4);
    },
  },
];

type Refusal = { readonly status: string; readonly outcome: string };

async function refusedList(rig: Rig, stationId: string, { status, outcome }: Refusal): Promise<void> {
  const station = await rig.station(stationId, '1.6');
  station.answers('SendLocalList', { status });
  const list = { update: 'full', version: 2, entries: [] };
  assert.equal((await rig.command(station, 'SendLocalList', list)).outcome, outcome);
  assert.equal((await station.heard('SendLocalList'))['updateType'], 'Full');
  await listIs(rig, stationId, null);
}
