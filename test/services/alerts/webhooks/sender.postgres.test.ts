// Webhooks on a real ledger: who does not answer delays nobody else, each hears everything in order, what nobody took is driven anew.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import type { WebhookValue } from '#contracts/alerting';
import { openEgress } from '#kit/egress';
import { createLogger } from '#kit/logger';
import { migrate } from '#kit/migrations';
import { openDatabase, transaction, type Database } from '#kit/postgres';
import { alertIdOf, type Alert } from '#services/alerts/domain/alert';
import { rejectedAttemptsMax } from '#services/alerts/domain/delivery';
import { enqueueNotices, enqueueTest, redrive } from '#services/alerts/store/deliveries';
import { insertResource } from '#services/alerts/store/resources';
import { newSecret, webhookSeal } from '#services/alerts/webhooks/secret';
import { Sender } from '#services/alerts/webhooks/sender';
import { createDatabase } from '#test/support/fresh-postgres';
import { until } from '#test/support/until';

const seal = webhookSeal({ tenantKeySeed: 'ab'.repeat(32) });
const logger = createLogger('test', 'silent');
const dayMs = 86_400_000;
const t0 = Date.UTC(2026, 5, 1);
let database: Database;
let server: Server;
let host = '';
let clock = t0;
/** By path: what each webhook heard, how it answers, and calls that it leaves without an answer. */
let heard: Record<string, string[]> = {};
let answers: Record<string, number | 'nothing'> = {};
let hanging: ServerResponse[] = [];

before(async () => {
  server = createServer((request, response) => {
    const path = request.url ?? '';
    heard[path] = [...(heard[path] ?? []), String(request.headers['idempotency-key'])];
    const answer = answers[path] ?? 200;
    request.resume();
    if (answer === 'nothing') hanging.push(response);
    else response.writeHead(answer).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const url = await createDatabase(`alerts_sender_${randomBytes(4).toString('hex')}`);
  database = await openDatabase({ url, role: 'alerts', schema: 'alerts_own', poolMax: 12 });
  await migrate(database, 'alerts_own', join(import.meta.dirname, '../../../../services/alerts/sql/own'));
});
beforeEach(async () => {
  await database.query('truncate deliveries, resources, webhook_secrets');
  [heard, answers, hanging, clock] = [{}, {}, [], t0];
});
after(async () => {
  server.closeAllConnections();
  server.close();
  await database.close();
});

async function webhook(tenantId: string, webhookId: string): Promise<WebhookValue> {
  const path = `http://${host}/${tenantId}/${webhookId}`;
  const value: WebhookValue = { webhookId, url: path, enabled: true, severityMin: 'info', kinds: [] };
  await transaction(database, async (client) => {
    await insertResource(client, { tenantId, actor: 'key-1', at: t0 }, { kind: 'webhook', id: webhookId, value });
    await newSecret(client, seal, { tenantId, webhookId });
  });
  return value;
}

const base = {
  ruleId: 'r',
  kind: 'offline',
  severity: 'critical',
  stationId: 'S',
  locationId: null,
  evseId: null,
} as const;
const times = {
  since: t0,
  openedAt: t0,
  closedAt: null,
  closeReason: null,
  groupId: null,
  suppressedBy: null,
} as const;
function alertOf(n: number): Alert {
  const place = { ...base, subject: `station/S${n}`, connectorId: null };
  return { alertId: alertIdOf('t', 'r', 'S', String(n)), ...place, state: 'open', ...times, told: true, detail: {} };
}

/** So many alerts that opened one after the other; the ids of their deliveries, in that order. */
async function tell(tenantId: string, to: WebhookValue, count: number): Promise<string[]> {
  const notices = Array.from({ length: count }, (_, n) => ({ event: 'alert.opened' as const, alert: alertOf(n) }));
  await transaction(database, (client) => enqueueNotices(client, { tenantId, nowMs: clock, webhooks: [to] }, notices));
  const rows = await database.query<{ id: string }>(
    'select delivery_id as id from deliveries where tenant_id = $1 and webhook_id = $2 order by seq',
    [tenantId, to.webhookId],
  );
  return rows.map(({ id }) => id);
}

async function sending(work: () => Promise<void>, more: { ofTenant?: number; timeoutMs?: number } = {}): Promise<void> {
  const egress = openEgress({ insecureHosts: [host], timeoutMs: more.timeoutMs ?? 5_000 });
  const bounds = { daysMax: 3, parallelMax: 8, parallelOfTenantMax: more.ofTenant ?? 2 };
  const sender = new Sender({
    database,
    egress,
    seal,
    logger,
    tickMs: 10,
    ...bounds,
    leads: () => true,
    now: () => clock,
  });
  try {
    await work();
  } finally {
    for (const response of hanging) response.destroy();
    await sender.close();
  }
}

const statesOf = async (webhookId: string): Promise<string[]> => {
  const rows = await database.query<{ state: string }>(
    'select state from deliveries where webhook_id = $1 order by seq',
    [webhookId],
  );
  return rows.map(({ state }) => state);
};

test('webhooks that do not answer delay neither their tenant’s others nor another tenant’s', async () => {
  const dead = await Promise.all(['dead-1', 'dead-2', 'dead-3', 'dead-4'].map((id) => webhook('many', id)));
  for (const { webhookId } of dead) answers[`/many/${webhookId}`] = 'nothing';
  for (const each of dead) await tell('many', each, 30);
  const [alive, own] = [await webhook('other', 'alive'), await webhook('one', 'own')];
  const slow = await webhook('one', 'slow');
  answers['/one/slow'] = 'nothing';
  await tell('one', slow, 30);
  // Those that hang are tried first: they are older.
  clock += 1;
  const [ofOther, ofOwn] = [await tell('other', alive, 5), await tell('one', own, 5)];
  await sending(
    async () => {
      await until(() => heard['/other/alive']?.length === 5, 'all of another tenant’s');
      await until(() => heard['/one/own']?.length === 5, 'all of its tenant’s other');
      assert.equal(hanging.length, 3, 'two of one tenant, which is its share, and one of the other');
    },
    { timeoutMs: 60_000 },
  );
  assert.deepEqual([heard['/other/alive'], heard['/one/own']], [ofOther, ofOwn], 'in their order');
});

test('what follows waits for what came before; a webhook that is back hears all in order, each once more at most', async () => {
  const ops = await webhook('t', 'ops');
  const ids = await tell('t', ops, 4);
  answers['/t/ops'] = 503;
  const calls = (): number => heard['/t/ops']?.length ?? 0;
  await sending(async () => {
    await until(() => calls() === 1, 'the first attempt');
    await until(async () => (await attemptsOf('ops'))[0] === 1, 'it to be noted');
    clock += 9_999;
    await attempted('t', 'probe');
    assert.equal(calls(), 1, 'before ten seconds are over nothing of it is tried');
    clock += 1;
    await until(() => calls() === 2, 'the second attempt');
    answers['/t/ops'] = 200;
    await until(async () => (await attemptsOf('ops'))[0] === 2, 'it to be noted');
    clock += 20_000;
    await until(async () => (await statesOf('ops')).every((state) => state === 'delivered'), 'all to be delivered');
  });
  assert.deepEqual(heard['/t/ops'], [ids[0], ids[0], ...ids]);
});

async function attemptsOf(webhookId: string): Promise<number[]> {
  const rows = await database.query<{ attempts: number }>(
    'select attempts from deliveries where webhook_id = $1 order by seq',
    [webhookId],
  );
  return rows.map(({ attempts }) => attempts);
}

/** Resolves once another webhook was served: who is due was looked for since. */
async function attempted(tenantId: string, webhookId: string): Promise<void> {
  const probe = await webhook(tenantId, webhookId);
  await transaction(database, (client) => enqueueTest(client, { tenantId, nowMs: clock, webhooks: [probe] }));
  await until(() => heard[`/${tenantId}/${webhookId}`]?.length === 1, `a call of ${webhookId}`);
}

test('a try by hand does not wait behind what waits, and one that is taken lets it go on at once', async () => {
  const ops = await webhook('t', 'ops');
  const [first] = await tell('t', ops, 1);
  answers['/t/ops'] = 503;
  await sending(async () => {
    await until(async () => (await attemptsOf('ops'))[0] === 1, 'the first attempt');
    answers['/t/ops'] = 200;
    await transaction(database, (client) => enqueueTest(client, { tenantId: 't', nowMs: clock, webhooks: [ops] }));
    await until(async () => (await statesOf('ops')).every((state) => state === 'delivered'), 'both');
  });
  assert.deepEqual([heard['/t/ops']?.[0], heard['/t/ops']?.[2]], [first, first]);
});

test('what a receiver says no to is dead after its attempts, and lets through what stands behind it', async () => {
  const ops = await webhook('t', 'ops');
  await tell('t', ops, 2);
  answers['/t/ops'] = 400;
  await sending(async () => {
    for (let n = 1; n <= rejectedAttemptsMax; n += 1) {
      await until(async () => (await attemptsOf('ops'))[0] === n, `attempt ${n}`);
      assert.deepEqual(await statesOf('ops'), [n < rejectedAttemptsMax ? 'pending' : 'dead', 'pending']);
      clock += 3_600_000;
    }
    answers['/t/ops'] = 200;
    // It may have been called, in vain, with the last attempt before it, and is called again after a while.
    await until(async () => {
      clock += 60_000;
      return (await statesOf('ops'))[1] === 'delivered';
    }, 'the one behind it');
  });
});

test('what nobody took in its days is dead, with all that waited as long, and is driven anew under its own id', async () => {
  const ops = await webhook('t', 'ops');
  const old = await tell('t', ops, 3);
  answers['/t/ops'] = 503;
  await sending(async () => {
    await until(async () => (await attemptsOf('ops'))[0] === 1, 'the first attempt');
    clock = t0 + 3 * dayMs - 20_000;
    await until(async () => (await attemptsOf('ops'))[0] === 2, 'the last attempt within them');
    assert.deepEqual(await statesOf('ops'), ['pending', 'pending', 'pending']);
    clock = t0 + 3 * dayMs + 1;
    await until(async () => (await statesOf('ops')).every((state) => state === 'dead'), 'all to be dead');
    assert.deepEqual(await attemptsOf('ops'), [3, 0, 0]);
    answers['/t/ops'] = 200;
    const [one = '', ...others] = old;
    const which = { tenantId: 't', webhookId: 'ops', nowMs: clock };
    assert.deepEqual(await transaction(database, (client) => redrive(client, which, [one])), [one]);
    await until(async () => (await statesOf('ops'))[0] === 'delivered', 'the one that was named');
    assert.deepEqual(await transaction(database, (client) => redrive(client, which, [one])), [], 'it is not dead');
    const elsewhere = { ...which, tenantId: 'other' };
    assert.deepEqual(await transaction(database, (client) => redrive(client, elsewhere, null)), [], 'another tenant’s');
    const rest = await transaction(database, (client) => redrive(client, which, null));
    assert.deepEqual(rest.toSorted(), others.toSorted());
    await until(async () => (await statesOf('ops')).every((state) => state === 'delivered'), 'the others');
  });
  assert.deepEqual(heard['/t/ops']?.slice(-3), old, 'in their order, under their ids');
});
