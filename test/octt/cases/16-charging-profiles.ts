// OCTT 1.6, SmartCharging: profiles set, started with, asked for and cleared.
import assert from 'node:assert/strict';
import type { PlayedCase } from '../octt-case.ts';
import { at, type OcttStation } from '../octt-station.ts';
import { cards, type Rig } from '../rig.ts';
import { charging16, token } from './16-parts.ts';

const periods = [
  { startSeconds: 0, limit: 16 },
  { startSeconds: 600, limit: 21.4, phases: 3 },
];
const schedule16 = {
  duration: 3600,
  startSchedule: '2026-11-26T00:00:00Z',
  chargingRateUnit: 'A',
  chargingSchedulePeriod: [
    { startPeriod: 0, limit: 16 },
    { startPeriod: 600, limit: 21.4, numberPhases: 3 },
  ],
};
const schedules = [{ unit: 'A', startsAt: '2026-11-26T00:00:00Z', durationSeconds: 3600, periods }];
const byDefault = { profileId: 11, stackLevel: 2, purpose: 'TxDefaultProfile', kind: 'Absolute', schedules };
const relative = { unit: 'A', periods: [{ startSeconds: 0, limit: 10 }] };

async function set(rig: Rig, station: OcttStation, profile: object, evseId?: number): Promise<void> {
  const { outcome } = await rig.command(station, 'SetChargingProfile', { evseId, profile });
  assert.equal(outcome, 'accepted');
}

const listed = (rig: Rig, station: OcttStation, id: number) =>
  rig.item(station, 'charging-profiles', ({ profileId }) => profileId === id);

export const profiles16: readonly PlayedCase[] = [
  {
    id: '056',
    title: 'a default profile is set for a connector, and shown',
    async play(rig) {
      const station = await rig.station('16-056', '1.6');
      await set(rig, station, byDefault, 1);
      assert.deepEqual(await station.heard('SetChargingProfile'), {
        connectorId: 1,
        csChargingProfiles: {
          chargingProfileId: 11,
          stackLevel: 2,
          chargingProfilePurpose: 'TxDefaultProfile',
          chargingProfileKind: 'Absolute',
          chargingSchedule: schedule16,
        },
      });
      assert.equal((await listed(rig, station, 11))['evseId'], 1);
      station.assertSchemas();
    },
  },
  {
    id: '056',
    title: 'a profile that the station refuses is not believed to stand',
    async play(rig) {
      const station = await rig.station('16-056-REJECTED', '1.6');
      station.answers('SetChargingProfile', { status: 'Rejected' });
      const { outcome } = await rig.command(station, 'SetChargingProfile', { evseId: 1, profile: byDefault });
      assert.equal(outcome, 'rejected');
      const page = await rig.operator.get(`/v1/stations/${station.stationId}/charging-profiles`);
      assert.deepEqual(at(page, 'items'), []);
    },
  },
  {
    id: '057',
    title: 'a profile for a running transaction names it',
    async play(rig) {
      const station = await rig.station('16-057', '1.6');
      const transactionId = await charging16(station);
      const own = { profileId: 12, stackLevel: 0, purpose: 'TxProfile', kind: 'Relative', schedules: [relative] };
      await set(rig, station, { ...own, transactionId: String(transactionId) }, 1);
      const { csChargingProfiles: profile } = await station.heard('SetChargingProfile');
      assert.deepEqual(
        [at(profile, 'transactionId'), at(profile, 'chargingProfilePurpose'), at(profile, 'chargingProfileKind')],
        [transactionId, 'TxProfile', 'Relative'],
      );
      assert.equal((await listed(rig, station, 12))['transactionId'], String(transactionId));
    },
  },
  {
    id: '059',
    title: 'a remote start carries the profile of its transaction',
    async play(rig) {
      const station = await rig.station('16-059', '1.6');
      const chargingProfile = { profileId: 13, stackLevel: 0, purpose: 'TxProfile', kind: 'Absolute', schedules };
      const start = { evseId: 1, token, chargingProfile };
      assert.equal((await rig.command(station, 'StartCharging', start)).outcome, 'accepted');
      assert.deepEqual(await station.heard('RemoteStartTransaction'), {
        connectorId: 1,
        idTag: cards.valid,
        chargingProfile: {
          chargingProfileId: 13,
          stackLevel: 0,
          chargingProfilePurpose: 'TxProfile',
          chargingProfileKind: 'Absolute',
          chargingSchedule: schedule16,
        },
      });
      await charging16(station);
      await rig.session(station);
      station.assertSchemas();
    },
  },
  {
    id: '066',
    title: 'what comes of all profiles of a connector is asked for and shown',
    async play(rig) {
      const station = await rig.station('16-066', '1.6');
      station.answers('GetCompositeSchedule', {
        status: 'Accepted',
        connectorId: 1,
        scheduleStart: '2026-11-26T00:00:00Z',
        chargingSchedule: schedule16,
      });
      const wanted = { evseId: 1, durationSeconds: 3600, unit: 'A' };
      assert.equal((await rig.command(station, 'ReadCompositeSchedule', wanted)).outcome, 'accepted');
      const asked = { connectorId: 1, duration: 3600, chargingRateUnit: 'A' };
      assert.deepEqual(await station.heard('GetCompositeSchedule'), asked);
      const shown = await rig.item(station, 'composite-schedules', ({ evseId }) => evseId === 1);
      assert.deepEqual([shown['durationSeconds'], shown['unit']], [3600, 'A']);
    },
  },
  {
    id: '066',
    title: 'a station that has no schedule to tell rejects the question',
    async play(rig) {
      const station = await rig.station('16-066-REJECTED', '1.6');
      station.answers('GetCompositeSchedule', { status: 'Rejected' });
      const wanted = { evseId: 1, durationSeconds: 3600 };
      assert.equal((await rig.command(station, 'ReadCompositeSchedule', wanted)).outcome, 'rejected');
    },
  },
  {
    id: '067',
    title: 'profiles are cleared by their number and by what they are for; one that is not there is unknown',
    async play(rig) {
      const station = await rig.station('16-067', '1.6');
      await set(rig, station, byDefault, 1);
      await set(rig, station, { ...byDefault, profileId: 14, purpose: 'ChargingStationMaxProfile' });
      await listed(rig, station, 14);
      assert.equal((await rig.command(station, 'ClearChargingProfiles', { profileId: 11 })).outcome, 'accepted');
      assert.deepEqual(await station.heard('ClearChargingProfile'), { id: 11 });
      const criteria = { purpose: 'ChargingStationMaxProfile', stackLevel: 2 };
      assert.equal((await rig.command(station, 'ClearChargingProfiles', criteria)).outcome, 'accepted');
      assert.deepEqual(await station.heard('ClearChargingProfile'), {
        chargingProfilePurpose: 'ChargePointMaxProfile',
        stackLevel: 2,
      });
      await rig.shown(`/v1/stations/${station.stationId}/charging-profiles`, ({ items }) => at(items, 'length') === 0);
      station.answers('ClearChargingProfile', { status: 'Unknown' });
      const again = await rig.command(station, 'ClearChargingProfiles', { profileId: 11 });
      assert.deepEqual([again.outcome, again.detail], ['rejected', 'Unknown']);
    },
  },
];
