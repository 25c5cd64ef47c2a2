// Waits in tests for a condition, never for a time.
import { setTimeout as delay } from 'node:timers/promises';

const everyMs = 5;

/** Resolves once the condition holds; rejects with `what` after timeoutMs. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what = 'the condition to hold',
  timeoutMs = 10_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain for ${what}`);
    await delay(everyMs);
  }
}
