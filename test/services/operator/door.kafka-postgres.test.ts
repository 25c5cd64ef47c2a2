import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startDoor, type Door } from './rig.ts';

let door: Door;
const keyCacheMs = 300;

before(async () => {
  door = await startDoor('operator_door', {
    OPERATOR_KEY_CACHE_MS: String(keyCacheMs),
    OPERATOR_UNKNOWN_KEYS_PER_SECOND_MAX: '1000',
    OPERATOR_UNKNOWN_KEYS_BURST_MAX: '1000',
  });
});
after(() => door.close());

const json = { 'content-type': 'application/json' };
const post = (body: object, key?: string) => ({
  method: 'POST',
  headers: json,
  body: JSON.stringify(body),
  ...(key === undefined ? {} : { key }),
});

test('without a key nothing is answered, with the secrets file’s key everything', async () => {
  for (const key of [null, 'csk_wrong', `csk_${'x'.repeat(32)}`, 'Basic abc']) {
    const refused = await door.ask('/v1/stations', { key });
    assert.equal(refused.status, 401, String(key));
    assert.match(refused.headers.get('content-type') ?? '', /^application\/problem\+json/);
    assert.match(refused.headers.get('www-authenticate') ?? '', /^Bearer/);
  }
  assert.equal((await door.ask('/v1/stations')).status, 200);
  assert.equal((await door.ask('/v1/keys')).status, 200);
});

test('the demo’s own words work: register a station by its name alone, and get its password', async () => {
  const created = await door.ask('/v1/stations', post({ stationId: 'my-station' }));
  assert.equal(created.status, 201);
  const body = (await created.json()) as Record<string, unknown>;
  assert.match(String(body['password']), /^[0-9a-f]{40}$/);
  const key = (await (await door.ask('/v1/keys')).json()) as { items: { keyId: string }[] };
  assert.equal(body['createdBy'], key.items[0]?.keyId, 'the actor is the key');
});

test('each role may do what is its own, on both sides of each border', async () => {
  const viewer = (await door.newKey('viewer')).key;
  const operator = (await door.newKey('operator')).key;
  const platform = (await door.newKey('platform')).key;
  const status = async (path: string, init: Parameters<Door['ask']>[1]) => (await door.ask(path, init)).status;
  assert.equal(await status('/v1/stations', { key: viewer }), 200);
  assert.equal(await status('/v1/stations', post({ stationId: 'role-1' }, viewer)), 403);
  assert.equal(await status('/v1/stations', post({ stationId: 'role-1' }, operator)), 201);
  assert.equal(await status('/v1/keys', { key: operator }), 403);
  assert.equal(await status('/v1/tenants', { key: viewer }), 403);
  assert.equal(await status('/v1/tenants', { key: platform }), 200);
  const before = door.double.forwarded.length;
  assert.equal(await status('/v1/stations/role-1/commands', post({ intent: 'ResetStation' }, viewer)), 403);
  assert.equal(door.double.forwarded.length, before, 'nothing reached the service');
  assert.equal(await status('/v1/stations/role-1/commands', post({ intent: 'ResetStation' }, operator)), 200);
});

test('only platform acts for another tenant', async () => {
  const headers = { ...json, 'x-tenant-id': 'acme' };
  assert.equal((await door.ask('/v1/tenants', post({ tenantId: 'acme', name: 'Acme' }))).status, 201);
  const made = await door.ask('/v1/stations', { ...post({ stationId: 'of-acme' }), headers });
  assert.equal(made.status, 201);
  assert.equal((await door.ask('/v1/stations/of-acme')).status, 404, 'it is the other tenant’s');
  assert.equal((await door.ask('/v1/stations/of-acme', { headers })).status, 200);
  const { key } = await door.newKey('operator');
  assert.equal((await door.ask('/v1/stations', { headers, key })).status, 403);
  assert.equal((await door.ask('/v1/stations', { headers: { 'x-tenant-id': 'default' }, key })).status, 200);
  assert.equal((await door.ask('/v1/stations', { headers: { 'x-tenant-id': 'No Tenant' } })).status, 403);
  const own = (await door.newKey('operator', 'acme')).key;
  assert.equal((await door.ask('/v1/stations/of-acme', { key: own })).status, 200);
});

test('what a client says of itself counts nothing; what it asks goes on as it is', async () => {
  door.double.answer = { status: 409, body: { title: 'as the service says' } };
  const response = await door.ask('/v1/stations/CS%7C1/commands?waitSeconds=5&x=%20y', {
    ...post({ intent: 'ResetStation' }),
    headers: { ...json, 'x-actor': 'somebody', 'x-role': 'viewer', 'idempotency-key': 'k1', cookie: 'a=b' },
  });
  door.double.answer = { status: 200, body: {} };
  assert.equal(response.status, 409);
  assert.deepEqual(await response.json(), { title: 'as the service says' });
  const seen = door.double.forwarded.at(-1);
  assert.equal(seen?.url, '/v1/stations/CS%7C1/commands?waitSeconds=5&x=%20y');
  assert.equal(seen.body, '{"intent":"ResetStation"}');
  assert.equal(seen.headers['x-tenant-id'], 'default');
  assert.match(String(seen.headers['x-actor']), /^first-/);
  assert.equal(seen.headers['x-role'], 'platform');
  assert.equal(seen.headers['idempotency-key'], 'k1');
  assert.equal(seen.headers.cookie, undefined);
  assert.equal(seen.headers.authorization, `Bearer ${door.registry.secrets.internalToken}`);
});

test('a path that means another one reaches nobody', async () => {
  for (const path of [
    '/v1/stations/../../internal/keys/resolve',
    '/v1/projections/%2e%2e/%2e%2e/internal/keys/resolve',
    '/internal/keys/resolve',
    '/v1/nothing',
  ]) {
    const answer = await raw(path);
    assert.match(answer, /^HTTP\/1\.1 (404|400)/, path);
  }
});

test('a service that is away is a problem of its own, not of the others', async () => {
  const away = await door.ask('/v1/readings');
  assert.equal(away.status, 502);
  const body = (await away.json()) as Record<string, unknown>;
  assert.equal(body['code'], 'UPSTREAM_UNAVAILABLE');
  assert.match(String(body['detail']), /analytics/);
  assert.equal((await door.ask('/v1/stations')).status, 200);
});

test('a key that is revoked works no longer than it is remembered', async () => {
  const { keyId, key } = await door.newKey('operator');
  assert.equal((await door.ask('/v1/stations', { key })).status, 200);
  assert.equal((await door.ask(`/v1/keys/${keyId}`, { method: 'DELETE' })).status, 204);
  const from = performance.now();
  while ((await door.ask('/v1/stations', { key })).status !== 401) {
    assert.ok(performance.now() - from < keyCacheMs + 5_000, 'still works');
    await delay(20);
  }
  const shown = (await (await door.ask(`/v1/keys/${keyId}`)).json()) as Record<string, unknown>;
  assert.notEqual(shown['revokedAt'], null);
});

test('the document and its page are open, the rest of the headers closed', async () => {
  const document = (await (await door.ask('/openapi.json', { key: null })).json()) as {
    openapi: string;
    paths: object;
  };
  assert.equal(document.openapi, '3.1.0');
  assert.ok('/v1/stations' in document.paths);
  const page = await door.ask('/docs/', { key: null });
  assert.equal(page.status, 200);
  assert.match(await page.text(), /swagger-ui/);
  assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'self'/);
  const api = await door.ask('/v1/stations', { headers: { origin: 'https://elsewhere.example' } });
  assert.equal(api.headers.get('access-control-allow-origin'), null);
  assert.equal(api.headers.get('x-content-type-options'), 'nosniff');
  assert.equal(api.headers.get('cache-control'), 'no-store');
});

/** A request as no client library would send it. */
function raw(path: string): Promise<string> {
  const { hostname, port } = new URL(door.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      const head = `GET ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${door.registry.secrets.demoOperatorKey}\r\nconnection: close\r\n\r\n`;
      socket.write(head);
    });
    let answer = '';
    socket.on('data', (chunk) => (answer += String(chunk)));
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });
}
