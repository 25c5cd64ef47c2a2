// Notices that this process was stopped for longer than its connections last without it: what it held is over then.
import type { Closable } from '#kit/lifecycle';

export type AwakeOptions = {
  /** A longer silence of the whole process ends all its connections; far below the 30 s after which others give them up. */
  readonly pausedMsMax: number;
  /** Monotonic, ms: a clock that is set must not look like a pause. */
  now(): number;
  onPause(pausedMs: number): void;
};

const tickMs = 500;
/** What waited in the sockets of a stopped process is as old as the pause; so long after it upgrades are refused. */
const settleMs = 1_000;

/**
 * A stopped process wakes with requests, answers and commands from before: the first of them, whatever it is, comes
 * through check(), so nothing is answered or sent in the name of a connection that may be another gateway's by now.
 */
export class Awake implements Closable {
  readonly #options: AwakeOptions;
  readonly #timer: NodeJS.Timeout;
  #seenAt: number;
  #settledAt = -Infinity;

  constructor(options: AwakeOptions) {
    this.#options = options;
    this.#seenAt = options.now();
    this.#timer = setInterval(() => this.check(), tickMs);
    this.#timer.unref();
  }

  /** Called before anything that comes from outside has an effect. */
  check(): void {
    const now = this.#options.now();
    const pausedMs = now - this.#seenAt;
    this.#seenAt = now;
    if (pausedMs <= this.#options.pausedMsMax) return;
    this.#settledAt = now + settleMs;
    this.#options.onPause(pausedMs);
  }

  /** Just woke: what comes now may have waited for as long as the pause was. */
  get isSettling(): boolean {
    return this.#options.now() < this.#settledAt;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
  }
}
