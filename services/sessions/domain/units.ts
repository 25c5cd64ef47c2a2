// Registers against the power and time of the same station: kWh that are called Wh are off by a thousand, and never guessed.
import { noFlags, unitDoubtful, type Flags } from './flags.ts';
import type { Meter, MeteredRegister } from './session.ts';

/** Less energy between two readings says more of their rounding than of their units: 5 Wh. */
const energyMilliWhMin = 5_000;
/** Power between two readings is known no better than by a factor of three, and units are off by a thousand. */
const factorMin = 300;
const factorMax = 3_000;
const hourMs = 3_600_000;

/**
 * A clock that jumps, or a meter that is replaced, looks like a wrong unit for one interval; a wrong unit does for all. So
 * the registers before have to say the same: those of the session up to its last one, or a start that is told in the right
 * unit and so stands a thousand times higher.
 */
export function unitDoubtIn({ start, last }: Pick<Meter, 'start' | 'last'>, now: MeteredRegister): Flags {
  if (start === null || last === null || unitDoubtOf(last, now) === noFlags) return noFlags;
  const before = stretchOf({ ...start, powerMilliW: last.powerMilliW }, last);
  // Before there may have been hours without power: how far off it was then says no more than in which direction.
  const wasOff = before !== null && isSameDirection(before, stretchOf(last, now));
  return wasOff || isThousand(start.milliWh / last.milliWh) ? unitDoubtful : noFlags;
}

/** Whether two consecutive readings, each with register and power, say a thousand times more or less energy than their power does. */
export function unitDoubtOf(before: MeteredRegister | null, now: MeteredRegister): Flags {
  const stretch = before === null ? null : stretchOf(before, now);
  if (stretch === null) return noFlags;
  return isThousand(stretch.tooLittle) || isThousand(stretch.tooMuch) ? unitDoubtful : noFlags;
}

/** By which factor the register says less than the lower power of both ends, and more than the higher one. */
type Stretch = { readonly tooLittle: number; readonly tooMuch: number };

/** Null where it says too little to tell. */
function stretchOf(before: MeteredRegister, now: MeteredRegister): Stretch | null {
  if (before.powerMilliW === null || now.powerMilliW === null) return null;
  const durationMs = now.at - before.at;
  const toldMilliWh = now.milliWh - before.milliWh;
  if (durationMs <= 0 || toldMilliWh <= 0) return null;
  // The lower power of both ends: what began at the last moment says nothing of the time before.
  const leastMilliWh = (Math.min(before.powerMilliW, now.powerMilliW) * durationMs) / hourMs;
  if (leastMilliWh < energyMilliWhMin) return null;
  const mostMilliWh = (Math.max(before.powerMilliW, now.powerMilliW) * durationMs) / hourMs;
  return { tooLittle: leastMilliWh / toldMilliWh, tooMuch: toldMilliWh / mostMilliWh };
}

function isSameDirection(before: Stretch, now: Stretch | null): boolean {
  if (now === null) return false;
  return isThousand(now.tooLittle) ? before.tooLittle >= factorMin : before.tooMuch >= factorMin;
}

function isThousand(factor: number): boolean {
  return factor >= factorMin && factor <= factorMax;
}
