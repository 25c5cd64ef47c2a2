// Charging profiles: set, replaced, cleared, reported; the vehicle at the EVSE obeys what they allow.
import type { OCPP16, OCPP21 } from 'typed-ocpp';
import { result, row, type Rows } from '#load-tests/fleet/answers/answer';
import {
  compositeOf,
  powerLimitAt,
  rateOf,
  type Circumstances,
  type Profile,
  type Purpose,
  type RateUnit,
} from '#load-tests/fleet/answers/charging-schedule';
import { profileOf16, profileOf2, purposes } from '#load-tests/fleet/answers/profile-wire';
import type { Commanded, CommandedEvse } from '#load-tests/fleet/dialect';
import type { Facilities } from '#load-tests/fleet/facilities';
import { isoOf } from '#load-tests/fleet/payload';
import type { Answer } from '#load-tests/fleet/rpc';

export type ChargingProfiles = { profiles: readonly Profile[]; readonly priority: Set<string> };

export const profilesMax = 50;
export const stackLevelMax = 10;
export const periodsMax = 100;

export const chargingProfiles16: Rows = {
  SetChargingProfile: row<OCPP16.SetChargingProfileRequest>((station, { connectorId, csChargingProfiles }) =>
    set(station, profileOf16(csChargingProfiles, { evseId: connectorId, atMs: station.now() })),
  ),
  ClearChargingProfile: row<OCPP16.ClearChargingProfileRequest>((station, request) =>
    clear(station, {
      id: request.id,
      evseId: request.connectorId,
      purpose: request.chargingProfilePurpose && purposes[request.chargingProfilePurpose],
      stackLevel: request.stackLevel,
    }),
  ),
  GetCompositeSchedule: row<OCPP16.GetCompositeScheduleRequest>(
    (station, { connectorId, duration, chargingRateUnit }) => {
      const unit = chargingRateUnit ?? 'A';
      const periods = composite(station, { evseId: connectorId, duration, unit });
      if (periods === undefined) return result({ status: 'Rejected' });
      const scheduleStart = isoOf(station.now());
      const chargingSchedule = {
        duration,
        startSchedule: scheduleStart,
        chargingRateUnit: unit,
        chargingSchedulePeriod: periods,
      };
      return result({ status: 'Accepted', connectorId, scheduleStart, chargingSchedule });
    },
  ),
};

export const chargingProfiles2: Rows = {
  SetChargingProfile: row<OCPP21.SetChargingProfileRequest>((station, { evseId, chargingProfile }) =>
    set(station, profileOf2(chargingProfile, { evseId, atMs: station.now() })),
  ),
  ClearChargingProfile: row<OCPP21.ClearChargingProfileRequest>((station, request) => {
    const { chargingProfileCriteria: criteria } = request;
    return clear(station, {
      id: request.chargingProfileId,
      evseId: criteria?.evseId,
      purpose: criteria?.chargingProfilePurpose && purposes[criteria.chargingProfilePurpose],
      stackLevel: criteria?.stackLevel,
    });
  }),
  GetChargingProfiles: row<OCPP21.GetChargingProfilesRequest>(report),
  GetCompositeSchedule: row<OCPP21.GetCompositeScheduleRequest>((station, { evseId, duration, chargingRateUnit }) => {
    const unit = chargingRateUnit ?? 'W';
    const periods = composite(station, { evseId, duration, unit });
    if (periods === undefined) return result({ status: 'Rejected' });
    const scheduleStart = isoOf(station.now());
    const schedule = { evseId, duration, scheduleStart, chargingRateUnit: unit, chargingSchedulePeriod: periods };
    return result({ status: 'Accepted', schedule });
  }),
};

/** What the limit of an EVSE follows from. */
export type ProfileHolder = Pick<Commanded, 'facilities' | 'identity' | 'vendor'>;

export function profilesOf(station: Pick<Commanded, 'facilities'>): ChargingProfiles {
  station.facilities.chargingProfiles ??= { profiles: [], priority: new Set() };
  return station.facilities.chargingProfiles;
}

/** Power the EVSE may draw at a moment; undefined where no profile was ever set. */
export function limitOfEvse(station: ProfileHolder, evse: CommandedEvse): ((atMs: number) => number) | undefined {
  const own = station.facilities.chargingProfiles;
  if (own === undefined || own.profiles.length === 0) return undefined;
  const at = circumstancesOf(station, evse.evseId, evse);
  return (atMs) => powerLimitAt(own.profiles, at, atMs);
}

/** Profiles of a transaction end with it (1.6 section 3.13.1, 2.x K01). */
export function dropTransactionProfiles(facilities: Facilities, evseId: number): void {
  const own = facilities.chargingProfiles;
  if (own === undefined) return;
  own.profiles = own.profiles.filter((profile) => profile.purpose !== 'tx' || profile.evseId !== evseId);
}

/** Why a profile cannot be taken, or undefined; it is in force then. */
export function install(station: Commanded, profile: Profile): 'rejected' | undefined {
  if (!isTakeable(station, profile)) return 'rejected';
  const own = profilesOf(station);
  const clashing = own.profiles.find((each) => each.id !== profile.id && isSamePlace(each, profile));
  // 2.x refuses a second profile of the same purpose, level and EVSE (K01.FR.06); 1.6 replaces the first.
  if (clashing !== undefined && station.version !== '1.6') return 'rejected';
  const others = own.profiles.filter((each) => each.id !== profile.id && each !== clashing);
  if (others.length >= profilesMax) return 'rejected';
  station.settleMeters();
  own.profiles = [...others, profile];
  return undefined;
}

function set(station: Commanded, profile: Profile): Answer {
  return result({ status: install(station, profile) === undefined ? 'Accepted' : 'Rejected' });
}

function isTakeable(station: Commanded, profile: Profile): boolean {
  const { evseId, purpose } = profile;
  if (evseId < 0 || evseId > station.identity.evses || !isSound(profile)) return false;
  // What the grid operator sets, no platform sets (K01.FR.22).
  if (purpose === 'external') return false;
  if (purpose === 'station-max') return evseId === 0 && profile.kind !== 'relative';
  return purpose !== 'tx' || isOfSession(station, profile);
}

function isSound({ stackLevel, periods, kind, recurrence, startMs }: Profile): boolean {
  if (stackLevel < 0 || stackLevel > stackLevelMax) return false;
  if (periods.length > periodsMax || periods[0]?.startSeconds !== 0) return false;
  return kind !== 'recurring' || (recurrence !== undefined && startMs !== undefined);
}

/** 2.x names the transaction; 1.6 may leave it out. */
function isOfSession(station: Commanded, { evseId, transactionId }: Profile): boolean {
  const session = station.commandedEvses.find((evse) => evse.evseId === evseId)?.session;
  if (session === undefined) return false;
  return transactionId === undefined ? station.version === '1.6' : session.transactionId === transactionId;
}

function isSamePlace(one: Profile, other: Profile): boolean {
  return (
    one.evseId === other.evseId &&
    one.purpose === other.purpose &&
    one.stackLevel === other.stackLevel &&
    overlaps(one, other)
  );
}

function overlaps(one: Profile, other: Profile): boolean {
  return one.validFromMs < other.validToMs && other.validFromMs < one.validToMs;
}

type Criteria = {
  readonly id: number | undefined;
  readonly evseId: number | undefined;
  readonly purpose: Purpose | undefined;
  readonly stackLevel: number | undefined;
};

function clear(station: Commanded, criteria: Criteria): Answer {
  const own = profilesOf(station);
  const left = own.profiles.filter((profile) => !isMeant(profile, criteria));
  if (left.length === own.profiles.length) return result({ status: 'Unknown' });
  station.settleMeters();
  own.profiles = left;
  return result({ status: 'Accepted' });
}

/** An id alone decides; else every criterion that is given. */
function isMeant(profile: Profile, { id, evseId, purpose, stackLevel }: Criteria): boolean {
  if (id !== undefined) return profile.id === id;
  if (evseId !== undefined && profile.evseId !== evseId) return false;
  if (purpose !== undefined && profile.purpose !== purpose) return false;
  return stackLevel === undefined || profile.stackLevel === stackLevel;
}

function report(station: Commanded, request: OCPP21.GetChargingProfilesRequest): Answer {
  const { chargingProfile: wanted, evseId, requestId } = request;
  const purpose = wanted.chargingProfilePurpose && purposes[wanted.chargingProfilePurpose];
  const { chargingProfileId: ids, chargingLimitSource: sources } = wanted;
  const found = profilesOf(station).profiles.filter(
    (profile) =>
      isMeant(profile, { id: undefined, evseId, purpose, stackLevel: wanted.stackLevel }) &&
      (ids === undefined || ids.includes(profile.id)) &&
      (sources === undefined || sources.includes('CSO')),
  );
  if (found.length === 0) return result({ status: 'NoProfiles' });
  return result({ status: 'Accepted' }, () => {
    const evses = [...new Set(found.map((profile) => profile.evseId))];
    for (const [index, evse] of evses.entries()) {
      const chargingProfile = found.flatMap(({ evseId: own, wire }) =>
        own === evse && wire !== undefined ? [wire] : [],
      );
      const payload = {
        requestId,
        chargingLimitSource: 'CSO',
        chargingProfile,
        tbc: index < evses.length - 1,
        evseId: evse,
      };
      station.tell({ action: 'ReportChargingProfiles', payload });
    }
  });
}

function composite(
  station: Commanded,
  asked: { readonly evseId: number; readonly duration: number; readonly unit: RateUnit },
): { startPeriod: number; limit: number; numberPhases: number }[] | undefined {
  if (asked.evseId < 0 || asked.evseId > station.identity.evses || asked.duration <= 0) return undefined;
  const evse = station.commandedEvses.find((each) => each.evseId === asked.evseId);
  const span = { fromMs: station.now(), durationSeconds: asked.duration };
  const steps = compositeOf(profilesOf(station).profiles, circumstancesOf(station, asked.evseId, evse), span);
  return steps.map(({ startSeconds, powerW }) => ({
    startPeriod: startSeconds,
    limit: rateOf(powerW, asked.unit),
    numberPhases: 3,
  }));
}

function circumstancesOf(station: ProfileHolder, evseId: number, evse: CommandedEvse | undefined): Circumstances {
  const session = evse?.session;
  const { evses } = station.identity;
  return {
    evseId,
    evses,
    maxPowerW: station.vendor.maxPowerW * (evseId === 0 ? evses : 1),
    transactionId: session === undefined ? undefined : (session.transactionId ?? ''),
    startedAtMs: session?.startedAtMs,
    hasPriority: profilesOf(station).priority.has(session?.transactionId ?? ''),
  };
}
