// A token bucket: how often one key may call; the clock is an argument.

export type Bucket = { readonly tokens: number; readonly at: number };
export type Pace = { readonly perSecond: number; readonly burst: number };

/** Takes one token. `waitMs` is 0 where there was one, else the time until there will be. */
export function taken(bucket: Bucket | undefined, pace: Pace, now: number): { bucket: Bucket; waitMs: number } {
  const before = bucket ?? { tokens: pace.burst, at: now };
  const elapsedMs = Math.max(0, now - before.at);
  const tokens = Math.min(pace.burst, before.tokens + (elapsedMs / 1000) * pace.perSecond);
  if (tokens >= 1) return { bucket: { tokens: tokens - 1, at: now }, waitMs: 0 };
  return { bucket: { tokens, at: now }, waitMs: Math.ceil(((1 - tokens) / pace.perSecond) * 1000) };
}
