// Local lists kept in stations: put, looked up in the registry, delivered whole or by what differs, checked after a boot.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { encodeRecord, type RecordType } from '#contracts/codec';
import type { CommandRequested, Records } from '#contracts/generated/types';
import { partitionOf, stationKey, tokenRefOf } from '#contracts/keys';
import { tenantKeyOf } from '#contracts/secrets';
import type { ListedToken } from '#services/stations/domain/local-list';
import { booted, meta, tenantId } from './records.ts';
import { dump, eventually, FakeGateway, openRig, type Answer, type Rig } from './rig.ts';

let rig: Rig;
let gateway: FakeGateway;
const tokens = new Map<string, ListedToken>();
const registry = createServer((request, response) => {
  let text = '';
  request.on('data', (chunk: Buffer) => (text += chunk.toString()));
  request.on('end', () => {
    const { tokenRefs, groupId } = JSON.parse(text) as { tokenRefs: string[]; groupId: string | null };
    const items = [...tokens.values()].filter(
      (token) => tokenRefs.includes(token.tokenRef) || (groupId !== null && token.groupId === groupId),
    );
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ items }));
  });
});

before(async () => {
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
  const { port } = registry.address() as AddressInfo;
  const environment = {
    REGISTRY_URL: `http://127.0.0.1:${port}`,
    LOCAL_LIST_LOOK_UP_SECONDS: '1',
    LEASE_TIMEOUT_MS: '600000',
  };
  rig = await openRig({ environment });
  gateway = await FakeGateway.open(rig);
});
after(async () => {
  await gateway.close();
  await rig.close();
  registry.close();
});

const refOf = (uid: string): string =>
  tokenRefOf(tenantKeyOf({ tenantKeySeed: '00'.repeat(32) }, tenantId), 'Central', uid);

function listed(uid: string, fields: Partial<ListedToken> = {}): string {
  const token = { tokenRef: refOf(uid), uid, type: 'Central', status: 'Accepted', expiresAt: null, groupId: null };
  tokens.set(uid, { ...token, ...fields });
  return uid;
}
const put = (stationId: string, body: object, options: object = {}): Promise<Answer> =>
  rig.ask('PUT', `/v1/stations/${stationId}/local-list`, { body, ...options });
const named = (...uids: string[]) => ({ tokens: uids.map((uid) => ({ uid })) });

type Sent = { update: string; version: number; entries: { token: { uid: string }; status?: string }[] };
const heard = (stationId: string): [string, number, ...string[]][] =>
  gateway.received
    .filter((command: CommandRequested) => command.stationId === stationId && command.intent === 'SendLocalList')
    .map(({ parametersJson }) => JSON.parse(parametersJson) as Sent)
    .map(({ update, version, entries }) => [
      update,
      version,
      ...entries.map(({ token, status }) => `${token.uid} ${status ?? 'leaves'}`).toSorted(),
    ]);
const applied = (stationId: string, version: number): Promise<Answer> =>
  eventually(
    () => rig.ask('GET', `/v1/stations/${stationId}/local-list`),
    ({ body }) => {
      const wanted = body['wanted'] as { state: string; acknowledgedVersion: number | null };
      return wanted.state === 'applied' && wanted.acknowledgedVersion === version;
    },
    `version ${version}`,
  );

async function registered(stationId: string, isConnected = true): Promise<string> {
  await rig.register(stationId);
  if (isConnected) await gateway.connect(stationId);
  const state = () => rig.ask('GET', `/v1/stations/${stationId}/state`);
  await eventually(state, ({ status, body }) => status === 200 && body['connected'] === isConnected, stationId);
  return stationId;
}

async function tell<T extends RecordType>(stationId: string, type: T, value: Records[T]): Promise<void> {
  const key = stationKey(tenantId, stationId);
  const { name, partitions } = rig.topics.events;
  await rig.log.append(name, partitionOf(key, partitions), [{ key, type, value: encodeRecord(type, value) }]);
}
const told = (stationId: string) =>
  meta({ stationId, eventId: randomBytes(6).toString('hex'), recordedAt: Date.now() });

test('a list goes out whole first, then by what differs; the registry’s changes follow by themselves', async () => {
  await registered('L-auto');
  for (const uid of ['AUTO-1', 'AUTO-2', 'AUTO-3', 'AUTO-4']) listed(uid);
  await put('L-auto', named('AUTO-1', 'AUTO-2', 'AUTO-3'));
  await applied('L-auto', 1);
  await put('L-auto', named('AUTO-1', 'AUTO-3', 'AUTO-4'));
  await applied('L-auto', 2);
  listed('AUTO-3', { status: 'Blocked' });
  const { body } = await applied('L-auto', 3);
  assert.deepEqual(heard('L-auto'), [
    ['full', 1, 'AUTO-1 Accepted', 'AUTO-2 Accepted', 'AUTO-3 Accepted'],
    ['differential', 2, 'AUTO-2 leaves', 'AUTO-4 Accepted'],
    ['differential', 3, 'AUTO-3 Blocked'],
  ]);
  const wanted = body['wanted'] as Record<string, unknown>;
  assert.deepEqual([wanted['revision'], wanted['entries'], wanted['update']], [2, 3, 'differential']);
  assert.ok(!JSON.stringify([body, await dump(rig.database)]).includes('AUTO-1'), 'no plain uid is shown or kept');
  const kept = JSON.stringify(await rig.sql('select * from stations_own.local_lists'));
  assert.ok(kept.includes(refOf('AUTO-1')) && !kept.includes('AUTO-1'), 'what is kept are pseudonyms');
});

test('the members of a group are the list; the newest waits for a station that is away', async () => {
  await registered('L-group', false);
  listed('GROUP-1', { groupId: 'FLEET' });
  listed('GROUP-2');
  await put('L-group', named('GROUP-2'));
  const first = () => rig.ask('GET', '/v1/commands?stationId=L-group');
  await eventually(first, ({ body }) => (body['items'] as object[]).length === 1, 'the first command');
  assert.equal((await put('L-group', { fromGroup: 'FLEET' })).status, 200);
  const superseded = () => rig.ask('GET', '/v1/commands?stationId=L-group&outcome=superseded');
  await eventually(superseded, ({ body }) => (body['items'] as object[]).length === 1, 'the end of the first');
  await gateway.connect('L-group');
  await applied('L-group', 2);
  assert.deepEqual(heard('L-group'), [['full', 2, 'GROUP-1 Accepted']]);
});

test('a station that refuses what differs gets the whole list; one that refuses that is left alone', async () => {
  await registered('L-refuses');
  for (const uid of ['REF-1', 'REF-2', 'REF-3']) listed(uid);
  await put('L-refuses', named('REF-1', 'REF-2'));
  await applied('L-refuses', 1);
  gateway.outcomes.push('rejected');
  await put('L-refuses', named('REF-1', 'REF-2', 'REF-3'));
  await applied('L-refuses', 3);
  assert.deepEqual(
    heard('L-refuses').map(([update, version]) => [update, version]),
    [
      ['full', 1],
      ['differential', 2],
      ['full', 3],
    ],
  );
  gateway.outcomes.push('rejected', 'rejected');
  await put('L-refuses', named('REF-1', 'REF-2'));
  const refused = () => rig.ask('GET', '/v1/stations/L-refuses/local-list');
  await eventually(refused, ({ body }) => (body['wanted'] as { state: string }).state === 'refused', 'the refusal');
  assert.equal(heard('L-refuses').length, 5);
});

test('after a boot a station is asked what it has; another version brings the whole list', async () => {
  await registered('L-boots');
  listed('BOOT-1');
  await put('L-boots', named('BOOT-1'));
  await applied('L-boots', 1);
  await tell('L-boots', 'StationBooted', {
    ...booted(told('L-boots')),
    meta: told('L-boots'),
    status: 'Accepted',
    reason: 'PowerUp',
  });
  const asked = () => rig.ask('GET', '/v1/commands?stationId=L-boots&intent=ReadLocalListVersion');
  await eventually(asked, ({ body }) => (body['items'] as object[]).length === 1, 'the question');
  await tell('L-boots', 'LocalListReported', { meta: told('L-boots'), version: 0, updateType: null });
  await applied('L-boots', 2);
  assert.deepEqual(heard('L-boots').at(-1), ['full', 2, 'BOOT-1 Accepted']);
});

test('what was noted and not asked for, as a crash leaves it, is asked for a minute later under the next name', async () => {
  await registered('L-crash');
  listed('CRASH-1');
  await put('L-crash', named('CRASH-1'));
  await applied('L-crash', 1);
  const forget = (fields: string) =>
    rig.sql(`update stations_own.local_lists set outcome = null, acknowledged = null, acknowledged_version = null,
      needs_full = true, command_id = 'never-asked', ${fields} where station_id = 'L-crash'`);
  await forget(`asked_at_ms = ${Date.now()}`);
  listed('CRASH-2');
  await registered('L-marker');
  await put('L-marker', named('CRASH-2'));
  await applied('L-marker', 1);
  assert.equal(heard('L-crash').length, 1, 'it may be on its way');
  await forget(`asked_at_ms = ${Date.now() - 60_000}`);
  await applied('L-crash', 2);
  assert.equal(heard('L-crash').length, 2);
});

test('what cannot be sent is refused by its path', async () => {
  await registered('L-refused', false);
  listed('KNOWN-1');
  const violationsOf = async (body: object): Promise<unknown> => {
    const answer = await put('L-refused', body);
    return [answer.status, (answer.body['violations'] as { path: string }[] | undefined)?.map(({ path }) => path)];
  };
  assert.deepEqual(await violationsOf(named('KNOWN-1', 'STRANGER')), [422, ['body/tokens/1']]);
  assert.deepEqual(await violationsOf({}), [400, ['body']]);
  assert.deepEqual(await violationsOf({ ...named('KNOWN-1'), fromGroup: 'X' }), [400, ['body']]);
  assert.equal((await put('L-refused', named('KNOWN-1'), { role: 'viewer' })).status, 403);
  assert.equal((await put('L-nobody', named('KNOWN-1'))).status, 404);
  const { body } = await rig.ask('GET', '/v1/stations/L-refused/local-list');
  assert.deepEqual([body['version'], body['wanted']], [null, null]);
});
