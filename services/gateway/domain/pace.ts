// A token bucket: how long a socket's next CALL must wait so that its rate stays within bounds.

export class Pace {
  readonly #perMs: number;
  readonly #burst: number;
  #tokens: number;
  #at: number;

  constructor(perSecond: number, burst: number, now: number) {
    this.#perMs = perSecond / 1000;
    this.#burst = burst;
    this.#tokens = burst;
    this.#at = now;
  }

  /** Takes so many tokens and returns the ms to wait first; 0 within the rate. */
  take(now: number, tokens = 1): number {
    this.#tokens = Math.min(this.#burst, this.#tokens + Math.max(0, now - this.#at) * this.#perMs) - tokens;
    this.#at = now;
    return this.#tokens >= 0 ? 0 : Math.ceil(-this.#tokens / this.#perMs);
  }
}

/** 99 % of all messages are below 2,000 characters (OCPP 2.1 part 4 5.2). */
const charsPerCall = 8 * 1024;

/** For how many CALLs a frame counts: what it costs to read, mend and keep grows with its length. */
export function callsWorth(text: string): number {
  return 1 + Math.floor(text.length / charsPerCall);
}
