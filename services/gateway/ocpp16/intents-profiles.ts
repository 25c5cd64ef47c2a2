// Charging profiles without regard to a version in the words of OCPP 1.6J (3.13, 7.8).
import type { ChargingProfile } from '#contracts/commands/profile';
import { told } from '../domain/intent.ts';

const purposes: Readonly<Record<string, string>> = {
  ChargingStationMaxProfile: 'ChargePointMaxProfile',
  TxDefaultProfile: 'TxDefaultProfile',
  TxProfile: 'TxProfile',
};

/** 1.6's name of a purpose; undefined where it has none. */
export function purposeOf16(purpose: string): string | undefined {
  return purposes[purpose];
}

/** The profile, or why 1.6 has none like it. */
export function profileOf16(profile: ChargingProfile): { profile: object } | { impossible: string } {
  const { profileId, stackLevel, kind, recurrency, validFrom, validTo, transactionId, schedules } = profile;
  const purpose = purposeOf16(profile.purpose);
  if (purpose === undefined) return { impossible: `1.6 has no charging profiles for ${profile.purpose}` };
  const [schedule, second] = schedules;
  if (schedule === undefined || second !== undefined) return { impossible: 'a 1.6 charging profile has one schedule' };
  const transaction = transactionId === undefined ? undefined : Number(transactionId);
  if (transaction !== undefined && !Number.isInteger(transaction))
    return { impossible: `transactionId ${transactionId} is not a whole number, as 1.6 needs` };
  return {
    profile: told({
      chargingProfileId: profileId,
      transactionId: transaction,
      stackLevel,
      chargingProfilePurpose: purpose,
      chargingProfileKind: kind,
      recurrencyKind: recurrency,
      validFrom,
      validTo,
      chargingSchedule: scheduleOf16(schedule),
    }),
  };
}

function scheduleOf16({
  unit,
  startsAt,
  durationSeconds,
  minRate,
  periods,
}: ChargingProfile['schedules'][number]): object {
  return told({
    duration: durationSeconds,
    startSchedule: startsAt,
    chargingRateUnit: unit,
    chargingSchedulePeriod: periods.map(({ startSeconds, limit, phases }) =>
      told({ startPeriod: startSeconds, limit, numberPhases: phases }),
    ),
    minChargingRate: minRate,
  });
}
