// How long a station waits before it connects again: the RetryBackOff rule of OCPP 2.x (part 4, 5.3); 1.6 stations do alike.
import type { Random } from '#load-tests/fleet/random';

export type BackOffSettings = {
  readonly waitMinimumSeconds: number;
  readonly randomRangeSeconds: number;
  readonly repeatTimes: number;
};

/**
 * Wait before attempt `failures` (1 = after the first failure): the minimum, doubled after every further failure up to
 * repeatTimes, then constant; each with a fresh share of the random range.
 */
export function backOffMs(failures: number, settings: BackOffSettings, random: Random): number {
  const doublings = Math.min(Math.max(failures, 1) - 1, settings.repeatTimes);
  const jitterSeconds = random.next() * settings.randomRangeSeconds;
  return Math.round((settings.waitMinimumSeconds * 2 ** doublings + jitterSeconds) * 1000);
}
