// The fleet's time: waits are shortened by the time scale, timestamps and deadlines are the real ones.

export type Timer = { cancel(): void };

export type Clock = {
  /** Epoch ms. */
  now(): number;
  /** Calls back after so many ms of a simulated station's or driver's patience. */
  after(waitMs: number, callback: () => void): Timer;
  /** Calls back after so many real ms: the platform does not get faster with the time scale. */
  deadline(waitMs: number, callback: () => void): Timer;
};

/** Waits `timeScale` times faster. Energy and timestamps stay true to the wall clock, so that power and register agree. */
export function scaledClock(timeScale: number): Clock {
  return {
    now: () => Date.now(),
    after: (waitMs, callback) => timerOf(waitMs / timeScale, callback),
    deadline: timerOf,
  };
}

/** Node's timers reach 24.8 days; what lies beyond comes then. */
const timerMsMax = 2_147_483_647;

function timerOf(waitMs: number, callback: () => void): Timer {
  const timer = setTimeout(callback, Math.min(waitMs, timerMsMax));
  return { cancel: () => clearTimeout(timer) };
}
