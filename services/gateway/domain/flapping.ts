// A station that connects over and over: so many connects within a window, and it is refused for a while.

export type Connects = { readonly since: number; readonly count: number; readonly refusedUntil: number };

export type FlappingLimits = {
  readonly connectsMax: number;
  readonly windowMs: number;
  readonly refusedMs: number;
};

/** One more connect was let in. */
export function connected(before: Connects | undefined, limits: FlappingLimits, now: number): Connects {
  const isNewWindow = before === undefined || now - before.since >= limits.windowMs;
  const since = isNewWindow ? now : before.since;
  const count = isNewWindow ? 1 : before.count + 1;
  return { since, count, refusedUntil: count >= limits.connectsMax ? now + limits.refusedMs : 0 };
}

/** 0 when it may connect, else how long it is still refused. */
export function refusedMs(connects: Connects | undefined, now: number): number {
  return connects === undefined ? 0 : Math.max(0, connects.refusedUntil - now);
}
