import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startRig, type Answer, type Rig } from './rig.ts';

let rig: Rig;

before(async () => {
  rig = await startRig('registry_api');
});
after(() => rig.close());

const berlin = { locationId: 'berlin-1', partyId: 'DE-CSM', name: 'Berlin', country: 'DE', timeZone: 'Europe/Berlin' };

const versionOf = ({ body }: Answer): number => Number(body['version']);
const pathsOf = ({ body }: Answer): string[] =>
  ((body['violations'] ?? []) as { path: string }[]).map(({ path }) => path);
const idsOf = ({ body }: Answer, id: string): unknown[] =>
  (body['items'] as Record<string, unknown>[]).map((item) => item[id]);

test('a location is created, read, changed, listed and deleted, with the actor of each change', async () => {
  const created = await rig.call('POST', '/v1/locations', berlin);
  assert.equal(created.status, 201, JSON.stringify(created.body));
  assert.equal(created.body['createdBy'], 'key-of-test');
  const read = await rig.call('GET', '/v1/locations/berlin-1');
  assert.deepEqual(read.body, created.body);
  assert.equal(read.etag, `"${versionOf(read)}"`);
  const changed = await rig.call('PATCH', '/v1/locations/berlin-1', { city: 'Berlin' });
  assert.equal(changed.body['city'], 'Berlin');
  assert.ok(versionOf(changed) > versionOf(created));
  assert.deepEqual((await rig.call('GET', '/v1/locations?country=DE')).body['items'], [changed.body]);
  assert.deepEqual((await rig.call('GET', '/v1/locations?country=NL')).body['items'], []);
  assert.equal((await rig.call('DELETE', '/v1/locations/berlin-1')).status, 204);
  assert.equal((await rig.call('GET', '/v1/locations/berlin-1')).status, 404);
  assert.equal((await rig.call('DELETE', '/v1/locations/berlin-1')).status, 404);
});

test('a change from a stale version is refused: 409 by body, 412 by header', async () => {
  const created = await rig.call('POST', '/v1/locations', { ...berlin, locationId: 'stale' });
  const changed = await rig.call('PATCH', '/v1/locations/stale', { name: 'B', version: versionOf(created) });
  assert.equal(changed.status, 200);
  const late = await rig.call('PATCH', '/v1/locations/stale', { name: 'C', version: versionOf(created) });
  assert.equal(late.status, 409);
  const header = { headers: { 'if-match': `"${versionOf(created)}"` } };
  assert.equal((await rig.call('PATCH', '/v1/locations/stale', { name: 'C' }, header)).status, 412);
  assert.equal((await rig.call('DELETE', '/v1/locations/stale', undefined, header)).status, 412);
  const fresh = { headers: { 'if-match': `"${versionOf(changed)}"` } };
  assert.equal((await rig.call('PATCH', '/v1/locations/stale', { name: 'C' }, fresh)).status, 200);
});

test('of two changes from one version, made at once, one wins', async () => {
  const created = await rig.call('POST', '/v1/locations', { ...berlin, locationId: 'race' });
  const body = (name: string) => ({ name, version: versionOf(created) });
  const answers = await Promise.all(
    ['a', 'b', 'c', 'd'].map((name) => rig.call('PATCH', '/v1/locations/race', body(name))),
  );
  assert.deepEqual(answers.filter(({ status }) => status === 200).length, 1);
});

test('a change that changes nothing makes no version', async () => {
  const created = await rig.call('POST', '/v1/parties', { partyId: 'FR-ABC', name: 'A' });
  const same = await rig.call('PATCH', '/v1/parties/FR-ABC', { name: 'A' });
  assert.equal(versionOf(same), versionOf(created));
});

test('a malformed request names every violation by its path', async () => {
  const bad = await rig.call('POST', '/v1/stations', {
    stationId: 'a:b',
    heartbeatSeconds: 1,
    evses: [{ evseId: 0, publicId: 'lower case' }],
    color: 'red',
  });
  assert.equal(bad.status, 400);
  assert.deepEqual(pathsOf(bad).toSorted(), [
    'body/color',
    'body/evses/0/evseId',
    'body/evses/0/publicId',
    'body/heartbeatSeconds',
    'body/stationId',
  ]);
  assert.deepEqual(pathsOf(await rig.call('POST', '/v1/stations', {})), ['body/stationId']);
  assert.deepEqual(pathsOf(await rig.call('POST', '/v1/locations', { ...berlin, timeZone: 'Mars/Olympus' })), [
    'body/timeZone',
  ]);
  assert.deepEqual(
    pathsOf(await rig.call('POST', '/v1/locations', { ...berlin, locationId: 'x', partyId: 'DE-NIL' })),
    ['body/partyId'],
  );
  assert.deepEqual(pathsOf(await rig.call('GET', '/v1/stations?limit=1001&sort=up')).toSorted(), [
    'querystring/limit',
    'querystring/sort',
  ]);
  assert.deepEqual(pathsOf(await rig.call('GET', '/v1/stations?cursor=nonsense')), ['querystring/cursor']);
  assert.equal((await rig.call('POST', '/v1/stations', '{')).status, 400);
  assert.equal((await rig.call('POST', '/v1/stations', 'null')).status, 400);
  assert.equal((await rig.call('GET', '/v1/stations/a%3Ab')).status, 400);
  assert.equal((await rig.call('GET', '/v1/nothing')).status, 404);
});

test('lists come in pages that hold every row once, also while rows are added', async () => {
  const ids = Array.from({ length: 25 }, (_, index) => `page-${String(index).padStart(2, '0')}`);
  const stations = ids.map((stationId) => ({ stationId }));
  assert.equal((await rig.call('PUT', '/v1/stations', { stations })).status, 200);
  const seen: unknown[] = [];
  let cursor = '';
  for (let pages = 0; pages < 10; pages++) {
    const page = await rig.call('GET', `/v1/stations?prefix=page-&limit=10${cursor}`);
    seen.push(...idsOf(page, 'stationId'));
    if (page.body['nextCursor'] === null) break;
    cursor = `&cursor=${page.body['nextCursor'] as string}`;
    if (pages === 0) await rig.call('POST', '/v1/stations', { stationId: 'page-00a' });
  }
  assert.deepEqual(seen, ids);
});

test('stations are found by place, vendor and whether they are enabled', async () => {
  await rig.call('POST', '/v1/locations', { ...berlin, locationId: 'filters' });
  await rig.call('POST', '/v1/stations', { stationId: 'f1', locationId: 'filters', vendor: 'ACME' });
  await rig.call('POST', '/v1/stations', { stationId: 'f2', locationId: 'filters', enabled: false });
  const found = async (query: string) => idsOf(await rig.call('GET', `/v1/stations?${query}`), 'stationId');
  assert.deepEqual(await found('locationId=filters'), ['f1', 'f2']);
  assert.deepEqual(await found('locationId=filters&enabled=false'), ['f2']);
  assert.deepEqual(await found('vendor=ACME'), ['f1']);
});

test('a place that something names stays; what names a missing place is refused', async () => {
  await rig.call('POST', '/v1/locations', { ...berlin, locationId: 'used' });
  await rig.call('POST', '/v1/stations', { stationId: 'u1', locationId: 'used' });
  assert.equal((await rig.call('DELETE', '/v1/locations/used')).status, 409);
  await rig.call('PATCH', '/v1/stations/u1', { locationId: null });
  await rig.call('POST', '/v1/tokens', { uid: 'U1', locationIds: ['used'] });
  const bound = await rig.call('DELETE', '/v1/locations/used');
  assert.equal(bound.status, 409);
  assert.equal((await rig.call('GET', '/v1/locations/used')).status, 200);
  assert.equal((await rig.call('DELETE', '/v1/parties/DE-CSM')).status, 409);
  const nowhere = await rig.call('POST', '/v1/stations', { stationId: 'u2', locationId: 'missing' });
  assert.equal(nowhere.status, 422);
  assert.deepEqual(pathsOf(nowhere), ['body/locationId']);
  assert.deepEqual(pathsOf(await rig.call('POST', '/v1/tokens', { uid: 'U2', locationIds: ['missing'] })), [
    'body/locationIds',
  ]);
  assert.equal((await rig.call('GET', '/v1/stations/u2')).status, 404);
});

test('an EVSE is put, read and removed; its public id belongs to one station', async () => {
  await rig.call('POST', '/v1/stations', { stationId: 'e1' });
  await rig.call('POST', '/v1/stations', { stationId: 'e2' });
  const put = await rig.call('PUT', '/v1/stations/e1/evses/2', { publicId: 'DE*CSM*E1*2', label: 'right' });
  assert.equal(put.status, 200, JSON.stringify(put.body));
  const read = await rig.call('GET', '/v1/stations/e1/evses/2');
  assert.equal(read.body['publicId'], 'DE*CSM*E1*2');
  const taken = await rig.call('PUT', '/v1/stations/e2/evses/1', { publicId: 'DE*CSM*E1*2' });
  assert.equal(taken.status, 409);
  assert.equal((await rig.call('DELETE', '/v1/stations/e1/evses/2')).status, 200);
  assert.equal((await rig.call('GET', '/v1/stations/e1/evses/2')).status, 404);
  assert.equal((await rig.call('PUT', '/v1/stations/e2/evses/1', { publicId: 'DE*CSM*E1*2' })).status, 200);
  assert.deepEqual(idsOf(await rig.call('GET', '/v1/stations/e1/evses'), 'evseId'), [1]);
});

test('security profile 0 is refused without, and warned of with, an explicit yes', async () => {
  const refused = await rig.call('POST', '/v1/stations', { stationId: 'p0', securityProfile: 0 });
  assert.deepEqual(pathsOf(refused), ['body/securityProfile']);
  const body = { stationId: 'p0', securityProfile: 0, acceptsUnauthenticated: true };
  const accepted = await rig.call('POST', '/v1/stations', body);
  assert.equal(accepted.status, 201);
  assert.equal((accepted.body['warnings'] as string[]).length, 1);
});

test('a bulk call that has a fault writes nothing, one without is repeated without effect', async () => {
  const stations = ['b1', 'b2'].map((stationId) => ({ stationId, credential: credential(stationId) }));
  const faulty = { stations: [...stations, { stationId: '1.6' }, { stationId: 'b1' }] };
  const refused = await rig.call('PUT', '/v1/stations', faulty);
  assert.deepEqual(pathsOf(refused), ['body/stations/2/stationId', 'body/stations/3/stationId']);
  assert.equal((await rig.call('GET', '/v1/stations/b1')).status, 404);
  const counts = async (body: object) => (await rig.call('PUT', '/v1/stations', body)).body;
  assert.deepEqual(await counts({ stations }), { created: 2, updated: 0, unchanged: 0 });
  assert.deepEqual(await counts({ stations }), { created: 0, updated: 0, unchanged: 2 });
  const rotated = [
    { ...stations[0], credential: credential('another') },
    { ...stations[1], vendor: 'ACME' },
  ];
  assert.deepEqual(await counts({ stations: rotated }), { created: 0, updated: 2, unchanged: 0 });
  const chosen = {
    stations: [{ stationId: 'b3', credential: { password: 'correct horse battery', generated: true } }],
  };
  assert.deepEqual(pathsOf(await rig.call('PUT', '/v1/stations', chosen)), ['body/stations/0/credential/password']);
  const tokens = [{ uid: 'bulk-1' }, { uid: 'BULK-1 ' }];
  assert.deepEqual(pathsOf(await rig.call('PUT', '/v1/tokens', { tokens })), ['body/tokens/1/uid']);
});

test('each role may do what is its own', async () => {
  const body = { partyId: 'NL-ROL', name: 'Roles' };
  assert.equal((await rig.call('POST', '/v1/parties', body, { role: 'viewer' })).status, 403);
  assert.equal((await rig.call('GET', '/v1/parties', undefined, { role: 'viewer' })).status, 200);
  assert.equal((await rig.call('POST', '/v1/parties', body, { role: 'operator' })).status, 201);
  assert.equal((await rig.call('GET', '/v1/keys', undefined, { role: 'operator' })).status, 403);
  assert.equal((await rig.call('GET', '/v1/keys', undefined, { role: 'platform' })).status, 200);
  assert.equal((await rig.call('POST', '/v1/tenants', {}, { role: 'operator' })).status, 403);
  const stranger = await fetch(`${rig.url}/v1/parties`, {
    headers: { 'x-tenant-id': 'default', 'x-role': 'platform' },
  });
  assert.equal(stranger.status, 401);
});

function credential(seed: string): { password: string; generated: true } {
  return { password: Buffer.from(`${seed}/of/a/random/source/`).toString('base64url').slice(0, 32), generated: true };
}

test('services ask for the names behind tokens; an erased token has none, and another tenant asks in vain', async () => {
  const issued = { uid: '04RESOLVE', issuer: 'NL-EMP', contractId: 'NL-EMP-C1' };
  const { tokenRef } = (await rig.call('POST', '/v1/tokens', issued)).body;
  const resolve = async (tenantId: string) =>
    (await rig.call('POST', '/internal/tokens/resolve', { tenantId, tokenRefs: [tokenRef] })).body['items'];
  assert.deepEqual(await resolve('default'), [{ tokenRef, ...issued }]);
  assert.deepEqual(await resolve('acme'), []);
  assert.equal((await rig.call('POST', '/v1/tokens', { uid: '04BAD', issuer: 'nl-emp' })).status, 400);
  await rig.call('DELETE', `/v1/tokens/${String(tokenRef)}`);
  assert.deepEqual(await resolve('default'), []);
});

test('services ask for the tokens of a local list: those named, and those of a group, of their tenant alone', async () => {
  const expiresAt = '2030-01-01T00:00:00Z';
  const member = { uid: '04LISTED1', type: 'ISO14443', groupId: 'LISTED-GROUP', expiresAt, status: 'Blocked' };
  await rig.call('POST', '/v1/tokens', member);
  const named = (await rig.call('POST', '/v1/tokens', { uid: '04LISTED2' })).body['tokenRef'];
  const listed = async (asked: object) => {
    const body = { tenantId: 'default', tokenRefs: [], groupId: null, limit: 10, ...asked };
    const items = (await rig.call('POST', '/internal/tokens/listed', body)).body['items'] as Record<string, unknown>[];
    return items
      .map(({ tokenRef: _ref, ...token }) => token)
      .toSorted((a, b) => String(a['uid']).localeCompare(String(b['uid'])));
  };
  const other = { uid: '04LISTED2', type: 'ISO14443', status: 'Accepted', expiresAt: null, groupId: null };
  assert.deepEqual(await listed({ groupId: 'LISTED-GROUP' }), [member]);
  assert.deepEqual(await listed({ groupId: 'LISTED-GROUP', tokenRefs: [named] }), [member, other]);
  assert.equal((await listed({ groupId: 'LISTED-GROUP', tokenRefs: [named], limit: 1 })).length, 2);
  assert.deepEqual(await listed({}), []);
  assert.deepEqual(await listed({ tenantId: 'acme', groupId: 'LISTED-GROUP', tokenRefs: [named] }), []);
});
