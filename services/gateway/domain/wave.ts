// How many sockets may be closed now, so that a fleet leaves in waves and does not come back in one instant.

/** Milli-sockets that may be closed but were not; at the start one socket, so that a small fleet need not wait. */
export type Wave = { readonly owedMilli: number; readonly at: number };

export function firstWave(now: number): Wave {
  return { owedMilli: 1000, at: now };
}

const shareMin = 0.75;
const shareSpread = 0.5;
/** What was missed while nobody looked is not made up for: it would be the peak that waves avoid. */
const gapMsMax = 500;

/** `jitter` from 0 to 1 makes waves uneven, perSecond on average. Closing fewer than `sockets` leaves none owed. */
export function nextWave(wave: Wave, perSecond: number, jitter: number, now: number): { wave: Wave; sockets: number } {
  const elapsedMs = Math.min(gapMsMax, Math.max(0, now - wave.at));
  const owedMilli = wave.owedMilli + elapsedMs * perSecond * (shareMin + shareSpread * jitter);
  const sockets = Math.floor(owedMilli / 1000);
  return { wave: { owedMilli: owedMilli - sockets * 1000, at: now }, sockets };
}
