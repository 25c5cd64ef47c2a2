// How often something may be done: a bucket that fills with time, alone or one per key within a bound.

/** Thousandths of what one call takes, so that whole milliseconds give whole numbers. */
export type Bucket = { readonly milli: number; readonly at: number };
export type Pace = { readonly perSecond: number; readonly burst: number };

/**
 * Takes one call out of the bucket at `now` (ms of any clock); a bucket that was never used is full. `waitMs` is 0 where
 * there was one, and the new bucket is to be kept; else it is the time until there will be one, and nothing was taken.
 */
export function taken(bucket: Bucket | undefined, pace: Pace, now: number): { bucket: Bucket; waitMs: number } {
  const milliMax = pace.burst * 1000;
  const before = bucket ?? { milli: milliMax, at: now };
  const elapsedMs = Math.max(0, now - before.at);
  const milli = Math.min(milliMax, before.milli + elapsedMs * pace.perSecond);
  if (milli >= 1000) return { bucket: { milli: milli - 1000, at: now }, waitMs: 0 };
  return { bucket: { milli, at: now }, waitMs: Math.ceil((1000 - milli) / pace.perSecond) };
}

const forgottenPerCallMax = 2;

/**
 * One value per key, at most `keysMax`: a map that strangers fill must not grow. What was not touched for `keptMs` goes,
 * and beyond the bound what was touched longest ago.
 */
export class RecentByKey<Value> {
  readonly #keysMax: number;
  readonly #keptMs: number;
  readonly #entries = new Map<string, { readonly value: Value; readonly at: number }>();

  constructor(keysMax: number, keptMs: number) {
    this.#keysMax = keysMax;
    this.#keptMs = keptMs;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string, now: number): Value | undefined {
    const entry = this.#entries.get(key);
    return entry === undefined || now - entry.at >= this.#keptMs ? undefined : entry.value;
  }

  set(key: string, value: Value, now: number): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, at: now });
    this.#forget(now);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  /** The oldest stand first; two per call keep pace with one that comes, without a sweep that stops the process. */
  #forget(now: number): void {
    let forgotten = 0;
    for (const [key, { at }] of this.#entries) {
      if (this.#entries.size <= this.#keysMax && now - at < this.#keptMs) return;
      this.#entries.delete(key);
      forgotten++;
      if (forgotten >= forgottenPerCallMax) return;
    }
  }
}

const callersMax = 10_000;

/** Keeps every caller to the same pace; those who were away longest are forgotten first. */
export class Pacing {
  readonly #pace: Pace;
  readonly #now: () => number;
  readonly #buckets: RecentByKey<Bucket>;

  constructor(pace: Pace, now: () => number, keysMax: number = callersMax) {
    this.#pace = pace;
    this.#now = now;
    // A bucket that is full again says no more than none.
    this.#buckets = new RecentByKey(keysMax, Math.ceil((pace.burst * 1000) / pace.perSecond));
  }

  /** 0 when the caller may go on, else how long to wait, in ms. */
  waitMs(caller: string): number {
    const now = this.#now();
    const { bucket, waitMs } = taken(this.#buckets.get(caller, now), this.#pace, now);
    this.#buckets.set(caller, bucket, now);
    return waitMs;
  }
}
