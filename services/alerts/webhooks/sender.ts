// Reactor: sends what the ledger holds to webhooks, signed, until each delivery was taken or is dead.
import { sleep } from '#kit/back-off';
import type { Egress, EgressAnswer } from '#kit/egress';
import { failpoint } from '#kit/failpoint';
import type { Closable } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';
import { counter } from '#kit/metrics';
import type { Database } from '#kit/postgres';
import type { Seal } from '#kit/sealed';
import { nextAttemptAt, signatureOf } from '../domain/delivery.ts';
import { dueDeliveries, settleDelivery, type DueDelivery, type Settled } from '../store/deliveries.ts';
import { secretOf } from './secret.ts';

export type SenderOptions = {
  readonly database: Database;
  readonly egress: Egress;
  readonly seal: Seal;
  readonly logger: Logger;
  readonly tickMs: number;
  readonly deliveryDaysMax: number;
  leads(): boolean;
  now(): number;
};

const batchMax = 20;
const dayMs = 86_400_000;
const errorCharactersMax = 200;

const attempts = counter('alerts_webhook_attempts_total', {
  help: 'Deliveries tried, by what became of them',
  labels: ['state'],
});

export class Sender implements Closable {
  readonly #options: SenderOptions;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    const { tickMs, leads, logger } = this.#options;
    for (await sleep(tickMs, signal); !signal.aborted; await sleep(tickMs, signal)) {
      try {
        if (leads()) await this.#sendDue();
      } catch (error) {
        logger.warn({ err: error }, 'deliveries not sent');
      }
    }
  }

  async #sendDue(): Promise<void> {
    const { database, now } = this.#options;
    for (let due = batchMax; due === batchMax && !this.#closing.signal.aborted;) {
      const batch = await dueDeliveries(database, now(), batchMax);
      await Promise.all(batch.map((delivery) => this.#send(delivery)));
      due = batch.length;
    }
  }

  /** A crash after the call and before the ledger sends it again under the same id: receivers know it by that. */
  async #send(delivery: DueDelivery): Promise<void> {
    const { database } = this.#options;
    const answer = await this.#call(delivery);
    const unsettled = failpoint('alerts.before-settled');
    if (unsettled !== undefined) await unsettled;
    const settled = this.#settledBy(delivery, answer);
    await settleDelivery(database, delivery, settled);
    attempts.inc({ state: settled.state });
  }

  async #call({ webhook, sealed, body, event, ...delivery }: DueDelivery): Promise<EgressAnswer> {
    const { egress, seal, now } = this.#options;
    if (webhook === null || sealed === null || !webhook.enabled) return { kind: 'refused', why: 'the webhook is off' };
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

  #settledBy({ attempts: before, created_at: createdAt }: DueDelivery, answer: EgressAnswer): Settled {
    const { now, deliveryDaysMax } = this.#options;
    const at = now();
    const status = answer.kind === 'answered' ? answer.status : null;
    const nextAt = nextAttemptAt(before + 1, at);
    if (answer.kind === 'answered' && answer.status >= 200 && answer.status < 300)
      return { state: 'delivered', at, nextAt: at, status, error: null };
    const error = answer.kind === 'answered' ? `it answered ${answer.status}` : answer.why.slice(0, errorCharactersMax);
    // 410: the receiver wants no more. Refused: no later attempt would be let out.
    const isOver = status === 410 || answer.kind === 'refused' || nextAt - createdAt > deliveryDaysMax * dayMs;
    return { state: isOver ? 'dead' : 'pending', at, nextAt, status, error };
  }
}
