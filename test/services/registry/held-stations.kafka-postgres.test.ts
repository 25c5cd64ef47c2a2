// Stations that nobody registered, held for an operator: bounded, approved with a password that is shown once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openDatabase } from '#kit/postgres';
import { createLogger } from '#kit/logger';
import { heldMax } from '#services/registry/store/held';
import { startRig, type Rig } from './rig.ts';

let rig: Rig;
const platform = { role: 'platform' };

before(async () => {
  rig = await startRig('registry_held');
  await rig.call('PATCH', '/v1/tenants/default', { unknownStations: 'hold' }, platform);
});
after(() => rig.close());

async function knock(stationId: string, more: object = {}): Promise<number> {
  const body = { tenantId: 'default', stationId, address: '192.0.2.1', subprotocols: 'ocpp1.6', ...more };
  return (await rig.call('POST', '/internal/stations/held', body)).status;
}

async function heldIds(): Promise<unknown[]> {
  const { body } = await rig.call('GET', '/v1/held-stations');
  return (body['items'] as { stationId: string }[]).map(({ stationId }) => stationId);
}

test('who knocks is listed with where it knocked from, and how often', async () => {
  assert.equal(await knock('H-1'), 204);
  await knock('H-1', { address: '192.0.2.2', subprotocols: `ocpp1.6,${'x'.repeat(200)}` });
  const { body } = await rig.call('GET', '/v1/held-stations');
  const [held] = body['items'] as Record<string, unknown>[];
  assert.deepEqual([held?.['stationId'], held?.['address'], held?.['knocks']], ['H-1', '192.0.2.2', 2]);
  assert.equal(String(held?.['subprotocols']).length, 100);
});

test('approved, it is registered with a password that is shown once, and held no more', async () => {
  await knock('H-2');
  const approved = await rig.call('POST', '/v1/held-stations/H-2/approve', { bootPolicy: 'pending' });
  assert.equal(approved.status, 201);
  assert.match(String(approved.body['password']), /^[0-9a-f]{40}$/);
  assert.equal(approved.body['bootPolicy'], 'pending');
  assert.equal((await heldIds()).includes('H-2'), false);
  assert.equal((await rig.call('POST', '/v1/held-stations/H-2/approve', {})).status, 404);
  await knock('H-2');
  assert.equal((await heldIds()).includes('H-2'), false, 'a registered station is not held');
});

test('dismissed, it is gone until it knocks again; who never knocked cannot be approved', async () => {
  await knock('H-3');
  assert.equal((await rig.call('DELETE', '/v1/held-stations/H-3')).status, 204);
  assert.equal((await rig.call('DELETE', '/v1/held-stations/H-3')).status, 404);
  await knock('H-3');
  assert.equal((await heldIds()).includes('H-3'), true);
  assert.equal((await rig.call('POST', '/v1/held-stations/NOBODY/approve', {})).status, 404);
  const other = await rig.call('POST', '/v1/held-stations/H-3/approve', {}, { role: 'viewer' });
  assert.equal(other.status, 403);
});

test('a tenant that refuses unknown stations holds none, nor does one that does not exist', async () => {
  await rig.call('POST', '/v1/tenants', { tenantId: 'closed', name: 'C' }, platform);
  assert.equal(await knock('H-4', { tenantId: 'closed' }), 204);
  assert.equal(await knock('H-4', { tenantId: 'nobody' }), 204);
  const { body } = await rig.call('GET', '/v1/held-stations', undefined, { tenant: 'closed' });
  assert.deepEqual(body['items'], []);
});

test('invented identities fill a bounded list and displace nobody; who stays away is forgotten', async () => {
  const database = await openDatabase({
    url: rig.databaseUrl,
    role: 'registry',
    schema: 'registry_own',
    poolMax: 2,
    logger: createLogger('test', 'silent'),
  });
  try {
    const known = (await heldIds()).length;
    await database.query(
      `insert into held_stations select 'default', 'X-' || n, '', '', now(), now(), 1 from generate_series(1, $1::int) as n`,
      [heldMax - known],
    );
    await knock('ONE-MORE');
    await knock('H-1');
    const count = async (where: string): Promise<unknown> =>
      (
        await database.query(`select count(*) as count from held_stations where tenant_id = 'default' and ${where}`)
      )[0]?.['count'];
    assert.equal(await count(`station_id = 'ONE-MORE'`), 0);
    assert.equal(await count(`station_id = 'H-1' and knocks = 3`), 1, 'who is held already still counts');
    await database.query(`update held_stations set last_seen_at = now() - interval '8 days' where station_id = 'X-1'`);
    await knock('ONE-MORE');
    assert.equal(await count(`station_id in ('ONE-MORE', 'X-1')`), 1);
  } finally {
    await database.close();
  }
});
