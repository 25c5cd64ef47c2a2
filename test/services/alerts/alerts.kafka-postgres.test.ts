import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { sessionKey } from '#contracts/keys';
import { logSettings } from '#services/alerts/config';
import { alertsProjections, sqlOf } from '#services/alerts/projections';
import { rebuildOf } from '#kit/projection/rebuild-run';
import { until } from '#test/support/until';
import { connect, register, session } from './facts.ts';
import { itemsOf, openReceiver, openRig, type Rig, type Shown } from './rig.ts';

let rig: Rig;
let receiver: Awaited<ReturnType<typeof openReceiver>>;

/** Opens and closes at once: borders in time have their tests where they are decided. */
const atOnce = { opensAfterSeconds: 0, closesAfterSeconds: 0 };
const everywhere = { locationIds: [], vendors: [], models: [] };
const offlineNow = {
  name: 'Offline',
  enabled: true,
  severity: 'critical',
  selection: everywhere,
  groupsBySite: true,
  condition: { kind: 'offline', ...atOnce },
};

before(async () => {
  receiver = await openReceiver([500]);
  rig = await openRig({ ALERTS_INSECURE_HOSTS: receiver.host });
  await rig.start();
  await register(rig, 'tenant', ['default', 'other']);
  await Promise.all([rig.seeded(), rig.seeded('other')]);
  for (const tenant of ['default', 'other'])
    assert.equal((await rig.ask('PUT', '/v1/alert-rules/offline', offlineNow, { tenant })).status, 200);
});
after(async () => {
  await rig.close();
  receiver.close();
});

const wanted = (state: string) => (items: Shown[]) => items.length === 1 && items[0]?.['state'] === state;

test('every tenant begins with rules of each kind; they change from the version that was seen, and go for good', async () => {
  const rules = itemsOf(await rig.ask('GET', '/v1/alert-rules'));
  assert.deepEqual(
    rules.map((rule) => (rule['condition'] as Shown)['kind']),
    ['certificate-expiry', 'drift', 'faulted', 'no-session', 'offline', 'refused-starts', 'stuck'],
  );
  const { etag, body } = await rig.ask('GET', '/v1/alert-rules/stuck');
  const { ruleId: _id, version, createdAt: _c, createdBy: _b, updatedAt: _u, updatedBy: _v, ...value } = body;
  const changed = await rig.ask('PUT', '/v1/alert-rules/stuck', { ...value, enabled: false, version });
  assert.equal(changed.status, 200);
  assert.equal(changed.body['enabled'], false);
  assert.equal((await rig.ask('PUT', '/v1/alert-rules/stuck', { ...value, version })).status, 409);
  const stale = { headers: { 'if-match': etag ?? '' } };
  assert.equal((await rig.ask('PUT', '/v1/alert-rules/stuck', value, stale)).status, 412);
  assert.equal((await rig.ask('DELETE', '/v1/alert-rules/stuck', undefined, stale)).status, 412);
  assert.equal((await rig.ask('DELETE', '/v1/alert-rules/stuck')).status, 204);
  assert.equal((await rig.ask('GET', '/v1/alert-rules/stuck')).status, 404);
  await rig.stop();
  await rig.start();
  await rig.seeded();
  assert.equal((await rig.ask('GET', '/v1/alert-rules/stuck')).status, 404, 'a deleted default came back');
});

test('what cannot be is refused under its path, and a viewer changes nothing', async () => {
  const refused = {
    ...offlineNow,
    ruleId: 'r',
    condition: { kind: 'refused-starts', windowMinutes: 5, measure: 'percent' },
  };
  const borders = { startsMin: 2, opensAt: 50, closesAt: 50 };
  const crossed = await rig.ask('POST', '/v1/alert-rules', {
    ...refused,
    condition: { ...refused.condition, ...borders },
  });
  assert.equal(crossed.status, 400);
  assert.deepEqual(crossed.body['violations'], [
    { path: 'body/condition/closesAt', message: 'must be less than opensAt' },
  ]);
  assert.equal((await rig.ask('POST', '/v1/alert-rules', { ...offlineNow, ruleId: 'r', condition: {} })).status, 400);
  assert.equal((await rig.ask('POST', '/v1/alert-rules', { ...offlineNow, ruleId: 'offline' })).status, 409);
  const viewer = { role: 'viewer' };
  assert.equal((await rig.ask('POST', '/v1/alert-rules', { ...offlineNow, ruleId: 'r' }, viewer)).status, 403);
  assert.equal((await rig.ask('GET', '/v1/alert-rules', undefined, viewer)).status, 200);
});

test('a station that leaves opens one alert, is acknowledged, and closes when it is back; a webhook hears each once, signed', async () => {
  const webhook = { webhookId: 'ops', url: receiver.url, enabled: true, severityMin: 'warning', kinds: [] };
  const made = await rig.ask('POST', '/v1/webhooks', webhook);
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const secret = String(made.body['secret']);
  assert.equal((await rig.ask('GET', '/v1/webhooks/ops')).body['secret'], undefined, 'a secret was shown again');
  await register(rig, 'station', ['A1']);
  const line = await connect(rig, 'A1');
  await line.disconnect();
  const [open = {}] = await rig.alerts('stationId=A1', wanted('open'), 'an alert of A1');
  assert.deepEqual([open['kind'], open['severity'], open['subject']], ['offline', 'critical', 'station/A1']);
  const path = `/v1/alerts/${String(open['alertId'])}/acknowledge`;
  assert.equal((await rig.ask('POST', path, {}, { role: 'viewer' })).status, 403);
  const taken = await rig.ask('POST', path, { note: 'Somebody drives there' });
  assert.deepEqual(
    [taken.status, taken.body['state'], taken.body['acknowledgedBy'], taken.body['note']],
    [200, 'acknowledged', 'key-1', 'Somebody drives there'],
  );
  await connect(rig, 'A1');
  const [closed = {}] = await rig.alerts('stationId=A1', wanted('closed'), 'the end of the alert');
  assert.deepEqual([closed['alertId'], closed['closeReason']], [open['alertId'], 'cleared']);
  assert.equal((await rig.ask('POST', path, {})).status, 409);
  // The first call was answered 500: it comes again ten seconds later, and what follows it waits.
  const heard = (): unknown[] => receiver.received.map(({ body }) => body['event']);
  await until(() => heard().length >= 4, 'all deliveries', 40_000);
  assert.deepEqual(heard(), ['alert.opened', 'alert.opened', 'alert.acknowledged', 'alert.closed']);
  const ids = receiver.received.map(({ headers }) => headers['idempotency-key']);
  assert.equal(ids[0], ids[1], 'a repeated delivery has another id');
  assert.equal(new Set(ids).size, 3);
  for (const { headers, text } of receiver.received) {
    const expected = createHmac('sha256', secret).update(`${String(headers['x-chargestream-timestamp'])}.${text}`);
    assert.equal(headers['x-chargestream-signature'], `v1=${expected.digest('hex')}`);
  }
  await until(
    async () =>
      itemsOf(await rig.ask('GET', '/v1/webhooks/ops/deliveries')).every((each) => each['state'] === 'delivered'),
    'the ledger to say so',
  );
  const ledger = itemsOf(await rig.ask('GET', '/v1/webhooks/ops/deliveries'));
  assert.deepEqual(
    ledger.map((each) => [each['event'], each['attempts']]),
    [
      ['alert.closed', 1],
      ['alert.acknowledged', 1],
      ['alert.opened', 2],
    ],
  );
});

test('a webhook at an address that is not public is refused, at its making or at the call', async () => {
  const webhook = { webhookId: 'inside', url: 'https://127.0.0.1/', enabled: true, severityMin: 'info', kinds: [] };
  assert.equal((await rig.ask('POST', '/v1/webhooks', { ...webhook, url: 'http://127.0.0.1:1/' })).status, 400);
  assert.equal((await rig.ask('POST', '/v1/webhooks', webhook)).status, 201);
  assert.equal((await rig.ask('POST', '/v1/webhooks/inside/test')).status, 202);
  let dead: Shown = {};
  await until(async () => {
    [dead = {}] = itemsOf(await rig.ask('GET', '/v1/webhooks/inside/deliveries'));
    return dead['state'] === 'dead';
  }, 'the delivery to be refused');
  assert.deepEqual([dead['event'], dead['attempts'], dead['lastError']], ['webhook.test', 1, 'its host is not public']);
  // Whoever reads what failed may drive it anew; it comes to the same end, under the same id.
  const deadOnes = '/v1/webhooks/inside/deliveries?state=dead';
  assert.equal((await rig.ask('POST', '/v1/webhooks/inside/redrive', {}, { role: 'viewer' })).status, 403);
  assert.equal((await rig.ask('POST', '/v1/webhooks/nobody/redrive', {})).status, 404);
  const driven = await rig.ask('POST', '/v1/webhooks/inside/redrive', { deliveryIds: [dead['deliveryId']] });
  assert.deepEqual([driven.status, driven.body['deliveryIds']], [202, [dead['deliveryId']]]);
  await until(async () => itemsOf(await rig.ask('GET', deadOnes)).length === 1, 'it to be refused again');
  assert.deepEqual(itemsOf(await rig.ask('GET', deadOnes))[0]?.['deliveryId'], dead['deliveryId']);
  assert.equal((await rig.ask('DELETE', '/v1/webhooks/inside')).status, 204);
});

test('in maintenance an alert is shown as suppressed and told to nobody, until the window is taken away', async () => {
  const before = receiver.received.length;
  const span = { from: '2020-01-01T00:00:00Z', to: '2999-01-01T00:00:00Z', note: 'Cable exchange' };
  const window = { windowId: 'works', stationIds: ['M1'], locationIds: [], ...span };
  assert.equal((await rig.ask('POST', '/v1/maintenance-windows', { ...window, stationIds: [] })).status, 400);
  assert.equal((await rig.ask('POST', '/v1/maintenance-windows', window)).status, 201);
  await register(rig, 'station', ['M1', 'M2']);
  for (const stationId of ['M1', 'M2']) await (await connect(rig, stationId)).disconnect();
  const isOpen = (items: Shown[]): boolean => items.length === 1;
  const [suppressed = {}] = await rig.alerts('stationId=M1', isOpen, 'an alert of M1');
  assert.equal(suppressed['suppressedBy'], 'maintenance/works');
  const [plain = {}] = await rig.alerts('stationId=M2', isOpen, 'an alert of M2');
  assert.equal(plain['suppressedBy'], null);
  const told = (): unknown[] =>
    receiver.received.slice(before).map(({ body }) => (body['alert'] as Shown)['stationId']);
  await until(() => told().includes('M2'), 'the alert of M2 to be told');
  assert.ok(!told().includes('M1'), 'what is suppressed was told');
  assert.equal((await rig.ask('DELETE', '/v1/maintenance-windows/works')).status, 204);
  await until(() => told().includes('M1'), 'the alert of M1 to be told after all');
});

test('where all stations of a location are away, one alert speaks for the site', async () => {
  await register(rig, 'station', ['L1@park', 'L2@park']);
  const lines = [await connect(rig, 'L1'), await connect(rig, 'L2')];
  await lines[0]?.disconnect();
  await rig.alerts('stationId=L1', wanted('open'), 'the first alert');
  const atPark = 'locationId=park&state=standing';
  assert.equal(itemsOf(await rig.ask('GET', `/v1/alerts?${atPark}`)).length, 1, 'one station is no site');
  await lines[1]?.disconnect();
  const all = await rig.alerts(atPark, (items) => items.length === 3, 'the alert of the site');
  const site = all.find((each) => each['stationId'] === null) ?? {};
  assert.equal(site['subject'], 'site/park');
  const members = itemsOf(await rig.ask('GET', `/v1/alerts?groupId=${String(site['alertId'])}`));
  assert.deepEqual(members.map((each) => String(each['stationId'])).toSorted(), ['L1', 'L2']);
  assert.equal((await rig.ask('POST', `/v1/alerts/${String(site['alertId'])}/acknowledge`, {})).status, 200);
  await rig.alerts(
    `${atPark}&severity=critical`,
    (items) => items.every((each) => each['state'] === 'acknowledged'),
    'all of the site to be acknowledged',
  );
  await connect(rig, 'L2');
  const left = await rig.alerts(atPark, (items) => items.length === 1, 'one to be left');
  assert.deepEqual([left[0]?.['stationId'], left[0]?.['groupId']], ['L1', null]);
});

test('a planned outage is an event of its stations, suppresses their alerts, and can be taken back', async () => {
  await register(rig, 'station', ['P1']);
  const outage = { outageId: 'grid', kind: 'planned', stationIds: ['P1'], reason: 'The grid is worked on' };
  const span = { from: '2020-01-01T00:00:00Z', to: '2999-01-01T00:00:00Z' };
  const crossed = { ...outage, from: span.to, to: span.from };
  await until(async () => (await rig.ask('POST', '/v1/planned-outages', crossed)).status === 400, 'a refusal');
  await until(async () => (await rig.ask('POST', '/v1/planned-outages', { ...outage, ...span })).status === 202, 'P1');
  const outages = async (): Promise<Shown[]> => itemsOf(await rig.ask('GET', '/v1/planned-outages?stationId=P1'));
  await until(async () => (await outages()).length === 1, 'the outage to be folded');
  assert.equal((await outages())[0]?.['declaredBy'], 'key-1');
  assert.equal((await rig.ask('POST', '/v1/planned-outages', { ...outage, ...span })).status, 409);
  const unknown = { ...outage, ...span, outageId: 'else', stationIds: ['nobody'] };
  assert.equal((await rig.ask('POST', '/v1/planned-outages', unknown)).status, 404);
  await (await connect(rig, 'P1')).disconnect();
  await rig.alerts('stationId=P1', (items) => items[0]?.['suppressedBy'] === 'outage/grid', 'a suppressed alert');
  assert.equal((await rig.ask('DELETE', '/v1/planned-outages/grid')).status, 202);
  await rig.alerts('stationId=P1', (items) => items[0]?.['suppressedBy'] === null, 'the alert to stand for itself');
  assert.notEqual((await outages())[0]?.['withdrawnAt'], null);
});

test('a tenant sees, changes and is told of nothing that is another’s', async () => {
  await register(rig, 'station', ['T1'], 'other');
  await (await connect(rig, 'T1', { tenantId: 'other' })).disconnect();
  const [theirs = {}] = await rig.alerts('stationId=T1', wanted('open'), 'an alert of the other tenant', 'other');
  assert.deepEqual(itemsOf(await rig.ask('GET', '/v1/alerts?stationId=T1')), []);
  const path = `/v1/alerts/${String(theirs['alertId'])}`;
  assert.equal((await rig.ask('GET', path)).status, 404);
  assert.equal((await rig.ask('POST', `${path}/acknowledge`, {})).status, 404);
  const other = { tenant: 'other' };
  assert.deepEqual(itemsOf(await rig.ask('GET', '/v1/webhooks', undefined, other)), []);
  for (const what of ['/v1/webhooks/ops', '/v1/alert-rules/nobody'])
    assert.equal((await rig.ask('GET', what, undefined, other)).status, 404);
  assert.equal((await rig.ask('POST', '/v1/webhooks/ops/secret', undefined, other)).status, 404);
  assert.equal((await rig.ask('DELETE', '/v1/webhooks/ops', undefined, other)).status, 404);
  const stations = receiver.received.map(({ body }) => (body['alert'] as Shown | null)?.['stationId']);
  assert.ok(!stations.includes('T1'));
});

test('configurations that differ are asked of the stations service; while it is away what was known stays', async () => {
  const condition = { kind: 'drift', ...atOnce };
  const rule = { ...offlineNow, name: 'Drift', severity: 'info', groupsBySite: false, condition };
  assert.equal((await rig.ask('PUT', '/v1/alert-rules/drift', rule)).status, 200);
  const ids = ['D1', 'D2', 'D3'];
  await register(rig, 'station', ids);
  for (const stationId of ids) await connect(rig, stationId);
  for (const stationId of ids) rig.drifting.stationIds.add(stationId);
  const open = await rig.alerts('kind=drift&state=open', (items) => items.length === 3, 'three alerts over two pages');
  assert.deepEqual(open[0]?.['detail'], { variables: 1 });
  rig.drifting.away = true;
  rig.drifting.stationIds.delete('D1');
  // The alert of another kind shows that looks go on meanwhile.
  await register(rig, 'station', ['D4']);
  await (await connect(rig, 'D4')).disconnect();
  await rig.alerts('stationId=D4', wanted('open'), 'a look');
  assert.equal(itemsOf(await rig.ask('GET', '/v1/alerts?kind=drift&state=open')).length, 3);
  rig.drifting.away = false;
  await rig.alerts('stationId=D1', wanted('closed'), 'the end of D1’s');
  assert.equal(itemsOf(await rig.ask('GET', '/v1/alerts?kind=drift&state=open')).length, 2);
});

test('a station that charges no more while its neighbours do is told, from what sessions say', async () => {
  // What gave energy two hours ago is too old for one hour, its neighbour's of now is not.
  const condition = { kind: 'no-session', opensAfterHours: 1, whileOthersCharge: true };
  const selection = { ...everywhere, locationIds: ['quay'] };
  const rule = { ...offlineNow, name: 'Idle', selection, groupsBySite: false, condition };
  assert.equal((await rig.ask('PUT', '/v1/alert-rules/no-session', rule)).status, 200);
  await register(rig, 'station', ['N1@quay', 'N2@quay']);
  const hourMs = 3_600_000;
  const early = Date.now() - 3 * hourMs;
  for (const stationId of ['N1', 'N2']) await connect(rig, stationId, { recordedAt: early });
  const tell = async (stationId: string, recordedAt: number): Promise<void> => {
    const said = session(stationId, { recordedAt });
    await rig.append(rig.topics.sessions, sessionKey('default', said.sessionId), 'SessionUpdated', said);
  };
  await tell('N1', early + hourMs);
  await tell('N2', Date.now());
  const [idle = {}] = await rig.alerts('kind=no-session', wanted('open'), 'the alert of N1');
  assert.equal(idle['stationId'], 'N1');
  await tell('N1', Date.now());
  await rig.alerts('kind=no-session', wanted('closed'), 'its end');
});

test('rebuilds beside the running service find the folds identical', async () => {
  const { DATABASE_URL: databaseUrl } = rig.environment;
  const settings = { databaseUrl, role: 'alerts', brokers: rig.brokers, log: logSettings };
  const { alerts_stations, alerts_places, alerts_sessions } = alertsProjections(rig.topics);
  for (const run of [
    rebuildOf({ projection: alerts_stations, directory: sqlOf(alerts_stations) }, settings),
    rebuildOf({ projection: alerts_places, directory: sqlOf(alerts_places) }, settings),
    rebuildOf({ projection: alerts_sessions, directory: sqlOf(alerts_sessions) }, settings),
  ]) {
    const { outcome, isIdentical } = await run({ dryRun: true }, () => {});
    assert.deepEqual([outcome, isIdentical], ['would-swap', true]);
  }
});
