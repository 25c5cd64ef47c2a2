// Charging profiles of the cases of 2.0.1, as operators and as stations write them.
import { at } from '../octt-station.ts';
import { command, inSeconds, type Commanding, type Stage } from './201-commanded.ts';

export type Profile = {
  readonly profileId?: number;
  readonly stackLevel?: number;
  readonly purpose?: string;
  readonly kind?: string;
  readonly recurrency?: string;
  readonly validFrom?: string;
  readonly validTo?: string;
  readonly transactionId?: string;
  readonly limit?: number;
  /** How many schedules a car may choose from. */
  readonly schedules?: number;
};

const startsAt = inSeconds(-60);
const durationSeconds = 3600;

function wholeOf(profile: Profile) {
  return { profileId: 501, stackLevel: 1, purpose: 'TxDefaultProfile', kind: 'Absolute', limit: 16, ...profile };
}

export function wantedProfile(profile: Profile): object {
  const { limit, schedules = 1, ...named } = wholeOf(profile);
  const start = named.kind === 'Relative' ? {} : { startsAt };
  const schedule = { unit: 'A', ...start, durationSeconds, periods: [{ startSeconds: 0, limit }] };
  return { ...named, schedules: Array.from({ length: schedules }, () => schedule) };
}

export function chargingProfileOf(profile: Profile): object {
  const { profileId, stackLevel, purpose, kind, recurrency, limit, schedules = 1, ...same } = wholeOf(profile);
  const start = kind === 'Relative' ? {} : { startSchedule: startsAt };
  const chargingSchedulePeriod = [{ startPeriod: 0, limit }];
  const schedule = { ...start, duration: durationSeconds, chargingRateUnit: 'A', chargingSchedulePeriod };
  return {
    id: profileId,
    stackLevel,
    chargingProfilePurpose: purpose,
    chargingProfileKind: kind,
    ...(recurrency === undefined ? {} : { recurrencyKind: recurrency }),
    ...same,
    chargingSchedule: Array.from({ length: schedules }, (_, index) => ({ id: index + 1, ...schedule })),
  };
}

/** @param evseId absent: the station */
export function setting(profile: Profile, evseId?: number): Commanding {
  const place = evseId === undefined ? {} : { evseId };
  return {
    wants: ['SetChargingProfile', { ...place, profile: wantedProfile(profile) }],
    hears: ['SetChargingProfile', { evseId: evseId ?? 0, chargingProfile: chargingProfileOf(profile) }],
  };
}

export async function set(stage: Stage, profile: Profile, evseId?: number): Promise<void> {
  await command(stage, setting(profile, evseId));
}

/** The station's profiles as the platform shows them, once they have these ids. */
export async function profilesAre({ rig, station }: Stage, ids: readonly number[]): Promise<readonly object[]> {
  const idsOf = (items: readonly object[]): readonly number[] =>
    items.map((item) => Number(at(item, 'profileId'))).toSorted((one, other) => one - other);
  const { items } = await rig.shown<{ items: readonly object[] }>(
    `/v1/stations/${station.stationId}/charging-profiles`,
    (page) => String(idsOf(page.items)) === String(ids),
  );
  return items;
}
