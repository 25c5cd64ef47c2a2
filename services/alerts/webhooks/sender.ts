// Reactor: sends what the ledger holds to webhooks, signed, one after the other to each, until it was taken or is dead.
import { sleep } from '#kit/back-off';
import type { Egress, EgressAnswer } from '#kit/egress';
import { failpoint } from '#kit/failpoint';
import type { Closable } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';
import { counter } from '#kit/metrics';
import type { Database } from '#kit/postgres';
import type { Seal } from '#kit/sealed';
import { settledBy, signatureOf } from '../domain/delivery.ts';
import { dueDeliveries, giveUp, laneOf, settleDelivery, type DueDelivery } from '../store/due-deliveries.ts';
import { secretOf } from './secret.ts';

export type SenderOptions = {
  readonly database: Database;
  readonly egress: Egress;
  readonly seal: Seal;
  readonly logger: Logger;
  readonly tickMs: number;
  readonly daysMax: number;
  /** Calls at the same time: of all tenants, and of one. */
  readonly parallelMax: number;
  readonly parallelOfTenantMax: number;
  leads(): boolean;
  now(): number;
};

/** So many of a webhook go out at a turn; then others come first. */
const turnMax = 50;
const dayMs = 86_400_000;

const attempts = counter('alerts_webhook_attempts_total', {
  help: 'Deliveries tried, by what became of them',
  labels: ['state'],
});
const givenUp = counter('alerts_webhook_given_up_total', {
  help: 'Deliveries that are dead untried: those before them were not taken in time',
  labels: [],
});

export class Sender implements Closable {
  readonly #options: SenderOptions;
  readonly #closing = new AbortController();
  /** Lanes that a call is out for, each with its tenant. */
  readonly #busy = new Map<string, { readonly tenantId: string; readonly turn: Promise<void> }>();
  readonly #running: Promise<void>;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
    await Promise.all([...this.#busy.values()].map(({ turn }) => turn));
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    const { tickMs, leads, logger } = this.#options;
    for (await sleep(tickMs, signal); !signal.aborted; await sleep(tickMs, signal)) {
      try {
        if (leads()) await this.#startTurns();
      } catch (error) {
        logger.warn({ err: error }, 'deliveries not sent');
      }
    }
  }

  /** A webhook that does not answer holds its own lane alone; its tenant has the others of its share, all others theirs. */
  async #startTurns(): Promise<void> {
    const { database, now, parallelMax, parallelOfTenantMax } = this.#options;
    const free = parallelMax - this.#busy.size;
    if (free <= 0) return;
    const shares = new Map<string, number>();
    for (const { tenantId } of this.#busy.values()) shares.set(tenantId, (shares.get(tenantId) ?? 0) + 1);
    const asking = { nowMs: now(), busy: [...this.#busy.keys()], ofTenantMax: parallelOfTenantMax };
    // More than are free: of some tenants the share is taken already.
    const heads = await dueDeliveries(database, { ...asking, max: parallelMax + free });
    for (const head of heads) {
      const { tenant_id: tenantId } = head;
      const share = shares.get(tenantId) ?? 0;
      if (this.#busy.size >= parallelMax) return;
      if (share >= parallelOfTenantMax) continue;
      shares.set(tenantId, share + 1);
      const lane = laneOf(head);
      const turn = this.#turn(lane, head).finally(() => this.#busy.delete(lane));
      this.#busy.set(lane, { tenantId, turn });
    }
  }

  async #turn(lane: string, head: DueDelivery): Promise<void> {
    const { database, leads, now, logger } = this.#options;
    try {
      let next: DueDelivery | undefined = head;
      for (let sent = 0; next !== undefined && sent < turnMax; sent += 1) {
        if (this.#closing.signal.aborted || !leads()) return;
        await this.#send(next);
        [next] = await dueDeliveries(database, { nowMs: now(), busy: [], ofTenantMax: 1, max: 1, lane });
      }
    } catch (error) {
      logger.warn({ err: error, lane }, 'deliveries not sent');
    }
  }

  /** A crash after the call and before the ledger sends it again under the same id: receivers know it by that. */
  async #send(delivery: DueDelivery): Promise<void> {
    const { database, now, daysMax } = this.#options;
    const answer = await this.#call(delivery);
    const unsettled = failpoint('alerts.before-settled');
    if (unsettled !== undefined) await unsettled;
    const nowMs = now();
    const triedMsMax = daysMax * dayMs;
    const sinceMs = delivery.redriven_at ?? delivery.created_at;
    const settled = settledBy(answer, { attempts: delivery.attempts + 1, sinceMs, nowMs, triedMsMax });
    await settleDelivery(database, delivery, settled);
    attempts.inc({ state: settled.state });
    if (settled.state === 'dead') givenUp.inc({}, await giveUp(database, delivery, nowMs - triedMsMax));
  }

  async #call({ webhook, sealed, body, event, ...delivery }: DueDelivery): Promise<EgressAnswer> {
    const { egress, seal, now } = this.#options;
    if (sealed === null || !webhook.enabled) return { kind: 'refused', why: 'the webhook is off' };
    const timestampSeconds = Math.floor(now() / 1_000);
    const secret = secretOf(seal, { tenantId: delivery.tenant_id, webhookId: delivery.webhook_id, sealed });
    return egress({
      method: 'POST',
      url: webhook.url,
      // Whoever may write webhooks named it; whether it may be called the guard decides by its address.
      hosts: [new URL(webhook.url).host],
      headers: {
        'idempotency-key': delivery.delivery_id,
        'x-chargestream-event': event,
        'x-chargestream-timestamp': String(timestampSeconds),
        'x-chargestream-signature': `v1=${signatureOf(secret, timestampSeconds, body)}`,
      },
      body,
    });
  }
}
