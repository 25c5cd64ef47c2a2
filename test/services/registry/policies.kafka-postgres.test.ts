import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startRig, type Rig } from './rig.ts';

let rig: Rig;
const platform = { role: 'platform' };

before(async () => {
  rig = await startRig('registry_policies');
});
after(() => rig.close());

const careful = {
  organisation: null,
  unknownStations: 'refuse',
  tokensUnavailable: 'refuse',
  freeVending: false,
  autocharge: false,
  framesRecorded: true,
  costsShown: false,
};
/** New stations alone go by it, so gateways are not told. */
const unsaid = { bootPolicy: 'accept' };

async function toldOf(tenantId: string, rowVersion: unknown): Promise<object> {
  const { record } = await rig.seen(
    `${tenantId} at ${String(rowVersion)}`,
    ({ topic, key, record: told }) =>
      topic === rig.topics.tenants &&
      key === tenantId &&
      told?.type === 'TenantRegistered' &&
      told.rowVersion === rowVersion,
  );
  assert.ok(record !== null);
  const { type: _type, ...value } = record;
  return value;
}

test('a tenant of which only the name was said has the careful policies, and gateways are told', async () => {
  const { status, body } = await rig.call('POST', '/v1/tenants', { tenantId: 'acme', name: 'Acme' }, platform);
  assert.equal(status, 201);
  const { version, name: _name, tenantId, createdAt: _c, createdBy: _b, updatedAt: _u, updatedBy: _y, ...said } = body;
  assert.deepEqual(said, { ...careful, ...unsaid });
  assert.deepEqual(await toldOf('acme', version), { tenantId, rowVersion: version, ...careful });
});

test('the first tenant is told to gateways as well', async () => {
  const { version } = (await rig.call('GET', '/v1/tenants/default', undefined, platform)).body;
  assert.deepEqual(await toldOf('default', version), { tenantId: 'default', rowVersion: version, ...careful });
});

test('each policy is changed alone, told to gateways and kept in the history', async () => {
  await rig.call('POST', '/v1/tenants', { tenantId: 'beta', name: 'Beta' }, platform);
  const changes = {
    organisation: 'Beta Power',
    unknownStations: 'hold',
    tokensUnavailable: 'accept',
    freeVending: true,
    autocharge: true,
    framesRecorded: false,
    costsShown: true,
  };
  const so = { ...careful };
  for (const [field, value] of Object.entries(changes)) {
    const { status, body } = await rig.call('PATCH', '/v1/tenants/beta', { [field]: value }, platform);
    assert.equal(status, 200);
    Object.assign(so, { [field]: value });
    assert.deepEqual(await toldOf('beta', body['version']), { tenantId: 'beta', rowVersion: body['version'], ...so });
    await rig.seen(
      `history of ${field}`,
      ({ record }) =>
        record?.type === 'RegistryChanged' &&
        record.kind === 'tenant' &&
        record.rowVersion === body['version'] &&
        (JSON.parse(record.currentJson ?? '{}') as Record<string, unknown>)[field] === value,
    );
  }
  const { body: before } = await rig.call('GET', '/v1/tenants/beta', undefined, platform);
  const { body: same } = await rig.call('PATCH', '/v1/tenants/beta', changes, platform);
  assert.equal(same['version'], before['version'], 'a change to what is there already is none');
  const { body: cleared } = await rig.call('PATCH', '/v1/tenants/beta', { organisation: null }, platform);
  assert.equal(cleared['organisation'], null);
});

test('a policy that there is not, or that an operator of the tenant wants, is refused', async () => {
  const wrong = await rig.call('PATCH', '/v1/tenants/default', { unknownStations: 'maybe' }, platform);
  assert.equal(wrong.status, 400);
  const unknown = await rig.call('PATCH', '/v1/tenants/default', { generous: true }, platform);
  assert.equal(unknown.status, 400);
  const own = await rig.call('PATCH', '/v1/tenants/default', { freeVending: true }, { role: 'operator' });
  assert.equal(own.status, 403);
});

test('what gateways must know of a station is written, changed and told', async () => {
  const made = await rig.call('POST', '/v1/stations', { stationId: 'P1', serialNumber: 'SN-1', password: null });
  assert.equal(made.status, 201);
  assert.deepEqual(
    [made.body['serialNumber'], made.body['framesRecorded'], made.body['allowsProfileDowngrade']],
    ['SN-1', true, false],
  );
  const patch = { framesRecorded: false, allowsProfileDowngrade: true, costsShown: true };
  const { body } = await rig.call('PATCH', '/v1/stations/P1', patch);
  const { record } = await rig.seen(
    'station P1',
    ({ record: told }) => told?.type === 'StationRegistered' && told.rowVersion === body['version'],
  );
  assert.ok(record?.type === 'StationRegistered');
  const { serialNumber, framesRecorded, allowsProfileDowngrade, costsShown } = record;
  assert.deepEqual(
    { serialNumber, framesRecorded, allowsProfileDowngrade, costsShown },
    { serialNumber: 'SN-1', ...patch },
  );
});

test('how a token may be used is written, changed and told', async () => {
  const uses = { concurrentSessionsMax: 1, whitelist: 'NEVER', language: 'de', chargingPriority: -3 };
  const made = await rig.call('POST', '/v1/tokens', { uid: '04A1', issuer: 'NL-EMP', ...uses });
  assert.equal(made.status, 201);
  const told = await rig.seen('token', ({ record }) => record?.type === 'TokenRegistered');
  assert.ok(told.record?.type === 'TokenRegistered');
  const { issuer, concurrentSessionsMax, whitelist, language, chargingPriority } = told.record;
  assert.deepEqual({ concurrentSessionsMax, whitelist, language, chargingPriority }, uses);
  assert.equal(issuer, 'NL-EMP');
  const none = await rig.call('POST', '/v1/tokens', { uid: '04A2', concurrentSessionsMax: 0 });
  assert.equal(none.status, 400);
  const plain = await rig.call('POST', '/v1/tokens', { uid: '04A3' });
  assert.deepEqual(
    [plain.body['concurrentSessionsMax'], plain.body['whitelist'], plain.body['language']],
    [null, 'ALWAYS', null],
  );
});
