// Which tariff was in force for a session: of the narrowest place that has one, in the version of the session's start.
import type { TariffAssignmentValue, TariffValue } from '#contracts/tariff';

export type TariffVersion = {
  readonly tariffId: string;
  readonly version: number;
  readonly value: TariffValue;
  /** The value as it was written: what is hashed and embedded. */
  readonly json: string;
};

export type Assigned = Pick<TariffAssignmentValue, 'partyId' | 'locationId' | 'stationId' | 'evseId'> & {
  readonly tariff: TariffVersion;
};

/** Where a session took place. */
export type Place = {
  readonly stationId: string;
  readonly evseId: number | null;
  readonly locationId: string | null;
  readonly partyId: string | null;
  readonly timeZone: string | null;
};

/** The tariff of the narrowest assignment that covers the place and is valid at that instant; undefined where none is. */
export function tariffFor(assigned: readonly Assigned[], place: Place, at: number): TariffVersion | undefined {
  const possible = assigned.filter((each) => covers(each, place) && isValidAt(each.tariff.value, at));
  const [narrowest] = possible.toSorted((left, right) => widthOf(left) - widthOf(right));
  return narrowest?.tariff;
}

function covers({ partyId, locationId, stationId, evseId }: Assigned, place: Place): boolean {
  return (
    (partyId === null || partyId === place.partyId) &&
    (locationId === null || locationId === place.locationId) &&
    (stationId === null || stationId === place.stationId) &&
    (evseId === null || evseId === place.evseId)
  );
}

function widthOf({ partyId, locationId, stationId, evseId }: Assigned): number {
  const named = [evseId, stationId, locationId, partyId].findIndex((id) => id !== null);
  return named === -1 ? 4 : named;
}

/** Its own validity (OCPI 2.2.1, 11.3.1): from startAt, until before endAt. */
function isValidAt({ startAt, endAt }: TariffValue, at: number): boolean {
  return (startAt === null || Date.parse(startAt) <= at) && (endAt === null || at < Date.parse(endAt));
}
