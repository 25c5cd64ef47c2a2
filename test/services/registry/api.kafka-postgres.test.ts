import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startRig, type Rig } from './rig.ts';

let rig: Rig;

before(async () => {
  rig = await startRig('registry_api');
});
after(() => rig.close());

const berlin = {
  locationId: 'berlin-1',
  partyId: 'DE-CSM',
  name: 'Berlin Alexanderplatz',
  country: 'DE',
  timeZone: 'Europe/Berlin',
};

test('a location is created, read, changed and listed', async () => {
  const created = await rig.call('POST', '/v1/locations', berlin);
  assert.equal(created.status, 201, JSON.stringify(created.body));
  assert.equal(created.body['createdBy'], 'key-of-test');
  const read = await rig.call('GET', '/v1/locations/berlin-1');
  assert.deepEqual(read.body, created.body);
  assert.equal(read.etag, `"${String(read.body['version'])}"`);
  const changed = await rig.call('PATCH', '/v1/locations/berlin-1', { city: 'Berlin' });
  assert.equal(changed.body['city'], 'Berlin');
  assert.ok(Number(changed.body['version']) > Number(created.body['version']));
  const listed = await rig.call('GET', '/v1/locations?country=DE');
  assert.deepEqual(listed.body['items'], [changed.body]);
});
