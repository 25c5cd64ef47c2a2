// Brings a station's transaction messages to the platform, one after the other, until each is acknowledged or given up.
import type { Clock, Timer } from '#load-tests/fleet/clock';
import type { Dialect } from '#load-tests/fleet/dialect';
import type { StationIdentity } from '#load-tests/fleet/identities';
import type { Model } from '#load-tests/fleet/model';
import { OfflineQueue } from '#load-tests/fleet/offline-queue';
import type { CallOutcome, Outgoing } from '#load-tests/fleet/rpc';
import type { Settings } from '#load-tests/fleet/settings';
import type { Tally } from '#load-tests/fleet/tally';
import type { Traits } from '#load-tests/fleet/traits';
import type { ChargingSession, TransactionMessage } from '#load-tests/fleet/transaction';
import type { Vendor } from '#load-tests/fleet/vendors';
import type { Logger } from '#kit/logger';

/** What a delivery asks of its station. */
export type DeliveryHost = {
  readonly identity: StationIdentity;
  readonly dialect: Dialect;
  readonly traits: Traits;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly tally: Tally;
  readonly vendor: Vendor;
  isReachable(): boolean;
  newMessageId(): string;
  call(outgoing: Outgoing, id: string): Promise<CallOutcome>;
  tokenRefused(session: ChargingSession): void;
};

export type Witness = { readonly model: Model; readonly logger: Logger };

export class Delivery {
  readonly #host: DeliveryHost;
  readonly #witness: Witness;
  readonly #queue = new OfflineQueue();
  #isSending = false;
  /** The start that was acknowledged last, while its session runs. */
  #lastStart: TransactionMessage | undefined;
  #retryTimer: Timer | undefined;

  constructor(host: DeliveryHost, witness: Witness) {
    this.#host = host;
    this.#witness = witness;
  }

  get queued(): number {
    return this.#queue.length;
  }

  hasQueued(transactionId: string | undefined): boolean {
    return this.#queue.holds(transactionId);
  }

  /** Some makes tell the start of a running transaction again after every reconnect (their own time, a new id). */
  repeatStart(): void {
    const message = this.#lastStart;
    if (message === undefined) return;
    const { dialect, traits } = this.#host;
    void this.#host.call(dialect.transaction(message, traits), this.#host.newMessageId());
  }

  enqueue(message: TransactionMessage): void {
    const pushedOut = this.#queue.push(message);
    if (pushedOut !== undefined) this.#lose(pushedOut, 'queue full');
    this.next();
  }

  /** Sends the head where it may go; called whenever that may have changed. */
  next(): void {
    const message = this.#queue.head;
    if (message === undefined || this.#isSending || this.#retryTimer !== undefined || !this.#host.isReachable()) return;
    this.#isSending = true;
    void this.#send(message);
  }

  /** The connection is gone: a new one does not wait for a retry's turn. */
  interrupt(): void {
    this.#retryTimer?.cancel();
    this.#retryTimer = undefined;
  }

  async #send(message: TransactionMessage): Promise<void> {
    const { identity, dialect, traits, vendor } = this.#host;
    this.#witness.model.offered(identity, message, vendor.quirks.miscountsEnergy === true);
    if (message.messageId === undefined || !traits.repeatsMessageId) message.messageId = this.#host.newMessageId();
    const outcome = await this.#host.call(dialect.transaction(message, traits), message.messageId);
    this.#isSending = false;
    if (outcome.kind === 'result') this.#acknowledged(message, outcome.payload);
    else if (outcome.kind === 'timeout' || (outcome.kind === 'error' && outcome.code !== 'SecurityError'))
      this.#failed();
    this.next();
  }

  #acknowledged(message: TransactionMessage, payload: unknown): void {
    const { identity, dialect, tally } = this.#host;
    this.#queue.delivered();
    const verdict = dialect.readVerdict(payload);
    if (message.kind === 'started') {
      tally.sessionsStarted += 1;
      this.#lastStart = message;
      message.session.transactionId ??= verdict.transactionId;
    }
    if (message.kind === 'ended') {
      tally.sessionsEnded += 1;
      if (this.#lastStart?.session === message.session) this.#lastStart = undefined;
    }
    this.#witness.model.acknowledged(identity, message);
    if (!verdict.tokenAccepted && message.kind !== 'ended') this.#host.tokenRefused(message.session);
  }

  #failed(): void {
    const { transactionMessageAttempts, transactionMessageRetryIntervalSeconds } = this.#host.settings;
    const verdict = this.#queue.failed({
      attempts: transactionMessageAttempts,
      retryIntervalSeconds: transactionMessageRetryIntervalSeconds,
    });
    if (verdict.kind === 'dropped') return this.#lose(verdict.message, 'attempts used up');
    this.#retryTimer = this.#host.clock.after(verdict.waitMs, () => {
      this.#retryTimer = undefined;
      this.next();
    });
  }

  #lose(message: TransactionMessage, reason: string): void {
    const { identity, tally } = this.#host;
    const { model, logger } = this.#witness;
    tally.dropped += 1;
    model.dropped(identity, message);
    logger.warn(
      { stationId: identity.stationId, evseId: message.session.evseId, kind: message.kind, reason },
      'transaction message dropped',
    );
  }
}
