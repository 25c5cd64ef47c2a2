// What came of remote starts, on a real log and database: a session or none, decided once, whoever decides.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { encodeRecord } from '#contracts/codec';
import { partitionOf, remoteStartIdOf, sessionIdOf, stationKey, tokenRefOf } from '#contracts/keys';
import { tenantKeyOf } from '#contracts/secrets';
import type { TransactionStarted, TransactionUpdated } from '#contracts/generated/types';
import * as facts from './facts.ts';
import { meta, tenantId } from './records.ts';
import { dump, eventually, FakeGateway, openRig, recordsOf, type Answer, type Rig } from './rig.ts';

let rig: Rig;
let gateway: FakeGateway;

before(async () => {
  rig = await openRig({ environment: { CONNECTION_TIMEOUT_SECONDS: '1', LEASE_TIMEOUT_MS: '600000' } });
  gateway = await FakeGateway.open(rig);
});
after(async () => {
  await gateway.close();
  await rig.close();
});

const cardRef = (uid: string): string => tokenRefOf(tenantKeyOf({ tenantKeySeed: '00'.repeat(32) }, tenantId), '', uid);
const start = (uid: string, evseId = 1) => ({ intent: 'StartCharging', parameters: { evseId, token: { uid } } });
const command = (stationId: string, body: object, query = ''): Promise<Answer> =>
  rig.ask('POST', `/v1/stations/${stationId}/commands${query}`, { body });
const read = (commandId: unknown): Promise<Answer> => rig.ask('GET', `/v1/commands/${String(commandId)}`);
const resultOf = async (commandId: unknown): Promise<unknown> =>
  (
    await eventually(
      () => read(commandId),
      ({ body }) => body['result'] !== null,
      'the result',
    )
  ).body['result'];

async function connected(stationId: string): Promise<string> {
  await rig.register(stationId);
  await gateway.connect(stationId);
  const state = () => rig.ask('GET', `/v1/stations/${stationId}/state`);
  await eventually(state, ({ body }) => body['connected'] === true, `${stationId} connected`);
  return stationId;
}

type Telling =
  | { readonly type: 'TransactionStarted'; readonly fields: Partial<TransactionStarted> }
  | { readonly type: 'TransactionUpdated'; readonly fields: Partial<TransactionUpdated> };

async function tell(stationId: string, { type, fields }: Telling): Promise<void> {
  const key = stationKey(tenantId, stationId);
  const { name, partitions } = rig.topics.events;
  const said = {
    ...fields,
    meta: meta({ eventId: randomBytes(6).toString('hex'), stationId, recordedAt: Date.now() }),
  };
  const begun = facts.started(said);
  const value = type === 'TransactionStarted' ? encodeRecord(type, begun) : encodeRecord(type, { ...begun, ...said });
  await rig.log.append(name, partitionOf(key, partitions), [{ key, type, value }]);
}

const resultsInLog = async (commandId: unknown) =>
  (await recordsOf(rig, rig.topics.commands.name)).filter(
    (record) => record.type === 'CommandResulted' && record.commandId === commandId,
  );

test('who waits for the result hears of the session that a 1.6 start became; the row says the same', async () => {
  await connected('R-16');
  const waiting = command('R-16', start('card-1'), '?waitSeconds=30&until=result');
  await eventually(
    async () => gateway.received,
    (all) => all.some(({ stationId }) => stationId === 'R-16'),
    'the CALL',
  );
  await tell('R-16', {
    type: 'TransactionStarted',
    fields: { startKey: 'a key', transactionId: '41', tokenRef: cardRef('other') },
  });
  await tell('R-16', {
    type: 'TransactionStarted',
    fields: { startKey: 'my key', transactionId: '42', tokenRef: cardRef('card-1') },
  });
  const { status, body } = await waiting;
  const started = { kind: 'started', sessionId: sessionIdOf(tenantId, 'R-16', 'my key', 0), transactionId: '42' };
  assert.deepEqual([status, body['outcome'], body['result']], [200, 'accepted', started]);
  const row = await eventually(
    () => read(body['commandId']),
    (answer) => answer.body['result'] !== null,
    'the row',
  );
  assert.deepEqual(row.body['result'], started);
  await eventually(
    () => dump(rig.database),
    (tables) => (tables['commands_1.commands'] ?? []).some((each) => each.includes(started.sessionId)),
    'the result in its row',
  );
  assert.equal((await resultsInLog(body['commandId'])).length, 1);
});

test('2.x: the cable was in before, and a later message names the remote start', async () => {
  await connected('R-201');
  await tell('R-201', { type: 'TransactionStarted', fields: { startKey: 'tx-9', transactionId: 'tx-9' } });
  const { body } = await command('R-201', start('card-2'), '?waitSeconds=20');
  assert.deepEqual([body['outcome'], body['result']], ['accepted', null]);
  const remoteStartId = remoteStartIdOf(String(body['commandId']));
  await tell('R-201', { type: 'TransactionUpdated', fields: { transactionId: 'tx-9', remoteStartId } });
  const sessionId = sessionIdOf(tenantId, 'R-201', 'tx-9', 0);
  assert.deepEqual(await resultOf(body['commandId']), { kind: 'started', sessionId, transactionId: 'tx-9' });
});

test('a crash right after the record was appended decides nothing else: the log is read first', async () => {
  await connected('R-crash');
  const { body } = await command('R-crash', start('card-4'), '?waitSeconds=20');
  const commandId = String(body['commandId']);
  // What an instance that died had decided stands in the log; whoever comes after it takes it.
  const decided = {
    eventId: `${commandId}.resulted`,
    tenantId,
    stationId: 'R-crash',
    commandId,
    result: 'started' as const,
    sessionId: 'of-the-first',
    transactionId: '61',
    resultedAt: 1,
  };
  const key = stationKey(tenantId, 'R-crash');
  const { name, partitions } = rig.topics.commands;
  const record = { key, type: 'CommandResulted', value: encodeRecord('CommandResulted', decided) };
  await rig.log.append(name, partitionOf(key, partitions), [record]);
  const database = await rig.newDatabase();
  const after = await rig.start(database);
  const result = { kind: 'started', sessionId: 'of-the-first', transactionId: '61' };
  assert.deepEqual(await resultOf(commandId), result);
  await after.close();
  assert.equal((await resultsInLog(commandId)).length, 1);
});

test('nobody plugged in: no session, once, also where two instances look; a later start changes nothing. Who is away is waited for', async () => {
  await connected('R-away');
  const away = (await command('R-away', start('card-5'), '?waitSeconds=20')).body;
  await gateway.disconnect('R-away');
  const second = await rig.start(rig.database);
  await connected('R-none');
  const { body } = await command('R-none', start('card-3'), '?waitSeconds=20');
  assert.equal(body['outcome'], 'accepted');
  assert.deepEqual(await resultOf(body['commandId']), { kind: 'noSession' });
  await tell('R-none', { type: 'TransactionStarted', fields: { transactionId: '51', tokenRef: cardRef('card-3') } });
  const next = await command('R-none', start('card-3'), '?waitSeconds=20');
  assert.equal(((await resultOf(next.body['commandId'])) as { transactionId: string }).transactionId, '51');
  assert.deepEqual((await read(body['commandId'])).body['result'], { kind: 'noSession' });
  const ids = (await resultsInLog(body['commandId'])).map((record) => 'eventId' in record && record.eventId);
  assert.deepEqual([...new Set(ids)], [`${String(body['commandId'])}.resulted`]);
  const longAgo = (await read(away['commandId'])).body;
  assert.deepEqual([longAgo['outcome'], longAgo['result']], ['accepted', null], 'it may charge offline');
  await gateway.connect('R-away');
  await tell('R-away', { type: 'TransactionStarted', fields: { transactionId: '71', tokenRef: cardRef('card-5') } });
  assert.equal(((await resultOf(away['commandId'])) as { transactionId: string }).transactionId, '71');
  await second.close();
});
