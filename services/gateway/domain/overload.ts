// How overloaded a gateway is, and what is shed at which level: frames, then upgrades, then answers, then sockets.

export type Level = 0 | 1 | 2 | 3 | 4;

/** What the level is made of, each in its unit. */
export type Load = {
  readonly loopDelayP99Ms: number;
  readonly queueBytes: number;
  /** How long appends have waited without any acknowledgement. */
  readonly stalledMs: number;
  readonly rssBytes: number;
};

export type Bounds = { readonly queueBytesMax: number; readonly rssBytesMax: number };

/**
 * What a load must reach for levels 1 to 4: shares of the bounds for bytes. A signal that a level cannot mend does not
 * raise it: closing sockets makes a late event loop later, and a log that stands still is judged in log-state.ts. Memory
 * skips level 3, since unserved CALLs free none.
 */
export const overloadLimits = {
  loopDelayP99Ms: [250, 1_000, 5_000, Infinity],
  queueShare: [0.25, 0.5, 0.75, 0.95],
  stalledMs: [1_000, 5_000, Infinity, Infinity],
  rssShare: [0.7, 0.85, Infinity, 0.97],
} as const;

/** Below this share of what raised it a level is calm; calm for so long, it falls by one. */
const calmShare = 0.8;
export const calmMs = 2_000;
/** So many looks in a row must agree before a level rises: one long collection of garbage is no overload. */
export const agreeingMin = 3;

export type Overload = { readonly level: Level; readonly agreeing: number; readonly calmSince: number | null };

export const noOverload: Overload = { level: 0, agreeing: 0, calmSince: null };

/** Rises to what the load asks for once it asked long enough, falls one level at a time. */
export function assess(overload: Overload, load: Load, bounds: Bounds, now: number): Overload {
  const { level } = overload;
  const asked = levelOf(load, bounds, 1);
  if (asked > level) {
    const agreeing = overload.agreeing + 1;
    return agreeing >= agreeingMin
      ? { level: asked, agreeing: 0, calmSince: null }
      : { level, agreeing, calmSince: null };
  }
  if (level === 0 || levelOf(load, bounds, calmShare) >= level) return { level, agreeing: 0, calmSince: null };
  const calmSince = overload.calmSince ?? now;
  if (now - calmSince < calmMs) return { level, agreeing: 0, calmSince };
  return { level: lower(level), agreeing: 0, calmSince: now };
}

function levelOf(load: Load, bounds: Bounds, share: number): Level {
  return max(
    reached(load.loopDelayP99Ms, overloadLimits.loopDelayP99Ms, share),
    reached(load.queueBytes / bounds.queueBytesMax, overloadLimits.queueShare, share),
    reached(load.stalledMs, overloadLimits.stalledMs, share),
    reached(load.rssBytes / bounds.rssBytesMax, overloadLimits.rssShare, share),
  );
}

const levels = [0, 1, 2, 3, 4] as const;

function reached(value: number, limits: readonly number[], share: number): Level {
  return levels[limits.findLastIndex((limit) => value >= limit * share) + 1] ?? 0;
}

function max(...reachedLevels: readonly Level[]): Level {
  return reachedLevels.reduce((highest, level) => (level > highest ? level : highest));
}

function lower(level: Level): Level {
  return levels[level - 1] ?? 0;
}

/** What each level adds to the one below. */
export const shedding = {
  /** Frames are not recorded any more. */
  frames: 1,
  /** Upgrades get 503 with Retry-After. */
  upgrades: 2,
  /** CALLs wait unserved, but for heartbeats; a station sends no other before it has its answer. */
  answers: 3,
  /** Sockets are closed in waves. */
  sockets: 4,
} as const satisfies Record<string, Level>;
