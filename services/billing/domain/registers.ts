// Energy at an instant of a session: between two registers in proportion to time, in exact whole milli-Wh.
import type { PriceReading } from '#contracts/generated/types';

export type Register = { readonly at: number; readonly milliWh: number };

/** What of a session its energy is known by. */
export type Metered = {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly meterStartMilliWh: number;
  readonly energyMilliWh: number;
};

/** Registers within the session in the order of time; of one instant the greatest. The ends are the session's own. */
export function registersOf(session: Metered, readings: readonly PriceReading[]): Register[] {
  const { startedAt, meterStartMilliWh, energyMilliWh } = session;
  const endedAt = Math.max(startedAt, session.endedAt);
  const byInstant = new Map<number, number>();
  for (const { at, energyMilliWh: milliWh } of readings) {
    if (milliWh === null || at <= startedAt || at >= endedAt) continue;
    byInstant.set(at, Math.max(milliWh, byInstant.get(at) ?? 0));
  }
  const within = [...byInstant].map(([at, milliWh]) => ({ at, milliWh })).toSorted((left, right) => left.at - right.at);
  return [
    { at: startedAt, milliWh: meterStartMilliWh },
    ...within,
    { at: endedAt, milliWh: meterStartMilliWh + energyMilliWh },
  ];
}

/** The registers on both sides of each instant: all that energyAt() looks at. */
export function registersAround(registers: readonly Register[], instants: readonly number[]): Register[] {
  const kept = new Set<Register>();
  for (const at of instants)
    for (const register of neighboursOf(registers, at)) if (register !== undefined) kept.add(register);
  return registers.filter((register) => kept.has(register));
}

/** Energy delivered until an instant, from 0 to the session's whole energy. */
export function energyAt(session: Metered, registers: readonly Register[], at: number): number {
  const [before, after] = neighboursOf(registers, at);
  if (before === undefined || after === undefined) return 0;
  const delivered = interpolated(before, after, at) - session.meterStartMilliWh;
  return Math.min(Math.max(0, delivered), session.energyMilliWh);
}

function neighboursOf(registers: readonly Register[], at: number): [Register | undefined, Register | undefined] {
  const before = registers.findLast((register) => register.at <= at) ?? registers[0];
  const after = registers.find((register) => register.at >= at) ?? registers.at(-1);
  return [before, after];
}

/** Whole milli-Wh, cut: what is cut off belongs to the next stretch. */
function interpolated(before: Register, after: Register, at: number): number {
  if (after.at <= before.at) return after.milliWh;
  const energy = BigInt(after.milliWh) - BigInt(before.milliWh);
  const passed = BigInt(at - before.at);
  return before.milliWh + Number((energy * passed) / BigInt(after.at - before.at));
}
