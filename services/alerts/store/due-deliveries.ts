// Of each webhook the delivery that is next, where it is due; and what became of it. A try by hand waits behind none of alerts.
import type { WebhookValue } from '#contracts/alerting';
import type { Database } from '#kit/postgres';
import type { DeliveryEvent, Settled } from '../domain/delivery.ts';
import { hurry } from './deliveries.ts';

export type DueDelivery = {
  readonly tenant_id: string;
  readonly delivery_id: string;
  readonly webhook_id: string;
  readonly event: DeliveryEvent;
  readonly body: string;
  readonly attempts: number;
  readonly created_at: number;
  readonly redriven_at: number | null;
  readonly webhook: WebhookValue;
  readonly sealed: Buffer | null;
};

/** Deliveries that are sent one after the other: a webhook's, or its tries by hand. */
export function laneOf({ tenant_id, webhook_id, event }: DueDelivery): string {
  return `${tenant_id}/${webhook_id}/${event === 'webhook.test'}`;
}

export type Asking = {
  readonly nowMs: number;
  /** Lanes that are busy already. */
  readonly busy: readonly string[];
  readonly ofTenantMax: number;
  readonly max: number;
  /** Only this lane. */
  readonly lane?: string;
};

/**
 * Heads of lanes: what stands behind one that is not due waits with it, so a webhook hears everything in the order in which it
 * was decided. Of each tenant a few: one with many webhooks stands in nobody's way.
 */
export function dueDeliveries(
  database: Database,
  { nowMs, busy, ofTenantMax, max, lane }: Asking,
): Promise<DueDelivery[]> {
  return database.query<DueDelivery>(
    `select tenant_id, delivery_id, webhook_id, event, body, attempts, created_at, redriven_at, webhook, sealed from (
       select d.*, w.value as webhook, s.sealed,
              row_number() over (partition by d.tenant_id order by d.next_at, d.seq) as place
         from resources w
        cross join (values (false), (true)) as lanes (is_test)
        cross join lateral (
          select * from deliveries h
           where h.tenant_id = w.tenant_id and h.webhook_id = w.id and h.state = 'pending'
             and (h.event = 'webhook.test') = is_test
           order by h.seq limit 1) d
         left join webhook_secrets s on s.tenant_id = w.tenant_id and s.webhook_id = w.id
        where w.kind = 'webhook' and d.next_at <= $1
          and w.tenant_id || '/' || w.id || '/' || is_test <> all($2)
          and ($5::text is null or w.tenant_id || '/' || w.id || '/' || is_test = $5)) as heads
      where place <= $3 order by place, next_at, seq limit $4`,
    [nowMs, busy, ofTenantMax, max, lane ?? null],
  );
}

export async function settleDelivery(
  database: Database,
  delivery: Pick<DueDelivery, 'tenant_id' | 'delivery_id' | 'webhook_id' | 'event'>,
  { state, at, nextAt, status, error }: Settled,
): Promise<void> {
  const { tenant_id: tenantId, delivery_id, webhook_id: webhookId, event } = delivery;
  await database.query(
    `update deliveries set state = $3, attempts = attempts + 1, next_at = $4, last_status = $5, last_error = $6,
       delivered_at = case when $3 = 'delivered' then $7::bigint end
     where tenant_id = $1 and delivery_id = $2 and state = 'pending'`,
    [tenantId, delivery_id, state, nextAt, status, error, at],
  );
  if (state === 'delivered' && event === 'webhook.test') await hurry(database.pool, { tenantId, webhookId, nowMs: at });
}

/** What waited behind one that nobody took, as long as that: each would take its turn to fail. */
export async function giveUp(
  database: Database,
  { tenant_id, webhook_id }: Pick<DueDelivery, 'tenant_id' | 'webhook_id'>,
  beforeMs: number,
): Promise<number> {
  const rows = await database.query(
    `update deliveries set state = 'dead', last_error = coalesce(last_error, 'nobody took those before it in time')
      where tenant_id = $1 and webhook_id = $2 and state = 'pending' and coalesce(redriven_at, created_at) < $3
     returning delivery_id`,
    [tenant_id, webhook_id, beforeMs],
  );
  return rows.length;
}
