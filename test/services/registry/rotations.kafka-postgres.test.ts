// Rotation of passwords in the registry: given one on its way, when its command ends, then the right passwords are dead.
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { startRig, type Rig } from './rig.ts';

/** What a stations service would say of the commands it was asked for. */
const asked: { intent: string; parameters: { credentialId: string }; idempotencyKey: string }[] = [];
const outcomes = new Map<string, string>();
const details = new Map<string, string>();
const answers = createServer((request, response) => {
  void answer(request, response);
});
let rig: Rig;

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  if (request.method === 'POST') asked.push(JSON.parse(text) as (typeof asked)[number]);
  const id = request.method === 'POST' ? (asked.at(-1)?.parameters.credentialId ?? '') : (request.url ?? '').slice(13);
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ commandId: id, outcome: outcomes.get(id) ?? null, detail: details.get(id) ?? null }));
}

before(async () => {
  await new Promise<void>((resolve) => answers.listen(0, '127.0.0.1', resolve));
  rig = await startRig('rotations', { STATIONS_URL: `http://127.0.0.1:${(answers.address() as AddressInfo).port}` });
});

after(async () => {
  await rig.close();
  answers.close();
});

type Rotation = { readonly credentialId: string; readonly state: string; readonly commandId: string | null };

async function begin(stationId: string) {
  await rig.call('POST', '/v1/stations', { stationId });
  const old = await credentials(stationId);
  const begun = await rig.call('POST', `/v1/stations/${stationId}/credentials/rotations`);
  assert.equal(begun.status, 202, JSON.stringify(begun.body));
  return { old: old[0] ?? '', rotation: begun.body as unknown as Rotation };
}

async function credentials(stationId: string): Promise<string[]> {
  const { body } = await rig.call('GET', `/v1/stations/${stationId}/credentials`);
  return (body['items'] as { credentialId: string }[]).map(({ credentialId }) => credentialId);
}

/** Waits, by asking, until the rotation is there. */
async function settled(stationId: string, credentialId: string, state: string): Promise<void> {
  const until = performance.now() + 20_000;
  for (;;) {
    const { body } = await rig.call('GET', `/v1/stations/${stationId}/credentials/rotations`);
    const found = (body['items'] as Rotation[]).find((rotation) => rotation.credentialId === credentialId);
    if (found?.state === state) return;
    if (performance.now() > until) throw new Error(`${stationId} stays ${found?.state}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const resolve = (stationId: string, credentialId: string) =>
  rig.call('POST', '/internal/credentials/resolve', { tenantId: 'default', stationId, credentialId });

test('accepted: the passwords before are dead (A01.FR.03), and the new one is to be had no more', async () => {
  const { old, rotation } = await begin('R-1');
  assert.deepEqual(
    (await credentials('R-1')).toSorted(),
    [old, rotation.credentialId].toSorted(),
    'both work meanwhile',
  );
  const { status, body } = await resolve('R-1', rotation.credentialId);
  assert.equal(status, 200);
  assert.match(String(body['password']), /^[0-9a-f]{40}$/);
  outcomes.set(rotation.credentialId, 'accepted');
  await settled('R-1', rotation.credentialId, 'accepted');
  assert.deepEqual(await credentials('R-1'), [rotation.credentialId]);
  assert.equal((await resolve('R-1', rotation.credentialId)).status, 404);
  const [request] = asked.filter(({ parameters }) => parameters.credentialId === rotation.credentialId);
  assert.deepEqual(request, {
    intent: 'RotatePassword',
    parameters: { credentialId: rotation.credentialId },
    idempotencyKey: `rotate-${rotation.credentialId}`,
  });
});

test('rejected, or never sent: the old one stays and the new one is withdrawn (A01.FR.04)', async () => {
  for (const [stationId, outcome] of [
    ['R-2', 'rejected'],
    ['R-3', 'expired'],
    ['R-4', 'notSupported'],
  ] as const) {
    const { old, rotation } = await begin(stationId);
    outcomes.set(rotation.credentialId, outcome);
    await settled(stationId, rotation.credentialId, 'rejected');
    assert.deepEqual(await credentials(stationId), [old]);
  }
});

test('unknown: both work until the station connects, and what it shows decides', async () => {
  for (const [stationId, showsNew] of [
    ['R-5', true],
    ['R-6', false],
  ] as const) {
    const { old, rotation } = await begin(stationId);
    outcomes.set(rotation.credentialId, 'unknown');
    await settled(stationId, rotation.credentialId, 'unknown');
    assert.equal((await credentials(stationId)).length, 2);
    await shows(stationId, showsNew ? rotation.credentialId : old);
    assert.deepEqual(await credentials(stationId), [showsNew ? rotation.credentialId : old]);
  }
});

test('what a station takes with its next boot: both work until it shows the new one; the old one decides nothing', async () => {
  for (const [stationId, detail] of [
    ['R-10', 'RebootRequired'],
    ['R-11', 'BasicAuthPassword: RebootRequired'],
  ] as const) {
    const { old, rotation } = await begin(stationId);
    details.set(rotation.credentialId, detail);
    outcomes.set(rotation.credentialId, 'accepted');
    await settled(stationId, rotation.credentialId, 'rebootRequired');
    await shows(stationId, old);
    assert.deepEqual((await credentials(stationId)).toSorted(), [old, rotation.credentialId].toSorted());
    await shows(stationId, rotation.credentialId);
    await settled(stationId, rotation.credentialId, 'accepted');
    assert.deepEqual(await credentials(stationId), [rotation.credentialId]);
  }
});

test('a station whose answer says nothing may have taken it: both work until it connects', async () => {
  const { old, rotation } = await begin('R-12');
  outcomes.set(rotation.credentialId, 'failed');
  await settled('R-12', rotation.credentialId, 'unknown');
  assert.equal((await credentials('R-12')).length, 2);
  await shows('R-12', old);
  assert.deepEqual(await credentials('R-12'), [old]);
});

test('who shows the new password has taken it, whatever becomes of its command', async () => {
  const { rotation } = await begin('R-13');
  await shows('R-13', rotation.credentialId);
  await settled('R-13', rotation.credentialId, 'accepted');
  assert.deepEqual(await credentials('R-13'), [rotation.credentialId]);
  outcomes.set(rotation.credentialId, 'unknown');
  const { rotation: witness } = await begin('R-14');
  outcomes.set(witness.credentialId, 'accepted');
  await settled('R-14', witness.credentialId, 'accepted');
  await settled('R-13', rotation.credentialId, 'accepted');
});

test('passwords of which nobody knows whether they were taken never push out the one that works', async () => {
  const { old, rotation } = await begin('R-15');
  for (let last = rotation; ;) {
    outcomes.set(last.credentialId, 'unknown');
    await settled('R-15', last.credentialId, 'unknown');
    const next = await rig.call('POST', '/v1/stations/R-15/credentials/rotations');
    assert.ok((await credentials('R-15')).includes(old), 'the one that works is gone');
    if (next.status === 409) break;
    last = next.body as unknown as Rotation;
  }
  assert.equal((await credentials('R-15')).length, 4);
  await shows('R-15', old);
  assert.deepEqual(await credentials('R-15'), [old]);
  assert.equal((await rig.call('POST', '/v1/stations/R-15/credentials/rotations')).status, 202);
});

test('while one is on its way nothing is decided by a connect, and no second one begins', async () => {
  const { old, rotation } = await begin('R-7');
  await shows('R-7', old);
  assert.equal((await credentials('R-7')).length, 2);
  const second = await rig.call('POST', '/v1/stations/R-7/credentials/rotations');
  assert.equal(second.status, 409);
  outcomes.set(rotation.credentialId, 'accepted');
  await settled('R-7', rotation.credentialId, 'accepted');
  assert.equal((await rig.call('POST', '/v1/stations/R-7/credentials/rotations')).status, 202);
});

test('another tenant, a viewer and an unknown station get nothing', async () => {
  const { rotation } = await begin('R-8');
  const foreign = { tenantId: 'other', stationId: 'R-8', credentialId: rotation.credentialId };
  assert.equal((await rig.call('POST', '/internal/credentials/resolve', foreign)).status, 404);
  const path = '/v1/stations/R-8/credentials/rotations';
  assert.equal((await rig.call('POST', path, undefined, { role: 'viewer' })).status, 403);
  assert.equal((await rig.call('GET', path, undefined, { tenant: 'other' })).status, 404);
  assert.equal((await rig.call('POST', '/v1/stations/R-99/credentials/rotations')).status, 404);
});

test('a password on its way lies sealed in the database, and stands in no record of the log', async () => {
  const { rotation } = await begin('R-9');
  const { body } = await resolve('R-9', rotation.credentialId);
  const password = String(body['password']);
  const client = new pg.Client({ connectionString: rig.databaseUrl });
  await client.connect();
  const { rows } = await client.query(
    'select password_rotations::text from registry_own.password_rotations where sealed is not null',
  );
  await client.end();
  assert.ok(rows.length > 0);
  for (const form of [password, Buffer.from(password).toString('hex')])
    assert.ok(!JSON.stringify(rows).includes(form), 'it lies in clear');
  assert.ok(!JSON.stringify(rig.log).includes(password));
});

test('a higher security profile that a gateway saw is registered, a lower one is not', async () => {
  await rig.call('POST', '/v1/stations', { stationId: 'P-1' });
  const raise = (securityProfile: number) =>
    rig.call('POST', '/internal/stations/profile-raised', { tenantId: 'default', stationId: 'P-1', securityProfile });
  const profile = async () => (await rig.call('GET', '/v1/stations/P-1')).body['securityProfile'];
  assert.equal((await raise(2)).status, 204);
  assert.equal(await profile(), 2);
  assert.equal((await raise(1)).status, 204);
  assert.equal(await profile(), 2);
});

/** The station connects with that password, as its gateway tells. */
async function shows(stationId: string, credentialId: string): Promise<void> {
  const salt = await saltOf(credentialId);
  const told = await rig.call('POST', '/internal/credentials/proved', { tenantId: 'default', stationId, salt });
  assert.equal(told.status, 204);
}

async function saltOf(credentialId: string): Promise<string> {
  const client = new pg.Client({ connectionString: rig.databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ salt: string }>(
    "select encode(salt, 'hex') as salt from registry_own.credentials where credential_id = $1",
    [credentialId],
  );
  await client.end();
  return rows[0]?.salt ?? '';
}
