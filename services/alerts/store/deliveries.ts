// The ledger of what webhooks are told: enqueued with what caused it, driven anew by hand, pruned when it is old.
import type { PoolClient } from 'pg';
import type { WebhookValue } from '#contracts/alerting';
import { formatUuid, uuidV8 } from '#contracts/keys';
import type { Database } from '#kit/postgres';
import { writeRows } from '#kit/projection/table-rows';
import type { Alert } from '../domain/alert.ts';
import { bodyOf, wants, type DeliveryEvent } from '../domain/delivery.ts';
import { shownOf } from './alert-rows.ts';

/** As many as one request drives anew. */
export const redrivenMax = 1_000;

type Telling = { readonly tenantId: string; readonly nowMs: number; readonly webhooks: readonly WebhookValue[] };

const insertDeliveries = `
  insert into deliveries (tenant_id, delivery_id, webhook_id, alert_id, event, body, state, attempts, created_at, next_at, seq)
  select tenant_id, delivery_id, webhook_id, alert_id, event, body, 'pending', 0, created_at, created_at, nextval('delivery_order')
    from json_to_recordset($1::json) as row
      (tenant_id text, delivery_id uuid, webhook_id text, alert_id uuid, event text, body text, created_at bigint)
  on conflict do nothing`;

/** A beginning to whom it concerns and who did not hear it yet; what follows to whoever heard that. */
export async function enqueueNotices(
  client: PoolClient,
  telling: Telling,
  notices: readonly { readonly event: DeliveryEvent; readonly alert: Alert }[],
): Promise<void> {
  if (notices.length === 0 || telling.webhooks.length === 0) return;
  const heard = await heardBeginnings(client, telling, notices);
  const rows = telling.webhooks.flatMap((webhook) =>
    notices
      .filter(({ event, alert }) => {
        const hasHeard = heard.has(`${webhook.webhookId} ${alert.alertId}`);
        return event === 'alert.opened' ? wants(webhook, alert) && !hasHeard : webhook.enabled && hasHeard;
      })
      .map(({ event, alert }) =>
        deliveryRow(telling, webhook, { event, alertId: alert.alertId, shown: shownOf(alert) }),
      ),
  );
  await writeRows(client, insertDeliveries, rows);
}

/** `webhook alert` of those whose webhook was told that it opened; an alert that opened anew is told anew. */
async function heardBeginnings(
  client: PoolClient,
  { tenantId }: Telling,
  notices: readonly { readonly alert: Alert }[],
): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ webhook_id: string; alert_id: string }>(
    `select d.webhook_id, d.alert_id from unnest($2::uuid[], $3::bigint[]) as a (alert_id, opened_at)
       join deliveries d on d.tenant_id = $1 and d.alert_id = a.alert_id and d.event = 'alert.opened'
        and d.created_at >= a.opened_at`,
    [tenantId, notices.map(({ alert }) => alert.alertId), notices.map(({ alert }) => alert.openedAt)],
  );
  return new Set(rows.map(({ webhook_id, alert_id }) => `${webhook_id} ${alert_id}`));
}

/** Something to try a webhook with. */
export async function enqueueTest(client: PoolClient, telling: Telling): Promise<string[]> {
  const rows = telling.webhooks.map((webhook) =>
    deliveryRow(telling, webhook, { event: 'webhook.test', alertId: null, shown: null }),
  );
  await writeRows(client, insertDeliveries, rows);
  return rows.map(({ delivery_id }) => delivery_id);
}

type Told = { readonly event: DeliveryEvent; readonly alertId: string | null; readonly shown: object | null };

function deliveryRow({ tenantId, nowMs }: Telling, { webhookId }: WebhookValue, { event, alertId, shown }: Told) {
  const id = uuidV8(['delivery', tenantId, webhookId, alertId ?? '', event, String(nowMs)]);
  return {
    tenant_id: tenantId,
    delivery_id: formatUuid(id),
    webhook_id: webhookId,
    alert_id: alertId,
    event,
    body: bodyOf(event, nowMs, shown),
    created_at: nowMs,
  };
}

/** Dead ones are tried again, in their old place before what waits; of these ids, or all. Those that are. */
export async function redrive(
  client: PoolClient,
  { tenantId, webhookId, nowMs }: { readonly tenantId: string; readonly webhookId: string; readonly nowMs: number },
  deliveryIds: readonly string[] | null,
): Promise<string[]> {
  const { rows } = await client.query<{ delivery_id: string }>(
    `update deliveries set state = 'pending', attempts = 0, next_at = $3, redriven_at = $3
      where (tenant_id, delivery_id) in (select tenant_id, delivery_id from deliveries
        where tenant_id = $1 and webhook_id = $2 and state = 'dead' and ($4::uuid[] is null or delivery_id = any($4))
        order by seq limit ${redrivenMax}) returning delivery_id`,
    [tenantId, webhookId, nowMs, deliveryIds],
  );
  return rows.map(({ delivery_id }) => delivery_id);
}

/** Whoever waits for its next attempt gets it now: its webhook is another, or took something. */
export async function hurry(
  client: Pick<PoolClient, 'query'>,
  { tenantId, webhookId, nowMs }: { readonly tenantId: string; readonly webhookId: string; readonly nowMs: number },
): Promise<void> {
  await client.query(
    `update deliveries set next_at = $3 where tenant_id = $1 and webhook_id = $2 and state = 'pending' and next_at > $3`,
    [tenantId, webhookId, nowMs],
  );
}

/** What ended long ago: deliveries and closed alerts. */
export async function prune(database: Database, beforeMs: number): Promise<void> {
  await database.query(`delete from deliveries where state <> 'pending' and created_at < $1`, [beforeMs]);
  // Decided while their webhook was deleted.
  await database.query(
    `delete from deliveries d where state = 'pending' and not exists
       (select from resources r where r.tenant_id = d.tenant_id and r.kind = 'webhook' and r.id = d.webhook_id)`,
  );
  await database.query(`delete from alerts where state = 'closed' and closed_at < $1`, [beforeMs]);
}
