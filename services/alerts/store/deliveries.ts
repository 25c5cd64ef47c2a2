// The ledger of what webhooks are told: enqueued with what caused it, taken when due, settled after each attempt.
import type { PoolClient } from 'pg';
import type { WebhookValue } from '#contracts/alerting';
import { formatUuid, uuidV8 } from '#contracts/keys';
import type { Database } from '#kit/postgres';
import { writeRows } from '#kit/projection/table-rows';
import type { Alert } from '../domain/alert.ts';
import { bodyOf, wants, type DeliveryEvent } from '../domain/delivery.ts';
import { shownOf } from './alert-rows.ts';

export type DueDelivery = {
  readonly tenant_id: string;
  readonly delivery_id: string;
  readonly webhook_id: string;
  readonly event: DeliveryEvent;
  readonly body: string;
  readonly attempts: number;
  readonly created_at: number;
  readonly webhook: WebhookValue | null;
  readonly sealed: Buffer | null;
};

type Telling = { readonly tenantId: string; readonly nowMs: number; readonly webhooks: readonly WebhookValue[] };

const insertDeliveries = `
  insert into deliveries (tenant_id, delivery_id, webhook_id, alert_id, event, body, state, attempts, created_at, next_at)
  select tenant_id, delivery_id, webhook_id, alert_id, event, body, 'pending', 0, created_at, created_at
    from json_to_recordset($1::json) as row
      (tenant_id text, delivery_id uuid, webhook_id text, alert_id uuid, event text, body text, created_at bigint)
  on conflict do nothing`;

export async function enqueueNotices(
  client: PoolClient,
  telling: Telling,
  notices: readonly { readonly event: DeliveryEvent; readonly alert: Alert }[],
): Promise<void> {
  const rows = telling.webhooks.flatMap((webhook) =>
    notices
      .filter(({ alert }) => wants(webhook, alert))
      .map(({ event, alert }) =>
        deliveryRow(telling, webhook, { event, alertId: alert.alertId, shown: shownOf(alert) }),
      ),
  );
  await writeRows(client, insertDeliveries, rows);
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

/** Of an alert only the oldest that is pending: a webhook hears its end after its beginning. */
export function dueDeliveries(database: Database, nowMs: number, limit: number): Promise<DueDelivery[]> {
  return database.query<DueDelivery>(
    `select d.tenant_id, d.delivery_id, d.webhook_id, d.event, d.body, d.attempts, d.created_at, r.value as webhook, s.sealed
       from deliveries d
       left join resources r on r.tenant_id = d.tenant_id and r.kind = 'webhook' and r.id = d.webhook_id
       left join webhook_secrets s on s.tenant_id = d.tenant_id and s.webhook_id = d.webhook_id
      where d.state = 'pending' and d.next_at <= $1
        and not exists (select from deliveries e where e.tenant_id = d.tenant_id and e.webhook_id = d.webhook_id
          and e.alert_id = d.alert_id and e.state = 'pending' and e.created_at < d.created_at)
      order by d.next_at, d.delivery_id limit $2`,
    [nowMs, limit],
  );
}

export type Settled = {
  readonly state: 'pending' | 'delivered' | 'dead';
  readonly at: number;
  readonly nextAt: number;
  readonly status: number | null;
  readonly error: string | null;
};

export async function settleDelivery(
  database: Database,
  { tenant_id, delivery_id }: Pick<DueDelivery, 'tenant_id' | 'delivery_id'>,
  { state, at, nextAt, status, error }: Settled,
): Promise<void> {
  await database.query(
    `update deliveries set state = $3, attempts = attempts + 1, next_at = $4, last_status = $5, last_error = $6,
       delivered_at = case when $3 = 'delivered' then $7::bigint end
     where tenant_id = $1 and delivery_id = $2 and state = 'pending'`,
    [tenant_id, delivery_id, state, nextAt, status, error, at],
  );
}

/** What ended long ago: deliveries and closed alerts. */
export async function prune(database: Database, beforeMs: number): Promise<void> {
  await database.query(`delete from deliveries where state <> 'pending' and created_at < $1`, [beforeMs]);
  await database.query(`delete from alerts where state = 'closed' and closed_at < $1`, [beforeMs]);
}
