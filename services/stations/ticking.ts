// What drives the processes of this service: a look again and again, one at a time, until it is closed.
import type { Closable } from '#kit/lifecycle';

export class Ticking implements Closable {
  readonly #timer: NodeJS.Timeout;
  #look: Promise<void> | undefined;

  /** A look that takes longer than everyMs delays the next one; looks catch their own errors. */
  constructor(everyMs: number, look: () => Promise<void>) {
    this.#timer = setInterval(() => {
      this.#look ??= look().finally(() => {
        this.#look = undefined;
      });
    }, everyMs);
  }

  /** Resolves when the look that goes on is over. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#look;
  }
}
