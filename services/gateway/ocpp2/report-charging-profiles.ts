// 2.x ReportChargingProfiles (K09): one part of the profiles that a station has.
import type { OCPP21 } from 'typed-ocpp';
import type { ReportedChargingProfile } from '#contracts/generated/types';
import type { Row } from '../domain/action.ts';
import { orNull } from '../domain/or-null.ts';
import { parseTimestamp } from '../domain/timestamps.ts';

type Profile = OCPP21.ReportChargingProfilesRequest['chargingProfile'][number];

export const reportChargingProfiles: Row<OCPP21.ReportChargingProfilesRequest> = {
  handle: (request, context) => ({
    reply: {},
    events: [
      {
        type: 'ChargingProfilesReported',
        meta: context.meta(null),
        change: 'report',
        requestId: request.requestId,
        // Its parts are not numbered: they come in order, one CALL after the other.
        part: null,
        last: request.tbc !== true,
        source: request.chargingLimitSource,
        profiles: request.chargingProfile.map((profile) => reportedProfileOf(profile, request.evseId)),
      },
    ],
  }),
};

/** How 2.x writes a charging profile, in our words. */
export function reportedProfileOf(profile: Profile, evseId: number): ReportedChargingProfile {
  return {
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
    moreJson: moreOf(profile),
  };
}

/** What 2.1 adds to a profile, as sent; null where the station says nothing of it. */
function moreOf(profile: Profile): string | null {
  const json = JSON.stringify({
    maxOfflineDuration: profile.maxOfflineDuration,
    invalidAfterOfflineDuration: profile.invalidAfterOfflineDuration,
    dynUpdateInterval: profile.dynUpdateInterval,
    dynUpdateTime: profile.dynUpdateTime,
    priceScheduleSignature: profile.priceScheduleSignature,
  });
  return json === '{}' ? null : json;
}
