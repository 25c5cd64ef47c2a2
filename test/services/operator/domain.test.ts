import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayCall } from '#contracts/roles';
import { ownerOf } from '#services/operator/domain/routes';

test('the most specific path decides who answers', () => {
  assert.equal(ownerOf('/v1/stations'), 'registry');
  assert.equal(ownerOf('/v1/stations/CS-1'), 'registry');
  assert.equal(ownerOf('/v1/stations/state'), 'registry', 'a station may be called so');
  assert.equal(ownerOf('/v1/stations/CS-1/state'), 'stations');
  assert.equal(ownerOf('/v1/stations/CS%7C1/commands'), 'stations');
  assert.equal(ownerOf('/v1/sessions/0190/readings'), 'analytics');
  assert.equal(ownerOf('/v1/sessions/0190'), 'sessions');
  assert.equal(ownerOf('/v1/projections/sessions/redrive'), 'sessions');
  assert.equal(ownerOf('/v1/projections/commands/redrive'), 'stations');
});

test('a path that nobody owns, or that means another one, goes nowhere', () => {
  for (const path of [
    '/v1',
    '/v1/',
    '/v1/nothing',
    '/v1/stations/',
    '/v1/stations/a/b/c/d',
    '/v1/KEYS',
    '/v1//keys',
    '/v1/%6beys',
    '/internal/keys/resolve',
    '/v1/stations/../keys',
    '/v1/stations/%2e%2e/credentials',
    '/v1/stations/.%2E/state',
    '/v1/projections/../../internal/keys/resolve',
    '/v1/stations/./state',
  ])
    assert.equal(ownerOf(path), undefined, path);
});

test('viewers read, operators change, and keys and tenants are the platform’s', () => {
  assert.ok(mayCall('viewer', 'GET', '/v1/stations'));
  assert.ok(mayCall('viewer', 'HEAD', '/v1/stations'));
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
    assert.ok(!mayCall('viewer', method, '/v1/stations/x/commands'), method);
    assert.ok(mayCall('operator', method, '/v1/stations/x/commands'), method);
  }
  for (const path of ['/v1/keys', '/v1/keys/', '/v1/keys/k1', '/v1/tenants', '/v1/tenants/acme']) {
    assert.ok(!mayCall('viewer', 'GET', path), path);
    assert.ok(!mayCall('operator', 'GET', path), path);
    assert.ok(mayCall('platform', 'DELETE', path), path);
  }
  assert.ok(mayCall('operator', 'GET', '/v1/keys-of-nothing'), 'only whole segments count');
});
