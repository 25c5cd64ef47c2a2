// Whether the log takes what we append: judged by the time in which appends waited and none was acknowledged.

/** here: appends are acknowledged. slow: they wait, within the bound. away: sockets are closed until it is back. */
export type LogPhase = 'here' | 'slow' | 'away';

export type LogState = {
  readonly phase: LogPhase;
  /** For so long something has waited and nothing was answered. */
  readonly stalledMs: number;
  readonly answered: number;
  readonly at: number;
};

/** What is seen of the log now; `answered` counts what the log answered since the start. */
export type LogSeen = { readonly now: number; readonly answered: number; readonly waiting: boolean };

export type LogLimits = { readonly slowAfterMs: number; readonly awayAfterMs: number };

/**
 * We look every 100 ms. Where we did not look for longer, it was this process that stood still (a stop, a suspended
 * machine), and that says nothing of the log: such a gap counts as this much.
 */
const gapMsMax = 500;

export function logAtStart(now: number): LogState {
  return { phase: 'here', stalledMs: 0, answered: 0, at: now };
}

/**
 * Progress anywhere means that the log is here: one partition without a leader is the trouble of its own stations, whose
 * appends time out, and no reason to close all others. The lease that is renewed every few seconds always waits while the
 * log is away, so its acknowledgement is the probe that tells of the return.
 */
export function observeLog(state: LogState, { now, answered, waiting }: LogSeen, limits: LogLimits): LogState {
  if (answered > state.answered || !waiting) return { phase: 'here', stalledMs: 0, answered, at: now };
  const stalledMs = state.stalledMs + Math.min(gapMsMax, Math.max(0, now - state.at));
  return { phase: phaseOf(stalledMs, limits), stalledMs, answered, at: now };
}

function phaseOf(stalledMs: number, { slowAfterMs, awayAfterMs }: LogLimits): LogPhase {
  if (stalledMs >= awayAfterMs) return 'away';
  return stalledMs >= slowAfterMs ? 'slow' : 'here';
}
