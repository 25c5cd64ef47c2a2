// Registers against the power and time of the same station: kWh that are called Wh are off by a thousand, and never guessed.
import { noFlags, unitDoubtful, type Flags } from './flags.ts';
import type { MeteredRegister } from './session.ts';

/** Less energy between two readings says more of their rounding than of their units: 5 Wh. */
const energyMilliWhMin = 5_000;
/** Power between two readings is known no better than by a factor of three, and units are off by a thousand. */
const factorMin = 300;
const factorMax = 3_000;
const hourMs = 3_600_000;

/** Whether two consecutive readings, each with register and power, say a thousand times more or less energy than their power does. */
export function unitDoubtOf(before: MeteredRegister | null, now: MeteredRegister): Flags {
  if (before === null || before.powerMilliW === null || now.powerMilliW === null) return noFlags;
  const durationMs = now.at - before.at;
  const toldMilliWh = now.milliWh - before.milliWh;
  if (durationMs <= 0 || toldMilliWh <= 0) return noFlags;
  // The lower power of both ends: what began at the last moment says nothing of the time before.
  const leastMilliWh = (Math.min(before.powerMilliW, now.powerMilliW) * durationMs) / hourMs;
  if (leastMilliWh < energyMilliWhMin) return noFlags;
  const mostMilliWh = (Math.max(before.powerMilliW, now.powerMilliW) * durationMs) / hourMs;
  const isTooLittle = isThousand(leastMilliWh / toldMilliWh);
  return isTooLittle || isThousand(toldMilliWh / mostMilliWh) ? unitDoubtful : noFlags;
}

function isThousand(factor: number): boolean {
  return factor >= factorMin && factor <= factorMax;
}
