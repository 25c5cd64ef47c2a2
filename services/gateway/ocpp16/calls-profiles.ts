// What 1.6J stations answer about charging profiles; events name purposes as 2.x does.
import type { OCPP16 } from 'typed-ocpp';
import { withFacts } from '../domain/call.ts';
import { placeOf } from '../domain/action.ts';
import { profilesChanged } from '../domain/facts.ts';
import { orNull } from '../domain/or-null.ts';
import { parseTimestamp } from '../domain/timestamps.ts';

export function purposeOf2(purpose: string): string {
  return purpose === 'ChargePointMaxProfile' ? 'ChargingStationMaxProfile' : purpose;
}

export const setChargingProfile = withFacts<OCPP16.SetChargingProfileRequest, OCPP16.SetChargingProfileResponse>(
  (_answer, { request: { connectorId, csChargingProfiles: profile }, station, meta }) =>
    profilesChanged(meta(null), 'set', {
      profileId: profile.chargingProfileId,
      evseId: placeOf(station, connectorId).evseId,
      stackLevel: profile.stackLevel,
      purpose: purposeOf2(profile.chargingProfilePurpose),
      kind: profile.chargingProfileKind,
      recurrency: orNull(profile.recurrencyKind),
      transactionId: profile.transactionId === undefined ? null : String(profile.transactionId),
      validFrom: parseTimestamp(profile.validFrom),
      validTo: parseTimestamp(profile.validTo),
      schedulesJson: JSON.stringify([profile.chargingSchedule]),
    }),
);

export const clearChargingProfile = withFacts<OCPP16.ClearChargingProfileRequest, OCPP16.ClearChargingProfileResponse>(
  (_answer, { request, station, meta }) =>
    profilesChanged(meta(null), 'cleared', {
      profileId: orNull(request.id),
      evseId: request.connectorId === undefined ? null : placeOf(station, request.connectorId).evseId,
      stackLevel: orNull(request.stackLevel),
      purpose: request.chargingProfilePurpose === undefined ? null : purposeOf2(request.chargingProfilePurpose),
    }),
);

export const getCompositeSchedule = withFacts<OCPP16.GetCompositeScheduleRequest, OCPP16.GetCompositeScheduleResponse>(
  ({ scheduleStart, chargingSchedule }, { request, station, meta }) => ({
    type: 'CompositeScheduleReported',
    meta: meta(null),
    evseId: placeOf(station, request.connectorId).evseId,
    startsAt: parseTimestamp(scheduleStart ?? chargingSchedule?.startSchedule),
    durationSeconds: chargingSchedule?.duration ?? request.duration,
    unit: chargingSchedule?.chargingRateUnit ?? orNull(request.chargingRateUnit),
    periodsJson: JSON.stringify(chargingSchedule?.chargingSchedulePeriod ?? []),
  }),
);
