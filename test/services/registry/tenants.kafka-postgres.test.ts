import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import pg from 'pg';
import { startRig, type Rig } from './rig.ts';

let rig: Rig;

before(async () => {
  rig = await startRig('registry_tenants');
  for (const tenantId of ['acme', 'beta']) {
    const created = await rig.call('POST', '/v1/tenants', { tenantId, name: tenantId }, { role: 'platform' });
    assert.equal(created.status, 201);
    await rig.call('POST', '/v1/parties', { partyId: 'DE-ABC', name: tenantId }, { tenant: tenantId });
  }
});
after(() => rig.close());

const berlin = { partyId: 'DE-ABC', name: 'Berlin', country: 'DE', timeZone: 'Europe/Berlin' };

type Act = { readonly name: string; run(tenant: string, id: string): Promise<unknown> };

const as = (tenant: string) => ({ tenant, role: 'platform' });
const acts: readonly Act[] = [
  {
    name: 'put location',
    run: (tenant, id) => rig.call('POST', '/v1/locations', { ...berlin, locationId: id }, as(tenant)),
  },
  {
    name: 'change location',
    run: (tenant, id) => rig.call('PATCH', `/v1/locations/${id}`, { name: `of ${tenant}` }, as(tenant)),
  },
  { name: 'delete location', run: (tenant, id) => rig.call('DELETE', `/v1/locations/${id}`, undefined, as(tenant)) },
  {
    name: 'put station',
    run: (tenant, id) => rig.call('POST', '/v1/stations', { stationId: id, vendor: tenant }, as(tenant)),
  },
  {
    name: 'change station',
    run: (tenant, id) => rig.call('PATCH', `/v1/stations/${id}`, { model: tenant }, as(tenant)),
  },
  { name: 'delete station', run: (tenant, id) => rig.call('DELETE', `/v1/stations/${id}`, undefined, as(tenant)) },
  { name: 'new password', run: (tenant, id) => rig.call('POST', `/v1/stations/${id}/credentials`, {}, as(tenant)) },
  {
    name: 'put token',
    run: (tenant, id) => rig.call('PUT', '/v1/tokens', { tokens: [{ uid: id, label: tenant }] }, as(tenant)),
  },
  { name: 'new key', run: (tenant, id) => rig.call('POST', '/v1/keys', { role: 'viewer', label: id }, as(tenant)) },
];
const lists = ['/v1/parties', '/v1/locations', '/v1/stations', '/v1/tokens', '/v1/keys'];

async function everythingOf(tenant: string): Promise<string> {
  const pages = await Promise.all(lists.map((path) => rig.call('GET', `${path}?limit=1000`, undefined, as(tenant))));
  return JSON.stringify(pages.map(({ body }) => body['items']));
}

test('whatever one tenant does, another sees and keeps exactly what it had', async () => {
  const seed = Number(process.env['TEST_SEED'] ?? Date.now() % 1_000_000);
  const step = fc.tuple(fc.nat(acts.length - 1), fc.constantFrom('x1', 'x2', 'x3'));
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      const before = await everythingOf('beta');
      for (const [act, id] of steps) await acts[act]?.run('acme', id);
      assert.equal(await everythingOf('beta'), before);
      for (const [act, id] of steps) await acts[act]?.run('beta', id);
      const own = await everythingOf('acme');
      await acts[2]?.run('beta', 'x1');
      await acts[5]?.run('beta', 'x1');
      assert.equal(await everythingOf('acme'), own);
    }),
    { numRuns: 8, seed },
  );
});

test('the same id in two tenants is two things', async () => {
  const one = await rig.call('POST', '/v1/stations', { stationId: 'same', vendor: 'one' }, as('acme'));
  const two = await rig.call('POST', '/v1/stations', { stationId: 'same', vendor: 'two' }, as('beta'));
  assert.deepEqual([one.status, two.status], [201, 201]);
  assert.equal((await rig.call('GET', '/v1/stations/same', undefined, as('acme'))).body['vendor'], 'one');
  await rig.seen('of acme', ({ topic, key }) => topic === rig.topics.stations && key === 'acme/same');
  await rig.seen('of beta', ({ topic, key }) => topic === rig.topics.stations && key === 'beta/same');
});

test('one card is another token in another tenant', async () => {
  const refs = await Promise.all(
    ['acme', 'beta'].map(
      async (tenant) => (await rig.call('POST', '/v1/tokens', { uid: '04CAFE' }, as(tenant))).body['tokenRef'],
    ),
  );
  assert.notEqual(refs[0], refs[1]);
});

test('a tenant that does not exist has nothing and gets nothing', async () => {
  assert.deepEqual((await rig.call('GET', '/v1/stations', undefined, as('nobody'))).body['items'], []);
  assert.equal((await rig.call('POST', '/v1/stations', { stationId: 'n1' }, as('nobody'))).status, 422);
});

test('tenants are listed, renamed and exist once', async () => {
  const platform = { role: 'platform' };
  const listed = await rig.call('GET', '/v1/tenants', undefined, platform);
  assert.deepEqual(
    (listed.body['items'] as { tenantId: string }[]).map(({ tenantId }) => tenantId),
    ['acme', 'beta', 'default'],
  );
  assert.equal((await rig.call('POST', '/v1/tenants', { tenantId: 'acme', name: 'again' }, platform)).status, 409);
  const { version } = (await rig.call('GET', '/v1/tenants/acme', undefined, platform)).body;
  assert.equal((await rig.call('PATCH', '/v1/tenants/acme', { name: 'Acme', version }, platform)).status, 200);
  assert.equal((await rig.call('PATCH', '/v1/tenants/acme', { name: 'Late', version }, platform)).status, 409);
  assert.equal((await rig.call('POST', '/v1/tenants', { tenantId: 'No Spaces', name: 'x' }, platform)).status, 400);
  await rig.seen(
    'rename',
    ({ record }) => record?.type === 'RegistryChanged' && record.kind === 'tenant' && record.operation === 'updated',
  );
});

test('the database itself shows the API role the rows of the one tenant that it acts for', async () => {
  const client = new pg.Client({ connectionString: rig.databaseUrl });
  await client.connect();
  try {
    await client.query('set search_path to registry_own; begin; set local role registry_api');
    const tables = ['parties', 'locations', 'stations', 'public_evses', 'credentials', 'tokens', 'keys', 'tenants'];
    const counted = async (table: string) =>
      Number((await client.query(`select count(*) as n from ${table}`)).rows[0]?.n);
    for (const table of tables) assert.equal(await counted(table), 0, `${table} without a tenant`);
    await client.query(`set local app.tenant_id to 'acme'`);
    const { rows } = await client.query('select distinct tenant_id from parties');
    assert.deepEqual(rows, [{ tenant_id: 'acme' }]);
    const stolen = client.query(`update parties set tenant_id = 'beta'`);
    await assert.rejects(stolen, /row-level security/);
  } finally {
    await client.end();
  }
});
