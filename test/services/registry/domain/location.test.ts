import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTimeZone, locationOf, locationViolations, patchedLocation } from '#services/registry/domain/location';

const berlin = { locationId: 'b', partyId: 'DE-CSM', name: 'Berlin', country: 'DE', timeZone: 'Europe/Berlin' };

test('a time zone has a name; an offset has no summer', () => {
  for (const zone of ['Europe/Berlin', 'America/Argentina/Buenos_Aires', 'UTC', 'Etc/GMT+5'])
    assert.ok(isTimeZone(zone), zone);
  for (const zone of ['+02:00', 'CEST', 'Europe/Atlantis', 'Berlin', '', 'Europe/Berlin '])
    assert.ok(!isTimeZone(zone), zone);
});

test('what is wrong with a location is named by its path', () => {
  const coordinates = { latitude: '90.00001', longitude: '-180.00001' };
  const location = locationOf({ ...berlin, timeZone: 'Mars/Olympus', coordinates });
  assert.deepEqual(
    locationViolations(location).map(({ path }) => path),
    ['timeZone', 'coordinates/latitude', 'coordinates/longitude'],
  );
  assert.deepEqual(
    locationViolations(locationOf({ ...berlin, coordinates: { latitude: '90.00000', longitude: '-180.00000' } })),
    [],
  );
});

test('a change keeps what it does not name', () => {
  const changed = patchedLocation(locationOf({ ...berlin, city: 'Berlin' }), { name: 'Mitte', city: null });
  assert.deepEqual(changed, locationOf({ ...berlin, name: 'Mitte' }));
});
