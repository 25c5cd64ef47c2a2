// Transaction messages on their way: kept in order, repeated as the spec says (1.6 §3.7, 2.x E13), never silently lost.
import type { TransactionMessage } from '#load-tests/fleet/transaction';

export type RetrySettings = { readonly attempts: number; readonly retryIntervalSeconds: number };

/** After a failed attempt: wait and send the same again, or it was the last attempt and the message is gone. */
export type Verdict =
  | { readonly kind: 'retry'; readonly waitMs: number }
  | { readonly kind: 'dropped'; readonly message: TransactionMessage };

export const queuedMessagesMax = 5000;

export class OfflineQueue {
  readonly #messages: TransactionMessage[] = [];
  #failedAttempts = 0;

  get length(): number {
    return this.#messages.length;
  }

  get head(): TransactionMessage | undefined {
    return this.#messages[0];
  }

  /** Whether anything waits, of that transaction where one is named. */
  holds(transactionId: string | undefined): boolean {
    if (transactionId === undefined) return this.#messages.length > 0;
    return this.#messages.some(({ session }) => session.transactionId === transactionId);
  }

  /** Returns the message that had to go where the queue was full: a meter reading of the middle, never a start or an end. */
  push(message: TransactionMessage): TransactionMessage | undefined {
    this.#messages.push(message);
    if (this.#messages.length <= queuedMessagesMax) return undefined;
    // The head may be in flight, so the search begins behind it.
    const index = this.#messages.findIndex((each, position) => position > 0 && each.kind === 'metered');
    return this.#messages.splice(index < 0 ? this.#messages.length - 1 : index, 1)[0];
  }

  /** The head was answered. */
  delivered(): void {
    this.#messages.shift();
    this.#failedAttempts = 0;
  }

  /** The head was refused or not answered in time: attempt n is followed by n × interval, the last one by a drop. */
  failed(settings: RetrySettings): Verdict {
    this.#failedAttempts += 1;
    const message = this.#messages[0];
    if (message === undefined || this.#failedAttempts < settings.attempts) {
      return { kind: 'retry', waitMs: this.#failedAttempts * settings.retryIntervalSeconds * 1000 };
    }
    this.delivered();
    return { kind: 'dropped', message };
  }
}
