// Two who decide on the same look, as where the lead changes within one: the second writes nothing and tells nobody.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { migrate } from '#kit/migrations';
import { openDatabase, transaction, type Database } from '#kit/postgres';
import { alertIdOf, type Alert } from '#services/alerts/domain/alert';
import { standingAlerts, writeDecisions } from '#services/alerts/store/alert-rows';
import { createDatabase } from '#test/support/fresh-postgres';

const tenantId = 'default';
const subject = 'station/CS-1';
const webhooks = [
  { webhookId: 'hook', url: 'https://example.org/', enabled: true, severityMin: 'info' as const, kinds: [] },
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
