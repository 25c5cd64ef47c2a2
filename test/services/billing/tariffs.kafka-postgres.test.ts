// What operators write of prices: refused by path, versioned, guarded against each other, and told to the log.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { demoTariff } from '#infra/local/demo-tariff';
import { eventually, itemsOf, openRig, type Answer, type Rig } from './rig.ts';

let rig: Rig;
before(async () => {
  rig = await openRig();
});
after(() => rig.close());

const content = { partyId: 'DE-CSM', currency: 'EUR' };
const flat = (price: string, more: object = {}) => ({ priceComponents: [{ type: 'FLAT', price, ...more }] });
const pathsOf = ({ body }: Answer): string[] => (body['violations'] as { path: string }[]).map(({ path }) => path);
const create = (tariffId: string, more: object = {}): Promise<Answer> =>
  rig.ask('POST', '/v1/tariffs', { tariffId, ...content, elements: [flat('1')], ...more });
const assign = (assignmentId: string, tariffId: string, place: object): Promise<Answer> =>
  rig.ask('POST', '/v1/tariff-assignments', { assignmentId, tariffId, ...place });

test('a tariff that OCPI forbids is refused with every violation named by its path', async () => {
  const shapes: readonly [string, object][] = [
    ['body/elements', { elements: [] }],
    ['body/elements/0/priceComponents', { elements: [{ priceComponents: [] }] }],
    ['body/elements/0/priceComponents/0/price', { elements: [flat('-1')] }],
    ['body/elements/0/priceComponents/0/price', { elements: [flat('1.00001')] }],
    ['body/elements/0/priceComponents/0/vat', { elements: [flat('1', { vat: '-1' })] }],
    ['body/elements/0/priceComponents/0/vat', { elements: [flat('1', { vat: '101' })] }],
    ['body/elements/0/priceComponents/0/stepSize', { elements: [flat('1', { stepSize: 1.5 })] }],
    ['body/currency', { currency: 'euro' }],
    ['body/currency', { currency: 'EUX' }],
    [
      'body/elements/0/priceComponents/1/type',
      { elements: [{ priceComponents: [...flat('1').priceComponents, ...flat('2').priceComponents] }] },
    ],
    ['body/endAt', { startAt: '2026-01-02T00:00:00Z', endAt: '2026-01-01T00:00:00Z' }],
  ];
  for (const [path, more] of shapes) {
    const answer = await create('forbidden', more);
    assert.equal(answer.status, 400, JSON.stringify(more));
    assert.deepEqual(pathsOf(answer), [path], JSON.stringify(answer.body));
  }
  assert.equal((await rig.ask('GET', '/v1/tariffs/forbidden')).status, 404);
});

test('what is left out is nothing, and the answer says what is odd and what is not priced yet', async () => {
  const elements = [flat('1'), { ...flat('2'), restrictions: { minKwh: '10' } }];
  const created = await create('odd', { elements, startAt: '2026-01-01T01:00:00+01:00' });
  assert.equal(created.status, 201);
  assert.deepEqual(
    [created.body['startAt'], created.body['minPrice'], created.body['altText']],
    ['2026-01-01T00:00:00.000Z', null, []],
  );
  const notices = (name: string): string[] => (created.body[name] as { path: string }[]).map(({ path }) => path);
  assert.deepEqual(notices('warnings'), ['elements/1/priceComponents/0']);
  assert.deepEqual(notices('notPricedYet'), ['elements/1/restrictions']);
  assert.deepEqual((await rig.ask('GET', '/v1/tariffs/odd')).body, created.body);
});

test('a tariff that we cannot price is not given to a place, nor does an assigned one become such', async () => {
  const restricted = [{ ...flat('1'), restrictions: { minKwh: '10' } }];
  await create('restricted', { elements: restricted });
  const refused = await assign('a-restricted', 'restricted', { stationId: 'S-r' });
  assert.equal(refused.status, 422);
  assert.match(JSON.stringify(refused.body['violations']), /body\/tariffId.*restrictions are not priced yet/);
  await create('plain');
  assert.equal((await assign('a-plain', 'plain', { stationId: 'S-r' })).status, 201);
  const changed = await rig.ask('PUT', '/v1/tariffs/plain', { ...content, elements: restricted });
  assert.deepEqual([changed.status, pathsOf(changed)], [422, ['body/elements/0/restrictions']]);
  const stepped = await rig.ask('PUT', '/v1/tariffs/plain', { ...content, elements: [flat('1', { stepSize: 60 })] });
  assert.deepEqual(pathsOf(stepped), ['body/elements/0/priceComponents/0/stepSize']);
});

test('a change is a new version; who knows a stale one is told, by header or in the body', async () => {
  const created = await create('versioned');
  const replacement = { ...content, elements: [flat('2')] };
  const headers = { 'if-match': created.etag ?? '' };
  const changed = await rig.ask('PUT', '/v1/tariffs/versioned', replacement, { headers });
  assert.equal(changed.status, 200);
  assert.ok(Number(changed.body['version']) > Number(created.body['version']));
  assert.equal((await rig.ask('PUT', '/v1/tariffs/versioned', replacement, { headers })).status, 412);
  const version = created.body['version'];
  assert.equal((await rig.ask('PUT', '/v1/tariffs/versioned', { ...replacement, version })).status, 409);
  const same = await rig.ask('PUT', '/v1/tariffs/versioned', replacement);
  assert.equal(same.body['version'], changed.body['version']);
  assert.equal((await create('versioned')).status, 409);
  assert.equal((await rig.ask('DELETE', '/v1/tariffs/versioned')).status, 204);
  const first = await rig.ask('GET', '/v1/tariffs/versioned/versions?limit=2');
  const second = await rig.ask('GET', `/v1/tariffs/versioned/versions?cursor=${String(first.body['nextCursor'])}`);
  assert.deepEqual(
    [...itemsOf(first), ...itemsOf(second)].map(({ operation, actor }) => [operation, actor]),
    [
      ['deleted', 'key-1'],
      ['updated', 'key-1'],
      ['created', 'key-1'],
    ],
  );
});

test('a place has one tariff, a tariff in use stays, and an assignment names one place', async () => {
  await create('used');
  await create('other');
  assert.equal((await assign('all', 'used', {})).status, 201);
  assert.equal((await assign('all-again', 'other', {})).status, 409);
  assert.equal((await rig.ask('DELETE', '/v1/tariffs/used')).status, 409);
  assert.deepEqual(pathsOf(await assign('x', 'nowhere', { stationId: 'S-x' })), ['body/tariffId']);
  assert.deepEqual(pathsOf(await assign('x', 'used', { stationId: 'S-x', locationId: 'L' })), ['body/stationId']);
  assert.deepEqual(pathsOf(await assign('x', 'used', { evseId: 1 })), ['body/evseId']);
  const moved = await rig.ask('PATCH', '/v1/tariff-assignments/all', { tariffId: 'other' });
  assert.deepEqual([moved.status, moved.body['tariffId']], [200, 'other']);
  assert.equal((await rig.ask('DELETE', '/v1/tariffs/used')).status, 204);
  assert.equal((await rig.ask('DELETE', '/v1/tariff-assignments/all')).status, 204);
  assert.equal((await rig.ask('DELETE', '/v1/tariffs/other')).status, 204);
});

test('tenants do not see each other, and a viewer changes nothing', async () => {
  await create('mine');
  const other = { tenant: 'other' };
  assert.equal((await rig.ask('GET', '/v1/tariffs/mine', undefined, other)).status, 404);
  assert.deepEqual(itemsOf(await rig.ask('GET', '/v1/tariffs', undefined, other)), []);
  assert.equal((await rig.ask('GET', '/v1/tariffs/mine/versions', undefined, other)).status, 404);
  assert.equal((await rig.ask('DELETE', '/v1/tariffs/mine', undefined, other)).status, 404);
  assert.equal((await rig.ask('DELETE', '/v1/tariffs/mine', undefined, { role: 'viewer' })).status, 403);
  assert.equal((await rig.ask('GET', '/v1/tariffs/mine', undefined, { role: 'viewer' })).status, 200);
});

test('every change is told to the log with its version, by which readers know what is newer', async () => {
  await rig.ask('POST', '/v1/tariffs', demoTariff);
  await assign('told', 'demo', { locationId: 'L-told' });
  await rig.ask('DELETE', '/v1/tariff-assignments/told');
  const changes = await eventually(
    async () => (await rig.changes()).filter(({ id }) => id === 'demo' || id === 'told'),
    (found) => found.length === 3,
    'three changes',
  );
  assert.deepEqual(
    changes.map(({ kind, operation }) => [kind, operation]),
    [
      ['tariff', 'created'],
      ['tariff-assignment', 'created'],
      ['tariff-assignment', 'deleted'],
    ],
  );
  assert.deepEqual(JSON.parse(changes[0]?.currentJson ?? ''), demoTariff);
  assert.equal(changes[2]?.currentJson, null);
  const versions = changes.map(({ rowVersion }) => rowVersion);
  assert.deepEqual(
    versions,
    versions.toSorted((left, right) => left - right),
  );
});
