// OCTT 2.0.1, K: a station reports the charging profiles that fit what was asked.
import assert from 'node:assert/strict';
import type { PlayedCase } from '../octt-case.ts';
import { at } from '../octt-station.ts';
import { command, commanded, staged, type Stage } from './201-commanded.ts';
import { chargingProfileOf, profilesAre, set } from './201-profiles.ts';

type Asked = { readonly wants: object; readonly hears: object };

/** Two parts of one report, one per EVSE; both are shown once the second is there. */
async function reports({ station }: Stage, requestId: unknown, chargingLimitSource: string): Promise<void> {
  const part = (evseId: number, id: number, tbc: boolean): object => ({
    requestId,
    chargingLimitSource,
    evseId,
    tbc,
    chargingProfile: [chargingProfileOf({ profileId: id, stackLevel: 2 })],
  });
  assert.deepEqual(await station.ask('ReportChargingProfiles', part(1, 701, true)), {});
  assert.deepEqual(await station.ask('ReportChargingProfiles', part(2, 702, false)), {});
}

function reported(id: string, title: string, { wants, hears }: Asked, source = 'CSO'): PlayedCase {
  return commanded({
    id,
    title: `a station reports its profiles, in parts: ${title}`,
    wants: ['ReadChargingProfiles', wants],
    hears: ['GetChargingProfiles', hears],
    async thereafter(stage, { requestId }) {
      await reports(stage, requestId, source);
      const shown = await profilesAre(stage, [701, 702]);
      assert.deepEqual(
        shown.map((profile) => at(profile, 'source')),
        [source, source],
      );
    },
  });
}

const purpose = 'TxDefaultProfile';

/** The intents say an EVSE or none, where none is no criterion; what is set at the station itself has its raw CALL. */
const atStation: PlayedCase = commanded({
  id: 'K_29',
  title: 'the profiles of the station itself are read by the raw CALL',
  wants: [
    'SendCall',
    {
      action: 'GetChargingProfiles',
      payload: { requestId: 29, evseId: 0, chargingProfile: { chargingProfilePurpose: 'ChargingStationMaxProfile' } },
    },
  ],
  hears: [
    'GetChargingProfiles',
    { evseId: 0, chargingProfile: { chargingProfilePurpose: 'ChargingStationMaxProfile' } },
  ],
  async thereafter(stage, { requestId }) {
    const chargingProfile = [chargingProfileOf({ profileId: 703, purpose: 'ChargingStationMaxProfile' })];
    await stage.station.ask('ReportChargingProfiles', {
      requestId,
      chargingLimitSource: 'CSO',
      evseId: 0,
      chargingProfile,
    });
    const [shown] = await profilesAre(stage, [703]);
    assert.deepEqual([at(shown, 'evseId'), at(shown, 'purpose')], [0, 'ChargingStationMaxProfile']);
  },
});

export const profileReports201: readonly PlayedCase[] = [
  atStation,
  reported('K_30', 'of one EVSE', { wants: { evseId: 1 }, hears: { evseId: 1, chargingProfile: {} } }),
  {
    id: 'K_30',
    title: 'an EVSE without profiles says so: what we knew of any there is over, and there alone',
    async play(rig) {
      const stage = await staged(rig, 'K_30');
      await set(stage, { profileId: 704 }, 1);
      await set(stage, { profileId: 705 }, 2);
      await profilesAre(stage, [704, 705]);
      await command(stage, {
        wants: ['ReadChargingProfiles', { evseId: 1 }],
        hears: ['GetChargingProfiles', { evseId: 1, chargingProfile: {} }],
        answer: { status: 'NoProfiles' },
        detail: 'NoProfiles',
      });
      await profilesAre(stage, [705]);
    },
  },
  reported('K_31', 'of all EVSEs and the station', {
    wants: { purpose },
    hears: { chargingProfile: { chargingProfilePurpose: purpose } },
  }),
  reported('K_32', 'by their ids', {
    wants: { profileIds: [701, 702] },
    hears: { chargingProfile: { chargingProfileId: [701, 702] } },
  }),
  reported('K_33', 'of one EVSE, by their level', {
    wants: { evseId: 1, stackLevel: 2 },
    hears: { evseId: 1, chargingProfile: { stackLevel: 2 } },
  }),
  reported(
    'K_34',
    'of one EVSE, by who set them',
    { wants: { evseId: 1, sources: ['EMS'] }, hears: { evseId: 1, chargingProfile: { chargingLimitSource: ['EMS'] } } },
    'EMS',
  ),
  reported('K_35', 'of one EVSE, by their purpose', {
    wants: { evseId: 1, purpose },
    hears: { evseId: 1, chargingProfile: { chargingProfilePurpose: purpose } },
  }),
  reported('K_36', 'of one EVSE, by their purpose and level', {
    wants: { evseId: 1, purpose, stackLevel: 2 },
    hears: { evseId: 1, chargingProfile: { chargingProfilePurpose: purpose, stackLevel: 2 } },
  }),
];
