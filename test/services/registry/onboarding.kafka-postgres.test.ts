// Templates, acceptance, and what stations shall be configured as, over the API and in the log.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startRig, type Rig } from './rig.ts';

let rig: Rig;

before(async () => {
  rig = await startRig('registry_onboarding');
});
after(() => rig.close());

async function toldOf(stationId: string, fits: (told: { onboarded: boolean; bootPolicy: string }) => boolean) {
  const { record } = await rig.seen(
    stationId,
    ({ topic, record: told }) =>
      topic === rig.topics.stations && told?.type === 'StationRegistered' && told.stationId === stationId && fits(told),
  );
  assert.ok(record?.type === 'StationRegistered');
  return record;
}

test('a station begins with what its template says, and the template stays while it is named', async () => {
  const template = {
    heartbeatSeconds: 77,
    bootPolicy: 'pending',
    defaultSubprotocol: 'ocpp1.6',
    evses: [{ evseId: 1 }, { evseId: 2 }],
    traits: { pings: false },
    configuration: [{ variable: 'HeartbeatInterval', value: '77' }],
  };
  assert.equal((await rig.call('PUT', '/v1/templates/two-evses', template)).status, 200);
  const { status, body } = await rig.call('POST', '/v1/stations', { stationId: 'T-1', templateId: 'two-evses' });
  assert.equal(status, 201);
  assert.deepEqual(
    [body['heartbeatSeconds'], body['bootPolicy'], body['defaultSubprotocol'], (body['evses'] as unknown[]).length],
    [77, 'pending', 'ocpp1.6', 2],
  );
  const told = await toldOf('T-1', () => true);
  assert.deepEqual([told.bootPolicy, told.traits?.pings, told.traits?.callsBeforeBoot], ['pending', false, null]);
  assert.equal((await rig.call('DELETE', '/v1/templates/two-evses')).status, 409);
  assert.equal((await rig.call('POST', '/v1/stations', { stationId: 'T-2', templateId: 'none' })).status, 422);
});

test("a tenant's boot policy is that of new stations which say nothing else", async () => {
  await rig.call('POST', '/v1/tenants', { tenantId: 'strict', name: 'S', bootPolicy: 'pending' }, { role: 'platform' });
  const as = { tenant: 'strict' };
  const made = await rig.call('POST', '/v1/stations', { stationId: 'P-1' }, as);
  assert.equal(made.body['bootPolicy'], 'pending');
  const open = await rig.call('POST', '/v1/stations', { stationId: 'P-2', bootPolicy: 'accept' }, as);
  assert.equal(open.body['bootPolicy'], 'accept');
  const bulk = await rig.call('PUT', '/v1/stations', { stations: [{ stationId: 'P-3' }] }, as);
  assert.equal(bulk.status, 200);
  assert.equal((await rig.call('GET', '/v1/stations/P-3', undefined, as)).body['bootPolicy'], 'pending');
});

test('a station is accepted once, by an operator or because it was configured; gateways hear it, a repeat tells nothing', async () => {
  await rig.call('POST', '/v1/stations', { stationId: 'A-1', bootPolicy: 'pending' });
  assert.equal((await toldOf('A-1', () => true)).onboarded, false);
  const path = '/v1/stations/A-1/acceptance';
  assert.equal((await rig.call('GET', path)).body['accepted'], false);
  const named = { tenantId: 'default', stationId: 'A-1' };
  assert.equal((await rig.call('POST', '/internal/stations/onboarded', named)).status, 204);
  const told = await toldOf('A-1', ({ onboarded }) => onboarded);
  assert.equal((await rig.call('POST', '/internal/stations/onboarded', named)).status, 204);
  assert.equal((await rig.call('PUT', path, { accepted: true })).body['acceptedBy'], 'onboarding');
  const { body } = await rig.call('GET', '/v1/stations/A-1');
  assert.equal(body['version'], told.rowVersion, 'nothing was written anew');
  assert.equal((await rig.call('PUT', path, { accepted: false })).body['accepted'], false);
  const again = await toldOf('A-1', ({ onboarded }) => !onboarded);
  assert.equal(again.bootPolicy, 'pending');
  assert.equal((await rig.call('GET', '/v1/stations/NOBODY/acceptance')).status, 404);
});

test('replacing a station in bulk leaves it accepted; registering it anew does not', async () => {
  await rig.call('POST', '/v1/stations', { stationId: 'A-2', bootPolicy: 'pending' });
  await rig.call('PUT', '/v1/stations/A-2/acceptance', { accepted: true });
  await rig.call('PUT', '/v1/stations', { stations: [{ stationId: 'A-2', bootPolicy: 'pending', model: 'M' }] });
  assert.equal((await rig.call('GET', '/v1/stations/A-2/acceptance')).body['accepted'], true);
  await rig.call('DELETE', '/v1/stations/A-2');
  await rig.call('POST', '/v1/stations', { stationId: 'A-2', bootPolicy: 'pending' });
  assert.equal((await rig.call('GET', '/v1/stations/A-2/acceptance')).body['accepted'], false);
});

test('what a station said of itself finds its template where its registration does not name one', async () => {
  await rig.call('PUT', '/v1/templates/umbra', {
    vendor: 'Umbra',
    configuration: [
      { variable: 'A', value: '1' },
      { variable: 'B', value: '1' },
    ],
  });
  await rig.call('POST', '/v1/stations', { stationId: 'W-1', configuration: [{ variable: 'B', value: '2' }] });
  const wanted = async (vendor: string | null) => {
    const stations = [{ stationId: 'W-1', vendor, model: null, firmwareVersion: null }];
    const { body } = await rig.call('POST', '/internal/stations/wanted', { tenantId: 'default', stations });
    return body['items'];
  };
  const own = { variable: 'B', value: '2' };
  assert.deepEqual(await wanted('UMBRA'), [
    {
      stationId: 'W-1',
      bootPolicy: 'accept',
      onboarded: false,
      templateId: 'umbra',
      configuration: [{ variable: 'A', value: '1' }, own],
    },
  ]);
  assert.deepEqual(await wanted(null), [
    { stationId: 'W-1', bootPolicy: 'accept', onboarded: false, templateId: null, configuration: [own] },
  ]);
});

test('a secret is no configuration of a station or a template', async () => {
  const configuration = [{ variable: 'AuthorizationKey', value: '00' }];
  const ofTemplate = await rig.call('PUT', '/v1/templates/secret', { configuration });
  assert.equal(ofTemplate.status, 400);
  const ofStation = await rig.call('POST', '/v1/stations', { stationId: 'S-1', configuration });
  assert.equal(ofStation.status, 400);
});
