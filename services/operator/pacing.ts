// Keeps callers to their pace; the buckets of those who were away longest go first.
import { taken, type Bucket, type Pace } from './domain/token-bucket.ts';

const bucketsMax = 10_000;

export class Pacing {
  readonly #pace: Pace;
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(pace: Pace, now: () => number) {
    this.#pace = pace;
    this.#now = now;
  }

  /** 0 when the caller may go on, else how long to wait, in ms. */
  waitMs(caller: string): number {
    const { bucket, waitMs } = taken(this.#buckets.get(caller), this.#pace, this.#now());
    this.#buckets.delete(caller);
    this.#buckets.set(caller, bucket);
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > bucketsMax && oldest !== undefined) this.#buckets.delete(oldest);
    return waitMs;
  }
}
