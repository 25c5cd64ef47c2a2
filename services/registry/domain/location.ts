// A location as operators write it: a place with a party, a country and a time zone that prices and reports rely on.
import type { LocationValue } from '#contracts/registry';
import type { Violation } from './violation.ts';

export type LocationInput = Partial<LocationValue> &
  Pick<LocationValue, 'locationId' | 'partyId' | 'name' | 'country' | 'timeZone'>;
export type LocationPatch = Partial<Omit<LocationValue, 'locationId'>>;

export function locationOf(input: LocationInput): LocationValue {
  const { locationId, partyId, name, country, timeZone } = input;
  const { address = null, city = null, postalCode = null, coordinates = null } = input;
  return { locationId, partyId, name, country, timeZone, address, city, postalCode, coordinates };
}

export function patchedLocation(location: LocationValue, patch: LocationPatch): LocationValue {
  return locationOf({ ...location, ...patch });
}

/** What no schema can say of a location. */
export function locationViolations({ timeZone, coordinates }: LocationValue): Violation[] {
  const violations: Violation[] = [];
  if (!isTimeZone(timeZone)) violations.push({ path: 'timeZone', message: 'is no IANA time zone' });
  if (coordinates !== null && Math.abs(Number(coordinates.latitude)) > 90)
    violations.push({ path: 'coordinates/latitude', message: 'is beyond 90 degrees' });
  if (coordinates !== null && Math.abs(Number(coordinates.longitude)) > 180)
    violations.push({ path: 'coordinates/longitude', message: 'is beyond 180 degrees' });
  return violations;
}

/** A named zone: an offset like +02:00 knows no daylight saving and is refused. */
export function isTimeZone(name: string): boolean {
  if (!/^(?:UTC|[A-Za-z_]+(?:\/[A-Za-z0-9_+-]+)+)$/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
