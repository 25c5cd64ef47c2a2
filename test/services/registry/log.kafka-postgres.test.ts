import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { topicsFor } from '#contracts/topics';
import { decodeRecord, type AnyRecord } from '#contracts/codec';
import { isChosenPassword, isGeneratedPassword } from '#contracts/passwords';
import { tenantKeyOf } from '#contracts/secrets';
import { tokenRefOf } from '#contracts/keys';
import { openDatabase } from '#kit/postgres';
import { currentEntries, recordsOf } from '#services/registry/relay';
import { startRig, type Rig, type Seen } from './rig.ts';

let rig: Rig;

before(async () => {
  rig = await startRig('registry_log');
});
after(() => rig.close());

// The history and the current values are two topics: nothing orders what a reader sees of the one and of the other.
type Of<T extends AnyRecord['type']> = Extract<AnyRecord, { type: T }>;

const changesOf = (kind: string, id: string): Of<'RegistryChanged'>[] =>
  rig.log
    .map(({ record }) => record)
    .filter((record): record is Of<'RegistryChanged'> => record?.type === 'RegistryChanged')
    .filter((change) => change.kind === kind && change.id === id);

const stationsOf = (stationId: string): Seen[] =>
  rig.log.filter(({ topic, key }) => topic === rig.topics.stations && key === `default/${stationId}`);

const change = (kind: string, id: string, operation: string) =>
  rig.seen(`${operation} of ${kind} ${id}`, ({ record }) => {
    return (
      record?.type === 'RegistryChanged' && record.kind === kind && record.id === id && record.operation === operation
    );
  });

const station = (stationId: string, fits: (station: Of<'StationRegistered'>) => boolean) =>
  rig.seen(`station ${stationId}`, ({ topic, key, record }) => {
    const isIt = topic === rig.topics.stations && key === `default/${stationId}`;
    return isIt && record?.type === 'StationRegistered' && fits(record);
  });

test('an empty registry begins with a tenant, its party and the key of the secrets file, and tells of them', async () => {
  await change('tenant', 'default', 'created');
  await change('party', 'DE-CSM', 'created');
  const key = rig.log.find(({ record }) => record?.type === 'RegistryChanged' && record.kind === 'key')?.record;
  assert.ok(key?.type === 'RegistryChanged');
  assert.equal(JSON.parse(key.currentJson ?? '{}').role, 'platform');
  assert.ok(!JSON.stringify(rig.log).includes(rig.secrets.demoOperatorKey));
});

test('the history of a station stands in the log in order, with actor, version and value', async () => {
  await rig.call('POST', '/v1/stations', { stationId: 'h1', vendor: 'ACME', password: null });
  await rig.call('PATCH', '/v1/stations/h1', { vendor: 'Other' });
  await rig.call('DELETE', '/v1/stations/h1');
  await rig.call('POST', '/v1/stations', { stationId: 'h1', password: null });
  await rig.seen('h1 anew', () => changesOf('station', 'h1').length === 4 && stationsOf('h1').length === 4);
  const told = changesOf('station', 'h1');
  assert.deepEqual(
    told.map(({ operation }) => operation),
    ['created', 'updated', 'deleted', 'created'],
  );
  assert.deepEqual(
    told.map(({ currentJson }) => (JSON.parse(currentJson ?? '{}') as { vendor?: string }).vendor),
    ['ACME', 'Other', undefined, null],
  );
  assert.equal(told[2]?.currentJson, null);
  const versions = told.map(({ rowVersion }) => rowVersion);
  assert.deepEqual(
    versions,
    versions.toSorted((left, right) => left - right),
    'versions grow, over a deletion too',
  );
  assert.equal(new Set(told.map(({ eventId }) => eventId)).size, 4);
  assert.ok(told.every(({ actor, tenantId }) => actor === 'key-of-test' && tenantId === 'default'));
  const current = stationsOf('h1').map(({ record }) =>
    record?.type === 'StationRegistered' ? record.rowVersion : null,
  );
  assert.deepEqual(current, [versions[0], versions[1], null, versions[3]], 'a tombstone where it was deleted');
});

test('a station that is registered with nothing but its name gets a password that only its verifier knows', async () => {
  const created = await rig.call('POST', '/v1/stations', { stationId: 'own-1' });
  const password = String(created.body['password']);
  assert.match(password, /^[0-9a-f]{40}$/);
  const { record } = await station('own-1', ({ verifiers }) => verifiers.length === 1);
  assert.ok(record?.type === 'StationRegistered');
  const [verifier] = record.verifiers;
  assert.ok(verifier !== undefined && verifier.scheme === 'hmac-sha256');
  assert.ok(isGeneratedPassword(verifier, Buffer.from(password, 'hex')));
  assert.equal(stationsOf('own-1').length, 1, 'never told without its verifier');
  assert.ok(!JSON.stringify(rig.log).includes(password));
  assert.ok(!JSON.stringify((await rig.call('GET', '/v1/stations/own-1')).body).includes(password));
});

test('a chosen password is kept by a slow hash', async () => {
  const body = { stationId: 'own-2', password: 'correct horse battery' };
  assert.equal((await rig.call('POST', '/v1/stations', body)).body['password'], null);
  const { record } = await station('own-2', ({ verifiers }) => verifiers.length === 1);
  assert.ok(record?.type === 'StationRegistered');
  const [verifier] = record.verifiers;
  assert.ok(verifier !== undefined && verifier.scheme === 'scrypt');
  assert.ok(await isChosenPassword(verifier, Buffer.from('correct horse battery')));
  assert.ok(!(await isChosenPassword(verifier, Buffer.from('correct horse batterx'))));
});

test('a replaced password ends at once, or after its grace and not before', async () => {
  await rig.call('POST', '/v1/stations', { stationId: 'r1' });
  const path = '/v1/stations/r1/credentials';
  const atOnce = await rig.call('POST', path, {});
  assert.equal(atOnce.status, 201);
  const list = async () => (await rig.call('GET', path)).body['items'] as Record<string, unknown>[];
  assert.deepEqual(
    (await list()).map(({ credentialId }) => credentialId),
    [atOnce.body['credentialId']],
  );
  const graceful = await rig.call('POST', path, { graceSeconds: 1 });
  const both = await list();
  assert.deepEqual(
    both.map(({ credentialId, validUntil }) => [credentialId, validUntil === null]),
    [
      [graceful.body['credentialId'], true],
      [atOnce.body['credentialId'], false],
    ],
  );
  await station('r1', ({ verifiers }) => verifiers.length === 2);
  await change('credential', `r1/${String(atOnce.body['credentialId'])}`, 'deleted');
  await rig.seen('r1 without its first password', () => stationsOf('r1').length === 4);
  const told = stationsOf('r1').map(({ record }) =>
    record?.type === 'StationRegistered' ? record.verifiers.length : null,
  );
  assert.deepEqual(told, [1, 1, 2, 1]);
  assert.ok(!JSON.stringify(both).includes('hash') && !JSON.stringify(both).includes('salt'));
});

test('a password is revoked; a station that is gone has none', async () => {
  await rig.call('POST', '/v1/stations', { stationId: 'r2' });
  const { credentialId } = (
    (await rig.call('GET', '/v1/stations/r2/credentials')).body['items'] as { credentialId: string }[]
  )[0] ?? { credentialId: '' };
  assert.equal((await rig.call('DELETE', `/v1/stations/r2/credentials/${credentialId}`)).status, 204);
  assert.equal((await rig.call('DELETE', `/v1/stations/r2/credentials/${credentialId}`)).status, 404);
  await station('r2', ({ verifiers }) => verifiers.length === 0);
  assert.equal((await rig.call('POST', '/v1/stations/nobody/credentials', {})).status, 404);
  assert.equal((await rig.call('GET', '/v1/stations/nobody/credentials')).status, 404);
  assert.deepEqual((await rig.call('POST', '/v1/stations/r2/credentials', { password: 'too short' })).status, 400);
});

test('a token appears by its ref alone, and its deletion erases the uid and leaves a tombstone', async () => {
  const created = await rig.call('POST', '/v1/tokens', { uid: '04DEADBEEF', groupId: 'FLEET-9', label: 'Ms Miller' });
  const ref = tokenRefOf(tenantKeyOf(rig.secrets, 'default'), 'ISO14443', '04deadbeef');
  assert.equal(created.body['tokenRef'], ref);
  assert.equal((await rig.call('POST', '/v1/tokens', { uid: ' 04deadbeef' })).status, 409, 'the same card');
  assert.deepEqual((await rig.call('GET', '/v1/tokens?uid=04DEADBEEF')).body['items'], [created.body]);
  await rig.call('PATCH', `/v1/tokens/${ref}`, { status: 'Blocked' });
  await rig.seen('blocked', ({ record }) => record?.type === 'TokenRegistered' && record.status === 'Blocked');
  assert.equal((await rig.call('DELETE', `/v1/tokens/${ref}`)).status, 204);
  await rig.seen(
    'tombstone',
    ({ topic, key, record }) => topic === rig.topics.tokens && key === `default/${ref}` && record === null,
  );
  await change('token', ref, 'deleted');
  for (const secret of ['04DEADBEEF', 'FLEET-9', 'Miller'])
    assert.ok(!JSON.stringify(rig.log).includes(secret), secret);
  assert.equal((await rig.call('GET', `/v1/tokens/${ref}`)).status, 404);
});

test('many at once stand in the log as in the registry, the last word of each being the newest', async () => {
  const stationIds = Array.from({ length: 40 }, (_, index) => `m${index}`);
  const put = (heartbeatSeconds: number) =>
    rig.call('PUT', '/v1/stations', { stations: stationIds.map((stationId) => ({ stationId, heartbeatSeconds })) });
  await Promise.all([60, 61, 62, 63, 64, 65].map(put));
  await put(99);
  const items = (await rig.call('GET', '/v1/stations?prefix=m&limit=1000')).body['items'] as {
    stationId: string;
    version: number;
  }[];
  assert.equal(items.length, 40);
  for (const { stationId, version } of items) {
    await station(stationId, ({ rowVersion }) => rowVersion === version);
    await rig.seen(`history of ${stationId}`, () => changesOf('station', stationId).at(-1)?.rowVersion === version);
    const told = stationsOf(stationId).map(({ record }) =>
      record?.type === 'StationRegistered' ? record.rowVersion : 0,
    );
    assert.deepEqual(
      told,
      told.toSorted((left, right) => left - right),
      stationId,
    );
    assert.deepEqual(
      changesOf('station', stationId).map(({ rowVersion }) => rowVersion),
      told,
    );
  }
});

test('a relay that cannot know whether it spoke last says again what the rows hold now, and no history', async () => {
  await rig.call('POST', '/v1/stations', { stationId: 'again' });
  const ref = String((await rig.call('POST', '/v1/tokens', { uid: 'AGAIN' })).body['tokenRef']);
  const { record } = await station('again', () => true);
  const database = await openDatabase({ url: rig.databaseUrl, role: 'registry', schema: 'registry_own', poolMax: 2 });
  try {
    const entry = (topic: string, id: string) => ({
      topic,
      key: `default/${id}`,
      type: 'RegistryChanged',
      rowVersion: 1,
      payload: {},
    });
    const entries = [
      entry('station', 'again'),
      entry('station', 'never-was'),
      entry('token', ref),
      entry('party', 'DE-CSM'),
      entry('tenant', 'default'),
    ];
    const now = await currentEntries(database, [...entries, ...entries]);
    const topics = topicsFor(4);
    const records = now.flatMap((each) => recordsOf(topics, each));
    assert.deepEqual(
      records.map(({ topic, record: { key, value } }) => [topic, key, value === null]),
      [
        [topics.registryStations.name, 'default/again', false],
        [topics.registryStations.name, 'default/never-was', true],
        [topics.registryTokens.name, `default/${ref}`, false],
        [topics.registryTenants.name, 'default', false],
      ],
    );
    assert.deepEqual(decodeRecord(records[0]?.record.value ?? new Uint8Array()), record);
  } finally {
    await database.close();
  }
});
