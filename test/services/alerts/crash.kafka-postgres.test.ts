// The process that decides is killed between its steps, again and again: nothing opens twice, nothing is told twice under another name.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { until } from '#test/support/until';
import { connect, register } from './facts.ts';
import { itemsOf, openReceiver, openRig, type Rig, type Shown } from './rig.ts';

let rig: Rig;
let receiver: Awaited<ReturnType<typeof openReceiver>>;

const rule = {
  name: 'Offline',
  enabled: true,
  severity: 'critical',
  selection: { locationIds: [], vendors: [], models: [] },
  groupsBySite: false,
  condition: { kind: 'offline', opensAfterSeconds: 0, closesAfterSeconds: 0 },
};

before(async () => {
  receiver = await openReceiver();
  rig = await openRig({ ALERTS_INSECURE_HOSTS: receiver.host });
});
after(async () => {
  await rig.close();
  receiver.close();
});

test('killed after it decided, and between a call and its ledger: one alert, one delivery, known by its key', async () => {
  await rig.start();
  await register(rig, 'tenant', ['default']);
  await register(rig, 'station', ['C1']);
  await rig.seeded();
  assert.equal((await rig.ask('PUT', '/v1/alert-rules/offline', rule)).status, 200);
  const webhook = { webhookId: 'ops', url: receiver.url, enabled: true, severityMin: 'info', kinds: [] };
  assert.equal((await rig.ask('POST', '/v1/webhooks', webhook)).status, 201);
  await rig.stop();
  await (await connect(rig, 'C1')).disconnect();
  for (const place of ['alerts.after-decisions', 'alerts.before-settled'])
    assert.equal(await rig.crashAt(place), 'SIGKILL', `${place} was not passed`);
  await rig.start();
  const isOne = (items: Shown[]): boolean => items.length === 1 && items[0]?.['state'] === 'open';
  await rig.alerts('stationId=C1', isOne, 'the one alert');
  let ledger: Shown[] = [];
  await until(
    async () => {
      ledger = itemsOf(await rig.ask('GET', '/v1/webhooks/ops/deliveries'));
      return ledger.every((each) => each['state'] !== 'pending');
    },
    'the ledger to be settled',
    30_000,
  );
  assert.deepEqual(
    ledger.map((each) => [each['event'], each['state']]),
    [['alert.opened', 'delivered']],
  );
  const keys = receiver.received.map(({ headers }) => headers['idempotency-key']);
  assert.equal(keys.length, 2, 'the crash between call and ledger sends again');
  assert.equal(new Set(keys).size, 1, 'under the same key');
  // It came back while nobody looked: the next look closes the alert and opens none.
  await rig.stop();
  await connect(rig, 'C1');
  await rig.start();
  await rig.alerts('stationId=C1', (items) => items[0]?.['state'] === 'closed', 'the end of the alert');
  assert.equal(itemsOf(await rig.ask('GET', '/v1/alerts?stationId=C1')).length, 1);
});
