// Two instances of alerts at once, as while one is replaced: one decides and tells; when it is gone, the other goes on where it was.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { freePorts } from '#infra/local/ports';
import type { RunningService } from '#kit/lifecycle';
import { alertsConfig } from '#services/alerts/config';
import { startAlerts } from '#services/alerts/main';
import { until } from '#test/support/until';
import { connect, register } from './facts.ts';
import { itemsOf, openReceiver, openRig, secrets, type Rig, type Shown } from './rig.ts';

let rig: Rig;
let receiver: Awaited<ReturnType<typeof openReceiver>>;
let other: RunningService | undefined;
const stationIds = Array.from({ length: 30 }, (_, n) => `I${n}`);
const everywhere = { locationIds: [], vendors: [], models: [] };
const condition = { kind: 'offline', opensAfterSeconds: 0, closesAfterSeconds: 0 };
const rule = {
  name: 'Offline',
  enabled: true,
  severity: 'critical',
  selection: everywhere,
  groupsBySite: false,
  condition,
};

before(async () => {
  receiver = await openReceiver();
  rig = await openRig({ ALERTS_INSECURE_HOSTS: receiver.host });
  await rig.start();
  const [port = 0] = await freePorts(1);
  const environment = { ...rig.environment, ALERTS_PORT: String(port) };
  other = await startAlerts(alertsConfig(environment), rig.topics, secrets);
  await register(rig, 'tenant', ['default']);
  await rig.seeded();
  assert.equal((await rig.ask('PUT', '/v1/alert-rules/offline', rule)).status, 200);
  const webhook = { webhookId: 'ops', url: receiver.url, enabled: true, severityMin: 'info', kinds: [] };
  assert.equal((await rig.ask('POST', '/v1/webhooks', webhook)).status, 201);
  await register(rig, 'station', stationIds);
});
after(async () => {
  await other?.close();
  await rig.close();
  receiver.close();
});

const heard = (event: string): string[] =>
  receiver.received
    .filter(({ body }) => body['event'] === event)
    .map(({ body }) => String((body['alert'] as Shown)['stationId']));
const listed = async (state: string): Promise<string[]> =>
  itemsOf(await rig.ask('GET', `/v1/alerts?limit=1000&state=${state}`)).map((each) => String(each['stationId']));
const each = stationIds.toSorted();

test('what opens while two look opens once and is told once', async () => {
  for (const stationId of stationIds) await (await connect(rig, stationId)).disconnect();
  await until(() => heard('alert.opened').length >= stationIds.length, 'all to be told', 60_000);
  assert.deepEqual((await listed('open')).toSorted(), each);
  assert.deepEqual(heard('alert.opened').toSorted(), each);
});

test('when the one that decides is gone the other closes what is over, once; nothing is told twice', async () => {
  await rig.stop();
  for (const stationId of stationIds) await connect(rig, stationId);
  await until(() => heard('alert.closed').length >= stationIds.length, 'all ends to be told', 60_000);
  await rig.start();
  await until(async () => (await listed('closed')).length === stationIds.length, 'all to be closed');
  // One more, so that whoever decides now has looked and sent again.
  await (await connect(rig, stationIds[0] ?? '')).disconnect();
  await until(() => heard('alert.opened').length > stationIds.length, 'the last to be told', 60_000);
  assert.deepEqual(heard('alert.closed').toSorted(), each);
  assert.equal(heard('alert.opened').length, stationIds.length + 1);
  const keys = receiver.received.map(({ headers }) => headers['idempotency-key']);
  assert.equal(new Set(keys).size, keys.length);
});
