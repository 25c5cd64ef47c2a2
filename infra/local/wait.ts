// Waits for something outside to become true, within a bound, and gives up at once when that cannot happen any more.
import { setTimeout as delay } from 'node:timers/promises';

export type WaitOptions = {
  readonly timeoutMs: number;
  readonly everyMs: number;
  /** Resolves with the reason when waiting has become pointless. */
  readonly hopeless?: Promise<string> | undefined;
};

/** Tries until attempt() resolves; rejects with the last error after timeoutMs, or with the reason of hopelessness. */
export async function waitFor<T>(attempt: () => Promise<T>, options: WaitOptions): Promise<T> {
  const deadline = performance.now() + options.timeoutMs;
  let reason: string | undefined;
  void options.hopeless?.then((sentence) => (reason = sentence));
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (reason !== undefined) throw new Error(reason, { cause: error });
      if (performance.now() > deadline) throw error;
    }
    await delay(options.everyMs);
  }
}
