// Two who decide on the same look, as where the lead changes within one: the second writes nothing and tells nobody.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { WebhookValue } from '#contracts/alerting';
import { migrate } from '#kit/migrations';
import { openDatabase, transaction, type Database } from '#kit/postgres';
import { alertIdOf, type Alert } from '#services/alerts/domain/alert';
import { standingAlerts, writeDecisions } from '#services/alerts/store/alert-rows';
import { createDatabase } from '#test/support/fresh-postgres';

const tenantId = 'default';
const subject = 'station/CS-1';
const webhooks: WebhookValue[] = [
  { webhookId: 'hook', url: 'https://example.org/', enabled: true, severityMin: 'info', kinds: [] },
];
let database: Database;

before(async () => {
  const url = await createDatabase(`alerts_decided_${randomBytes(4).toString('hex')}`);
  database = await openDatabase({ url, role: 'alerts', schema: 'alerts_own', poolMax: 4 });
  await migrate(database, 'alerts_own', join(import.meta.dirname, '../../../services/alerts/sql/own'));
  await database.query('insert into seeded_tenants (tenant_id) values ($1)', [tenantId]);
});

after(() => database.close());

const offline: Alert = {
  alertId: alertIdOf(tenantId, 'rule', subject, '7'),
  ruleId: 'rule',
  kind: 'offline',
  severity: 'critical',
  subject,
  stationId: 'CS-1',
  locationId: null,
  evseId: null,
  connectorId: null,
  state: 'open',
  since: 1,
  openedAt: 2,
  closedAt: null,
  closeReason: null,
  groupId: null,
  suppressedBy: null,
  told: true,
  detail: {},
};

/** Opens the alert as whoever looked when so much was decided. */
const open = (decided: number, nowMs: number) =>
  transaction(database, (client) =>
    writeDecisions(
      client,
      { tenantId, nowMs, webhooks, decided },
      { opened: [offline], closed: [], changed: [], notices: [{ event: 'alert.opened', alert: offline }] },
    ),
  );

async function deliveries(): Promise<number> {
  const [row] = await database.query<{ count: number }>('select count(*)::int as count from deliveries');
  return row?.count ?? -1;
}

test('an alert that two open at once, each by its own clock, is told once', async () => {
  const { decided, alerts } = await standingAlerts(database, tenantId);
  assert.deepEqual(alerts, []);
  const first = await Promise.all([open(decided, 1_000), open(decided, 1_001)]);
  assert.deepEqual(new Set(first), new Set([false, true]));
  assert.equal(await deliveries(), 1);
  const later = await standingAlerts(database, tenantId);
  assert.deepEqual([later.decided, later.alerts.length], [decided + 1, 1]);
});

test('who looked after the last decision may decide', async () => {
  const { decided } = await standingAlerts(database, tenantId);
  assert.equal(await open(decided, 2_000), true);
  assert.equal(await open(decided, 3_000), false);
});

/** What the webhooks named are to be sent of an alert, in order: `webhook event state`. */
async function toldOf({ alertId }: Alert): Promise<string[]> {
  const rows = await database.query<{ webhook_id: string; event: string; body: string }>(
    'select webhook_id, event, body from deliveries where alert_id = $1 order by seq',
    [alertId],
  );
  return rows.map(({ webhook_id, event, body }) => {
    const { alert } = JSON.parse(body) as { alert: Alert };
    return `${webhook_id} ${event} ${alert.state}`;
  });
}

type Written = Partial<Parameters<typeof writeDecisions>[2]> & { readonly to?: typeof webhooks };

async function decide(nowMs: number, { to = webhooks, ...decisions }: Written): Promise<void> {
  const { decided } = await standingAlerts(database, tenantId);
  const all = { opened: [], closed: [], changed: [], notices: [], ...decisions };
  const deciding = { tenantId, nowMs, webhooks: to, decided };
  assert.ok(await transaction(database, (client) => writeDecisions(client, deciding, all)));
}

const other: Alert = { ...offline, alertId: alertIdOf(tenantId, 'rule', 'station/CS-2', '7'), subject: 'station/CS-2' };

test('the end is told to who was told the beginning, whatever they want by then, and to nobody else', async () => {
  const opened = { ...other, openedAt: 10_000 };
  await decide(10_000, { opened: [opened], notices: [{ event: 'alert.opened', alert: opened }] });
  const closed: Alert = { ...opened, state: 'closed', closedAt: 11_000, closeReason: 'cleared' };
  const to = [
    ...webhooks.map((each) => ({ ...each, kinds: ['faulted'] as WebhookValue['kinds'] })),
    ...webhooks.map((each) => ({ ...each, webhookId: 'late' })),
  ];
  await decide(11_000, { to, closed: [closed], notices: [{ event: 'alert.closed', alert: closed }] });
  assert.deepEqual(await toldOf(other), ['hook alert.opened open', 'hook alert.closed closed']);
  // What opens anew is told anew.
  const again = { ...opened, openedAt: 12_000 };
  await decide(12_000, { opened: [again], notices: [{ event: 'alert.opened', alert: again }] });
  assert.equal((await toldOf(other)).at(-1), 'hook alert.opened open');
  assert.equal((await toldOf(other)).length, 3);
});

test('a graver alert is told to who hears of graver ones alone, with the state that it has', async () => {
  const to = [
    ...webhooks,
    ...webhooks.map((each) => ({ ...each, webhookId: 'night', severityMin: 'critical' as const })),
  ];
  const mild = { ...other, severity: 'warning' as const, alertId: alertIdOf(tenantId, 'rule', 'x', '1'), subject: 'x' };
  await decide(20_000, { to, opened: [mild], notices: [{ event: 'alert.opened', alert: mild }] });
  assert.deepEqual(await toldOf(mild), ['hook alert.opened open']);
  await database.query(`update alerts set state = 'acknowledged' where alert_id = $1`, [mild.alertId]);
  const graver = { ...mild, severity: 'critical' as const };
  await decide(21_000, { to, changed: [graver], notices: [{ event: 'alert.opened', alert: graver }] });
  assert.deepEqual(await toldOf(mild), ['hook alert.opened open', 'night alert.opened acknowledged']);
  const [row] = (await standingAlerts(database, tenantId)).alerts.filter(({ alertId }) => alertId === mild.alertId);
  assert.deepEqual([row?.severity, row?.state], ['critical', 'acknowledged']);
});
