// Keeps small batches apart in time, so that a state that changes all the time is not written all the time.
import { setTimeout as delay } from 'node:timers/promises';

/** Called after each commit: waits until everyMs passed since the call before, where the batch was not full. */
export function pacedCommits(everyMs: number, closing: AbortSignal): (hasRoom: boolean) => Promise<void> {
  let lastMs = performance.now();
  return async (hasRoom) => {
    const waitMs = lastMs + everyMs - performance.now();
    if (hasRoom && waitMs > 0) await delay(waitMs, undefined, { signal: closing }).catch(() => undefined);
    lastMs = performance.now();
  };
}
