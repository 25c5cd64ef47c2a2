// Waits for something outside to become true, within a bound, and gives up at once when that cannot happen any more.
import { setTimeout as delay } from 'node:timers/promises';

export type WaitOptions = {
  readonly timeoutMs: number;
  readonly everyMs: number;
  /** True when waiting has become pointless. */
  readonly giveUp?: () => boolean;
};

/** Tries until attempt() resolves; rejects with its last error after timeoutMs, or when giveUp() says so. */
export async function waitFor<T>(attempt: () => Promise<T>, options: WaitOptions): Promise<T> {
  const deadline = performance.now() + options.timeoutMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline || options.giveUp?.() === true) throw error;
    }
    await delay(options.everyMs);
  }
}
