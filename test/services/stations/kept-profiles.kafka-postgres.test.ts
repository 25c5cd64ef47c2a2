// Charging profiles that owners keep in stations: put, delivered, applied again after a boot, cleared, each by its owner alone.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { encodeRecord } from '#contracts/codec';
import type { CommandRequested } from '#contracts/generated/types';
import { partitionOf, stationKey } from '#contracts/keys';
import * as facts from './facts.ts';
import { booted, meta, tenantId } from './records.ts';
import { eventually, FakeGateway, openRig, type Answer, type Rig } from './rig.ts';

let rig: Rig;
let gateway: FakeGateway;

before(async () => {
  rig = await openRig({ environment: { LEASE_TIMEOUT_MS: '600000' } });
  gateway = await FakeGateway.open(rig);
});
after(async () => {
  await gateway.close();
  await rig.close();
});

const limit = (amperes: number, fields: object = {}) => ({
  purpose: 'TxDefaultProfile',
  kind: 'Absolute',
  schedules: [{ unit: 'A', startsAt: '2026-11-26T00:00:00Z', periods: [{ startSeconds: 0, limit: amperes }] }],
  ...fields,
});
const pathOf = (stationId: string, owner: string, name: string) =>
  `/v1/stations/${stationId}/profiles/${owner}/${name}`;
const put = (stationId: string, named: string, body: object): Promise<Answer> =>
  rig.ask('PUT', `/v1/stations/${stationId}/profiles/${named}`, { body });
const inState = (stationId: string, named: string, state: string): Promise<Answer> =>
  eventually(
    () => rig.ask('GET', `/v1/stations/${stationId}/profiles/${named}`),
    ({ body }) => body['state'] === state,
    `${named} ${state}`,
  );
const heard = (stationId: string, intent: string): unknown[] =>
  gateway.received
    .filter((command: CommandRequested) => command.stationId === stationId && command.intent === intent)
    .map(({ parametersJson }) => JSON.parse(parametersJson));

async function registered(stationId: string): Promise<string> {
  await rig.register(stationId);
  const state = () => rig.ask('GET', `/v1/stations/${stationId}/state`);
  await eventually(state, ({ status }) => status === 200, stationId);
  return stationId;
}

async function boot(stationId: string, reason: string | null): Promise<void> {
  const key = stationKey(tenantId, stationId);
  const { name, partitions } = rig.topics.events;
  const told = { stationId, eventId: randomBytes(6).toString('hex'), recordedAt: Date.now() };
  const value = encodeRecord('StationBooted', { ...booted(told), meta: meta(told), status: 'Accepted', reason });
  await rig.log.append(name, partitionOf(key, partitions), [{ key, type: 'StationBooted', value }]);
}

test('a profile waits for its station, is applied with the number and level of its owner, and again after a boot', async () => {
  await registered('P-site');
  const asked = await put('P-site', 'site/night', { profile: limit(10) });
  assert.deepEqual(
    [asked.status, asked.body['state'], asked.body['stackLevel'], asked.body['version']],
    [200, 'waiting', 3, 1],
  );
  const again = await put('P-site', 'site/night', { profile: limit(10) });
  assert.deepEqual([again.body['version'], again.body['profileId']], [1, asked.body['profileId']]);
  const any = () => rig.ask('GET', '/v1/commands?stationId=P-site');
  await eventually(any, ({ body }) => (body['items'] as object[]).length === 1, 'the first command');
  assert.equal((await put('P-site', 'site/night', { profile: limit(12) })).body['version'], 2);
  const first = () => rig.ask('GET', '/v1/commands?stationId=P-site&outcome=superseded');
  await eventually(first, ({ body }) => (body['items'] as object[]).length === 1, 'the end of the first command');
  await gateway.connect('P-site');
  await inState('P-site', 'site/night', 'applied');
  const profileId = Number(asked.body['profileId']);
  assert.ok(profileId >= 100_000_000 && profileId < 200_000_000);
  const sent = { profile: { profileId, stackLevel: 3, ...limit(12) } };
  assert.deepEqual(heard('P-site', 'SetChargingProfile'), [sent]);
  await boot('P-site', 'Triggered');
  await boot('P-site', 'PowerUp');
  await eventually(
    async () => heard('P-site', 'SetChargingProfile'),
    (all) => all.length > 1,
    'the profile after the boot',
  );
  await inState('P-site', 'site/night', 'applied');
  // The next tick finds nothing to do, and a boot that we asked for is none.
  await boot('P-site', 'Triggered');
  await put('P-site', 'site/marker', { level: 1, profile: limit(30) });
  await inState('P-site', 'site/marker', 'applied');
  const all = heard('P-site', 'SetChargingProfile') as { profile: { profileId: number } }[];
  assert.deepEqual(
    all.filter(({ profile }) => profile.profileId === profileId),
    [sent, sent],
  );
});

test('a profile for one transaction is not applied again after a boot', async () => {
  await registered('P-tx');
  await gateway.connect('P-tx');
  await put('P-tx', 'ocpi/session', { evseId: 1, profile: limit(8, { purpose: 'TxProfile', transactionId: '7' }) });
  await put('P-tx', 'operator/base', { profile: limit(16) });
  await inState('P-tx', 'ocpi/session', 'applied');
  await inState('P-tx', 'operator/base', 'applied');
  await boot('P-tx', null);
  await eventually(
    async () => heard('P-tx', 'SetChargingProfile'),
    (all) => all.length > 2,
    'the other profile',
  );
  const purposes = (heard('P-tx', 'SetChargingProfile') as { profile: { purpose: string } }[]).map(
    ({ profile }) => profile.purpose,
  );
  assert.deepEqual(purposes.toSorted(), ['TxDefaultProfile', 'TxDefaultProfile', 'TxProfile']);
});

test('an owner clears its own profiles, by their numbers, and nobody else’s; they are gone once the station has answered', async () => {
  await registered('P-clear');
  await gateway.connect('P-clear');
  const ids: unknown[] = [];
  for (const named of ['site/a', 'operator/b'])
    ids.push((await put('P-clear', named, { profile: limit(6) })).body['profileId']);
  for (const named of ['site/a', 'operator/b']) await inState('P-clear', named, 'applied');
  const removed = await rig.ask('DELETE', '/v1/stations/P-clear/profiles/site');
  assert.deepEqual([removed.status, (removed.body['items'] as { state: string }[])[0]?.state], [202, 'removing']);
  const gone = () => rig.ask('GET', pathOf('P-clear', 'site', 'a'));
  await eventually(gone, ({ status }) => status === 404, 'the end of the profile');
  assert.deepEqual(heard('P-clear', 'ClearChargingProfiles'), [{ profileId: ids[0] }]);
  assert.equal((await inState('P-clear', 'operator/b', 'applied')).body['profileId'], ids[1]);
  assert.equal((await rig.ask('DELETE', pathOf('P-clear', 'site', 'a'))).status, 404);
  // The same again is sent again: the station does not have it any more.
  await put('P-clear', 'site/a', { profile: limit(6) });
  await inState('P-clear', 'site/a', 'applied');
  const sent = heard('P-clear', 'SetChargingProfile') as { profile: { profileId: unknown } }[];
  assert.equal(sent.filter(({ profile }) => profile.profileId === ids[0]).length, 2);
});

test('a profile that its station failed to clear is cleared when its owner asks again, and after a boot', async () => {
  await registered('P-stuck');
  await gateway.connect('P-stuck');
  await put('P-stuck', 'site/a', { profile: limit(6) });
  await inState('P-stuck', 'site/a', 'applied');
  const clear = () => rig.ask('DELETE', pathOf('P-stuck', 'site', 'a'));
  const failed = () =>
    eventually(
      () => rig.ask('GET', pathOf('P-stuck', 'site', 'a')),
      ({ body }) => body['state'] === 'removing' && body['outcome'] === 'failed',
      'the failure',
    );
  gateway.outcomes.push('failed', 'failed');
  await clear();
  await failed();
  const waiting = await clear();
  assert.deepEqual([waiting.status, waiting.body['version']], [202, 3]);
  await eventually(
    async () => heard('P-stuck', 'ClearChargingProfiles'),
    (all) => all.length === 2,
    'the second CALL',
  );
  await failed();
  await boot('P-stuck', 'PowerUp');
  const gone = () => rig.ask('GET', pathOf('P-stuck', 'site', 'a'));
  await eventually(gone, ({ status }) => status === 404, 'the end of the profile');
  assert.equal(heard('P-stuck', 'ClearChargingProfiles').length, 3);
});

test('what the station reports stands beside what is wanted', async () => {
  await registered('P-reported');
  await gateway.connect('P-reported');
  const { body } = await put('P-reported', 'operator/base', { profile: limit(16) });
  assert.equal(body['reported'], null);
  const key = stationKey(tenantId, 'P-reported');
  const { name, partitions } = rig.topics.events;
  const told = facts.profiles({
    meta: { stationId: 'P-reported', recordedAt: Date.now() },
    profiles: [facts.profile({ profileId: Number(body['profileId']), evseId: 0, stackLevel: 0 })],
  });
  const value = encodeRecord('ChargingProfilesReported', told);
  await rig.log.append(name, partitionOf(key, partitions), [{ key, type: 'ChargingProfilesReported', value }]);
  await eventually(
    () => rig.ask('GET', pathOf('P-reported', 'operator', 'base')),
    (answer) => answer.body['reported'] !== null,
    'the report',
  );
});

test('what an owner may not keep, or a station cannot, is refused by its path', async () => {
  await registered('P-refused');
  const refused = async (named: string, body: object): Promise<unknown> => {
    const answer = await put('P-refused', named, body);
    const violations = answer.body['violations'] as { path: string }[] | undefined;
    return [answer.status, violations?.[0]?.path];
  };
  assert.deepEqual(await refused('ocpi/x', { profile: limit(6) }), [400, 'body/profile/purpose']);
  const station = { evseId: 1, profile: limit(6, { purpose: 'ChargingStationMaxProfile' }) };
  assert.deepEqual(await refused('site/x', station), [400, 'body/evseId']);
  const nameless = { evseId: 1, profile: limit(6, { purpose: 'TxProfile' }) };
  assert.deepEqual(await refused('ocpi/x', nameless), [400, 'body/profile/transactionId']);
  assert.deepEqual(await refused('site/x', { level: 3, profile: limit(6) }), [400, 'body/level']);
  assert.deepEqual((await put('P-refused', 'site/x', { level: 2, profile: limit(6) })).status, 200);
  assert.deepEqual((await put('P-refused', 'site/y', { level: 2, profile: limit(6) })).status, 409);
  assert.deepEqual((await put('P-refused', 'site/y', { level: 1, profile: limit(6) })).status, 200);
  const viewer = { body: { profile: limit(6) }, role: 'viewer' };
  assert.equal((await rig.ask('PUT', pathOf('P-refused', 'site', 'z'), viewer)).status, 403);
  assert.equal((await put('P-unknown', 'site/x', { profile: limit(6) })).status, 404);
  const listed = await rig.ask('GET', '/v1/stations/P-refused/profiles');
  assert.deepEqual(
    (listed.body['items'] as { name: string }[]).map((each) => each.name),
    ['x', 'y'],
  );
});

test('a command that was asked for and not noted is asked for under its own name: one command', async () => {
  await registered('P-crash');
  await put('P-crash', 'site/a', { profile: limit(6) });
  const commands = () => rig.ask('GET', '/v1/commands?stationId=P-crash');
  const ids = async (): Promise<unknown[]> =>
    ((await commands()).body['items'] as { commandId: string }[]).map(({ commandId }) => commandId);
  await eventually(ids, (all) => all.length === 1, 'the command');
  // As a crash between the append and the note leaves it.
  await rig.sql(`update stations_own.charging_profiles set asked_version = 0, attempts = 0, command_id = null
    where station_id = 'P-crash'`);
  const noted = () => rig.sql(`select command_id from stations_own.charging_profiles where station_id = 'P-crash'`);
  await eventually(noted, (rows) => rows[0]?.['command_id'] !== null, 'the note');
  assert.deepEqual(await ids(), [(await noted())[0]?.['command_id']]);
});
