// Charging profiles without regard to a version, in the words of OCPP 2.x (K).
import type { ChargingProfile } from '#contracts/commands/profile';
import { one, told, type IntentTable } from '../domain/intent.ts';

/** Schedules are numbered within their profile: the station names one by its number when a car chose it. */
export function profileOf2(profile: ChargingProfile): object {
  const { profileId, stackLevel, purpose, kind, recurrency, validFrom, validTo, transactionId, schedules } = profile;
  return told({
    id: profileId,
    stackLevel,
    chargingProfilePurpose: purpose,
    chargingProfileKind: kind,
    recurrencyKind: recurrency,
    validFrom,
    validTo,
    transactionId,
    chargingSchedule: schedules.map(scheduleOf2),
  });
}

function scheduleOf2(schedule: ChargingProfile['schedules'][number], index: number): object {
  const { unit, startsAt, durationSeconds, minRate, periods } = schedule;
  return told({
    id: index + 1,
    startSchedule: startsAt,
    duration: durationSeconds,
    chargingRateUnit: unit,
    minChargingRate: minRate,
    chargingSchedulePeriod: periods.map(({ startSeconds, limit, phases, phaseToUse }) =>
      told({ startPeriod: startSeconds, limit, numberPhases: phases, phaseToUse }),
    ),
  });
}

export const profileIntents2 = {
  SetChargingProfile: ({ evseId = 0, profile }) =>
    one('SetChargingProfile', { evseId, chargingProfile: profileOf2(profile) }),
  ClearChargingProfiles({ profileId: chargingProfileId, evseId, purpose: chargingProfilePurpose, stackLevel }) {
    const criteria = told({ evseId, chargingProfilePurpose, stackLevel });
    const isRestricted = Object.keys(criteria).length > 0;
    // An id names one profile, so that criteria beside it are of no use (2.x K10.FR.03).
    return one('ClearChargingProfile', {
      chargingProfileId,
      chargingProfileCriteria: isRestricted && chargingProfileId === undefined ? criteria : undefined,
    });
  },
  ReadChargingProfiles: ({ evseId, profileIds, purpose, stackLevel, sources }, { number }) =>
    one('GetChargingProfiles', {
      requestId: number,
      evseId,
      chargingProfile: told({
        chargingProfileId: profileIds,
        chargingProfilePurpose: purpose,
        stackLevel,
        chargingLimitSource: sources,
      }),
    }),
  ReadCompositeSchedule: ({ evseId = 0, durationSeconds: duration, unit: chargingRateUnit }) =>
    one('GetCompositeSchedule', { duration, chargingRateUnit, evseId }),
} satisfies Partial<IntentTable>;
