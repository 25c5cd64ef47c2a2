// Waiting before the next attempt: doubling delays with jitter, ended early by an AbortSignal.

export type BackOff = {
  /** Resolves after the next delay, at once when the signal aborts. */
  wait(): Promise<void>;
  /** Attempts since the last success. */
  readonly attempts: number;
  /** After a success the next delay is the first again. */
  reset(): void;
};

const firstDelayMs = 100;

/** Delays of 100 ms, 200 ms … up to delayMsMax, each shortened by up to half so that many waiters do not march in step. */
export function createBackOff(signal: AbortSignal, delayMsMax: number, random: () => number = Math.random): BackOff {
  let attempts = 0;
  return {
    get attempts() {
      return attempts;
    },
    reset() {
      attempts = 0;
    },
    wait() {
      const fullMs = Math.min(delayMsMax, firstDelayMs * 2 ** Math.min(attempts, 16));
      attempts += 1;
      return sleep(fullMs * (1 - random() / 2), signal);
    },
  };
}

/** Resolves after delayMs, at once when the signal aborts. */
export function sleep(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, delayMs);
    signal.addEventListener('abort', done, { once: true });
  });
}
