// The charging profiles of a station: reported, set, cleared, and ended with their transaction.
import type { ChargingProfilesReported, ReportedChargingProfile } from '#contracts/generated/types';
import { openInventory, reportedPart, withEntries, type Inventory } from './inventory.ts';
import { criteriaOf, requestOf, type ReportRequest, type ReportRequests } from './report-requests.ts';
import type { Told } from './standing.ts';

export type Profile = ReportedChargingProfile & { readonly source: string | null; readonly reportedAt: number };
export type ChargingProfiles = Inventory<Profile>;

/** Ours, where a station says whose a profile is. */
const ourSource = 'CSO';
/** Limits that come from elsewhere: no request of ours clears them (2.x K10). */
const external = 'ChargingStationExternalConstraints';

export function chargingProfilesAfter(
  known: ChargingProfiles | null,
  event: ChargingProfilesReported,
  told: Told,
  requests: ReportRequests | null,
): ChargingProfiles | null {
  const inventory = openInventory(known, told);
  if (inventory === undefined) return known;
  switch (event.change) {
    case 'report': {
      const items = event.profiles.map((profile) => profileOf(profile, event.source, told));
      // What was asked for and is not named is gone.
      const isGone = isAskedFor(requestOf(requests, 'chargingProfiles', event.requestId));
      return reportedPart(inventory, { ...event, items }, told, (entries, reported) =>
        reported.reduce(
          withSet,
          entries.filter((entry) => !isGone(entry)),
        ),
      );
    }
    case 'set': {
      const set = event.profiles.map((profile) => profileOf(profile, event.source ?? ourSource, told));
      return withEntries(inventory, set.reduce(withSet, inventory.entries));
    }
    case 'cleared': {
      const { profiles } = event;
      const isCleared = (entry: Profile): boolean => profiles.some((criteria) => isNamed(entry, criteria));
      return withEntries(
        inventory,
        inventory.entries.filter((entry) => !isCleared(entry)),
      );
    }
    case 'unknown':
      return known;
  }
}

/** A profile for one transaction ends with it (1.6 3.13.1, 2.x K01). */
export function withoutTransaction(
  known: ChargingProfiles | null,
  ended: { readonly transactionId: string; readonly evseId: number | null },
): ChargingProfiles | null {
  return without(known, ({ purpose, transactionId, evseId }) => {
    if (purpose !== 'TxProfile') return false;
    if (transactionId !== null) return transactionId === ended.transactionId;
    return ended.evseId !== null && evseId === ended.evseId;
  });
}

/** 1.6 need not say whose a profile is, nor where a transaction ended: the next start there ends it. */
export function withoutEarlier(
  known: ChargingProfiles | null,
  started: { readonly evseId: number | null; readonly at: number },
): ChargingProfiles | null {
  return without(
    known,
    ({ purpose, transactionId, evseId, reportedAt }) =>
      purpose === 'TxProfile' && transactionId === null && evseId === started.evseId && reportedAt < started.at,
  );
}

function without(known: ChargingProfiles | null, isOver: (profile: Profile) => boolean): ChargingProfiles | null {
  if (known === null || !known.entries.some(isOver)) return known;
  return withEntries(
    known,
    known.entries.filter((entry) => !isOver(entry)),
  );
}

function profileOf(profile: ReportedChargingProfile, source: string | null, told: Told): Profile {
  return { ...profile, evseId: profile.evseId ?? 0, source, reportedAt: told.at };
}

type Criteria = {
  readonly evseId: number;
  readonly chargingProfileId: readonly number[];
  readonly chargingProfilePurpose: string;
  readonly stackLevel: number;
  readonly chargingLimitSource: readonly string[];
};

/** Whether a request asks for a profile: all criteria that it names fit (2.x K09); EVSE 0 is the station alone. */
export function isAskedFor(request: ReportRequest | undefined): (entry: Profile) => boolean {
  if (request === undefined) return () => false;
  const { evseId, chargingProfileId, chargingProfilePurpose, stackLevel, chargingLimitSource } =
    criteriaOf<Criteria>(request);
  const fits = [
    (entry: Profile) => evseId === undefined || evseId === entry.evseId,
    (entry: Profile) => isAmong(chargingProfileId, entry.profileId),
    (entry: Profile) => chargingProfilePurpose === undefined || chargingProfilePurpose === entry.purpose,
    (entry: Profile) => stackLevel === undefined || stackLevel === entry.stackLevel,
    (entry: Profile) => isAmong(chargingLimitSource, entry.source),
  ];
  return (entry) => fits.every((isFit) => isFit(entry));
}

function isAmong<T>(named: readonly T[] | undefined, value: T | null): boolean {
  return named === undefined || (value !== null && named.includes(value));
}

/** It replaces the one of its id, and that of its purpose and level on its EVSE (1.6 3.13.2, 2.x K01.FR.05 and 06). */
function withSet(entries: readonly Profile[], profile: Profile): readonly Profile[] {
  const isReplaced = (entry: Profile): boolean =>
    entry.profileId === profile.profileId ||
    (entry.evseId === profile.evseId &&
      entry.purpose === profile.purpose &&
      entry.stackLevel === profile.stackLevel &&
      // Limits of several sources may stand beside each other.
      entry.source === profile.source);
  return [...entries.filter((entry) => !isReplaced(entry)), profile];
}

/** With an id the other criteria do not count; without, all that are named must fit; none named: all (2.x K10, 1.6 5.5). */
function isNamed(entry: Profile, criteria: ReportedChargingProfile): boolean {
  if (criteria.profileId !== null) return entry.profileId === criteria.profileId;
  if (entry.purpose === external) return false;
  const { evseId, purpose, stackLevel } = criteria;
  return (
    (evseId === null || entry.evseId === evseId) &&
    (purpose === null || entry.purpose === purpose) &&
    (stackLevel === null || entry.stackLevel === stackLevel)
  );
}
