// OCTT 2.0.1, K: charging profiles are set, replaced, cleared; composite schedules are read.
import assert from 'node:assert/strict';
import type { PlayedCase } from '../octt-case.ts';
import { at } from '../octt-station.ts';
import { command, commanded, foldedSoFar, inSeconds, leavesNone, staged, type Commanding } from './201-commanded.ts';
import { chargingProfileOf, profilesAre, set, setting, wantedProfile, type Profile } from './201-profiles.ts';
import { cardOf, sessionHas, tokenOf, Transaction, underWay } from './201-transaction.ts';

const valid = { validFrom: inSeconds(-3600), validTo: inSeconds(86_400) };

function isSet(id: string, title: string, profile: Profile, evseId?: number): PlayedCase {
  return commanded({
    id,
    title: `the station takes ${title}`,
    ...setting(profile, evseId),
    async thereafter(stage) {
      const [shown] = await profilesAre(stage, [501]);
      assert.equal(at(shown, 'evseId'), evseId ?? 0);
      assert.equal(at(shown, 'schedules', 0, 'chargingSchedulePeriod', 0, 'limit'), profile.limit ?? 16);
    },
  });
}

const sets: readonly PlayedCase[] = [
  isSet('K_01', 'a default for the transactions of one EVSE, with its validity, duration and limit', valid, 1),
  commanded({
    id: 'K_01',
    title: 'a profile that the station refuses is not among its profiles',
    ...setting(valid, 1),
    answer: { status: 'Rejected', statusInfo: { reasonCode: 'InvalidProfile' } },
    outcome: 'rejected',
    detail: 'Rejected (InvalidProfile)',
    thereafter: leavesNone('charging-profiles'),
  }),
  isSet('K_10', 'a default for the transactions of all EVSEs', { ...valid, limit: 10 }),
  isSet('K_03', 'a maximum of the station', { ...valid, purpose: 'ChargingStationMaxProfile', limit: 32 }),
  isSet('K_19', 'a profile that comes back every day', { kind: 'Recurring', recurrency: 'Daily', ...valid }, 1),
  isSet('K_19', 'a profile that comes back every week', { kind: 'Recurring', recurrency: 'Weekly', ...valid }, 1),
  commanded({
    id: 'K_15',
    title: 'a station that knows no profiles is told as such',
    ...setting(valid, 1),
    error: 'NotSupported',
    outcome: 'notSupported',
    detail: 'NotSupported',
  }),
  {
    id: 'K_60',
    title: 'the transaction that runs gets a profile relative to its start, which goes with it',
    async play(rig) {
      const stage = await staged(rig, 'K_60');
      const transaction = await underWay(stage);
      const { transactionId } = transaction;
      await set(stage, { purpose: 'TxProfile', kind: 'Relative', transactionId, limit: 8 }, 1);
      const [shown] = await profilesAre(stage, [501]);
      assert.equal(at(shown, 'transactionId'), transactionId);
      await transaction.tells('Ended', 'StopAuthorized', { stoppedReason: 'Local', wh: 1500 });
      await profilesAre(stage, []);
    },
  },
  {
    id: 'K_70',
    title: 'several profiles on several levels stand beside each other',
    async play(rig) {
      const stage = await staged(rig, 'K_70');
      await set(stage, { profileId: 601, stackLevel: 1 }, 1);
      await set(stage, { profileId: 602, stackLevel: 2, limit: 20 }, 1);
      await profilesAre(stage, [601, 602]);
    },
  },
  {
    id: 'K_04',
    title: 'a profile of the same id replaces the one before',
    async play(rig) {
      const stage = await staged(rig, 'K_04');
      await set(stage, { limit: 16 }, 1);
      await profilesAre(stage, [501]);
      await set(stage, { limit: 6 }, 1);
      await rig.item(
        stage.station,
        'charging-profiles',
        (item) => at(item, 'schedules', 0, 'chargingSchedulePeriod', 0, 'limit') === 6,
      );
      await profilesAre(stage, [501]);
    },
  },
  {
    id: 'K_37',
    title: 'a remote start brings the profile of its transaction along',
    async play(rig) {
      const stage = await staged(rig, 'K_37');
      const profile = { purpose: 'TxProfile', kind: 'Relative', limit: 8 };
      const { remoteStartId } = await command(stage, {
        wants: ['StartCharging', { evseId: 1, token: tokenOf('valid'), chargingProfile: wantedProfile(profile) }],
        hears: [
          'RequestStartTransaction',
          { evseId: 1, idToken: cardOf('valid'), chargingProfile: chargingProfileOf(profile) },
        ],
      });
      const transaction = new Transaction(stage.station);
      const told = { card: 'valid', remoteStartId, chargingState: 'Charging' } as const;
      assert.equal(await transaction.tells('Started', 'RemoteStart', told), 'Accepted');
      await sessionHas(stage, { remoteStartId: Number(remoteStartId), chargingState: 'Charging' });
    },
  },
];

/** @param evseId 0: the station */
function composite(id: string, title: string, evseId: number): PlayedCase {
  const place = evseId === 0 ? {} : { evseId };
  const scheduleStart = inSeconds(0);
  const chargingSchedulePeriod = [
    { startPeriod: 0, limit: 16 },
    { startPeriod: 200, limit: 10 },
  ];
  return commanded({
    id,
    title,
    wants: ['ReadCompositeSchedule', { ...place, durationSeconds: 300, unit: 'A' }],
    hears: ['GetCompositeSchedule', { evseId, duration: 300, chargingRateUnit: 'A' }],
    answer: {
      status: 'Accepted',
      schedule: { evseId, duration: 300, scheduleStart, chargingRateUnit: 'A', chargingSchedulePeriod },
    },
    async thereafter({ rig, station }) {
      const shown = await rig.item(station, 'composite-schedules', (item) => item['evseId'] === evseId);
      assert.deepEqual(shown['periods'], chargingSchedulePeriod);
      assert.deepEqual([shown['durationSeconds'], shown['unit']], [300, 'A']);
    },
  });
}

const composites: readonly PlayedCase[] = [
  composite('K_43', 'one EVSE tells what all its profiles come to', 1),
  composite('K_44', 'the station tells what all its profiles come to', 0),
  commanded({
    id: 'K_43',
    title: 'an EVSE that cannot tell what its profiles come to is told as refusing',
    wants: ['ReadCompositeSchedule', { evseId: 1, durationSeconds: 300 }],
    hears: ['GetCompositeSchedule', { evseId: 1, duration: 300 }],
    answer: { status: 'Rejected' },
    outcome: 'rejected',
    detail: 'Rejected',
    thereafter: leavesNone('composite-schedules'),
  }),
];

function cleared(id: string, title: string, clearing: Commanding): PlayedCase {
  return {
    id,
    title,
    async play(rig) {
      const stage = await staged(rig, id);
      await set(stage, { profileId: 501, stackLevel: 1 }, 1);
      await set(stage, { profileId: 502, stackLevel: 2 }, 1);
      await profilesAre(stage, [501, 502]);
      await command(stage, clearing);
      await profilesAre(stage, [502]);
    },
  };
}

const clears: readonly PlayedCase[] = [
  cleared('K_05', 'a profile is cleared by its id, and the others stay', {
    wants: ['ClearChargingProfiles', { profileId: 501 }],
    hears: ['ClearChargingProfile', { chargingProfileId: 501 }],
  }),
  cleared('K_06', 'a profile is cleared by its level and purpose, and the others stay', {
    wants: ['ClearChargingProfiles', { purpose: 'TxDefaultProfile', stackLevel: 1 }],
    hears: [
      'ClearChargingProfile',
      { chargingProfileCriteria: { chargingProfilePurpose: 'TxDefaultProfile', stackLevel: 1 } },
    ],
  }),
  {
    id: 'K_05',
    title: 'a profile that the station does not clear stays',
    async play(rig) {
      const stage = await staged(rig, 'K_05');
      await set(stage, {}, 1);
      await profilesAre(stage, [501]);
      await command(stage, {
        wants: ['ClearChargingProfiles', { profileId: 501 }],
        hears: ['ClearChargingProfile', { chargingProfileId: 501 }],
        answer: { status: 'Unknown' },
        outcome: 'rejected',
        detail: 'Unknown',
      });
      await foldedSoFar(stage);
      await profilesAre(stage, [501]);
    },
  },
  commanded({
    id: 'K_08',
    title: 'a profile that the station does not have cannot be cleared',
    wants: ['ClearChargingProfiles', { profileId: 77 }],
    hears: ['ClearChargingProfile', { chargingProfileId: 77 }],
    answer: { status: 'Unknown' },
    outcome: 'rejected',
    detail: 'Unknown',
    thereafter: leavesNone('charging-profiles'),
  }),
];

export const profiles201: readonly PlayedCase[] = [...sets, ...composites, ...clears];
