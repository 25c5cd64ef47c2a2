// A token bucket: how often one key may call; the clock is an argument.

/** In thousandths of a token, so that whole milliseconds give whole numbers. */
export type Bucket = { readonly milliTokens: number; readonly at: number };
export type Pace = { readonly perSecond: number; readonly burst: number };

/** Takes one token. `waitMs` is 0 where there was one, else the time until there will be. */
export function taken(bucket: Bucket | undefined, pace: Pace, now: number): { bucket: Bucket; waitMs: number } {
  const before = bucket ?? { milliTokens: pace.burst * 1000, at: now };
  const elapsedMs = Math.max(0, now - before.at);
  const milliTokens = Math.min(pace.burst * 1000, before.milliTokens + elapsedMs * pace.perSecond);
  if (milliTokens >= 1000) return { bucket: { milliTokens: milliTokens - 1000, at: now }, waitMs: 0 };
  return { bucket: { milliTokens, at: now }, waitMs: Math.ceil((1000 - milliTokens) / pace.perSecond) };
}
