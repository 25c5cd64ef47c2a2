// When those who are turned away shall come back: one after the other at the rate of admission, not all at once.

/** The moment that is given to the next one. */
export type Line = { readonly nextAt: number };

export const emptyLine: Line = { nextAt: 0 };

/** Nobody is sent away for longer; beyond it the line says the same to all, and their jitter spreads them. */
export const waitMsMax = 300_000;

/** A place in the line; `waitMs` from now. A place nobody came for is lost: it only made the line a little slower. */
export function joined(line: Line, perSecond: number, now: number): { line: Line; waitMs: number } {
  const at = Math.min(Math.max(line.nextAt, now) + 1000 / perSecond, now + waitMsMax);
  return { line: { nextAt: at }, waitMs: at - now };
}

const jitterMsMin = 1_000;
const jitterMsSpread = 2_000;
const jitterShare = 0.1;

/** Whole seconds for Retry-After: never earlier than told, later by one to three seconds and up to a tenth. */
export function retryAfterSecondsOf(waitMs: number, jitter: number): number {
  const lateMs = jitterMsMin + jitter * (jitterMsSpread + waitMs * jitterShare);
  return Math.ceil((waitMs + lateMs) / 1000);
}
