// What 2.x stations answer about charging profiles.
import type { OCPP20, OCPP21 } from 'typed-ocpp';
import { withFacts } from '../domain/call.ts';
import { profilesChanged } from '../domain/facts.ts';
import { orNull } from '../domain/or-null.ts';
import { parseTimestamp } from '../domain/timestamps.ts';
import { reportedProfileOf } from './report-charging-profiles.ts';

export const setChargingProfile = withFacts<OCPP21.SetChargingProfileRequest, OCPP20.SetChargingProfileResponse>(
  (_answer, { request: { evseId, chargingProfile }, meta }) =>
    profilesChanged(meta(null), 'set', reportedProfileOf(chargingProfile, evseId)),
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
