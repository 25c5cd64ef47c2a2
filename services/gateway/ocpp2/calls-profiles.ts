// What 2.x stations answer about charging profiles.
import type { OCPP20 } from 'typed-ocpp';
import { withFacts } from '../domain/call.ts';
import { profilesChanged } from '../domain/facts.ts';
import { orNull } from '../domain/or-null.ts';
import { parseTimestamp } from '../domain/timestamps.ts';

export const setChargingProfile = withFacts<OCPP20.SetChargingProfileRequest, OCPP20.SetChargingProfileResponse>(
  (_answer, { request: { evseId, chargingProfile: profile }, meta }) =>
    profilesChanged(meta(null), 'set', {
      profileId: profile.id,
      evseId,
      stackLevel: profile.stackLevel,
      purpose: profile.chargingProfilePurpose,
      kind: profile.chargingProfileKind,
      recurrency: orNull(profile.recurrencyKind),
      transactionId: orNull(profile.transactionId),
      validFrom: parseTimestamp(profile.validFrom),
      validTo: parseTimestamp(profile.validTo),
      schedulesJson: JSON.stringify(profile.chargingSchedule),
    }),
);

export const clearChargingProfile = withFacts<OCPP20.ClearChargingProfileRequest, OCPP20.ClearChargingProfileResponse>(
  (_answer, { request: { chargingProfileId, chargingProfileCriteria: criteria }, meta }) =>
    profilesChanged(meta(null), 'cleared', {
      profileId: orNull(chargingProfileId),
      evseId: orNull(criteria?.evseId),
      stackLevel: orNull(criteria?.stackLevel),
      purpose: orNull(criteria?.chargingProfilePurpose),
    }),
);

export const getCompositeSchedule = withFacts<OCPP20.GetCompositeScheduleRequest, OCPP20.GetCompositeScheduleResponse>(
  ({ schedule }, { request, meta }) => ({
    type: 'CompositeScheduleReported',
    meta: meta(null),
    evseId: request.evseId,
    startsAt: parseTimestamp(schedule?.scheduleStart),
    durationSeconds: schedule?.duration ?? request.duration,
    unit: schedule?.chargingRateUnit ?? orNull(request.chargingRateUnit),
    periodsJson: JSON.stringify(schedule?.chargingSchedulePeriod ?? []),
  }),
);
