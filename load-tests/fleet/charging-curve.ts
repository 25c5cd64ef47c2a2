// What a vehicle draws and what the meter shows: pure, seeded, energy in whole milli-watt-hours without any drift.
import type { Random } from '#load-tests/fleet/random';

/** Battery vehicles as the field has them: single-phase and three-phase AC, and DC. */
export type Vehicle = {
  readonly current: 'AC' | 'DC';
  readonly phases: 1 | 3;
  readonly maxPowerW: number;
  readonly batteryMilliWh: number;
  readonly arrivalMilliWh: number;
  readonly targetPercent: number;
};

/** The meter of an EVSE. The remainder (mJ, below 3600) keeps what is not a whole mWh yet, so that nothing is lost. */
export type Meter = {
  readonly registerMilliWh: number;
  readonly remainderMilliJ: number;
  readonly chargedMilliWh: number;
};

export type Electrical = {
  readonly powerW: number;
  readonly currentMilliA: number;
  readonly voltageMilliV: number;
  readonly socPercent: number;
};

const milliJPerMilliWh = 3600;
const stepMs = 30_000;
const taperFromPercent = 80;
const taperFloorShare = 0.08;
const acVoltageMilliV = 230_000;
const dcVoltageMilliV = 400_000;
/** Three of four vehicles charge with AC. */
const dcFrom = 0.75;

/** Power that is allowed so many ms after the last reading. */
export type LimitAt = (elapsedMs: number) => number;

const unlimited: LimitAt = () => Number.POSITIVE_INFINITY;

/** `current` is what the hardware gives; the draws are the same for all. */
export function drawVehicle(random: Random, current: 'AC' | 'DC' | 'any' = 'any'): Vehicle {
  const kind = kindOf(random.next(), current);
  const batteryMilliWh = random.integer(40, 100) * 1_000_000;
  const arrivalMilliWh = Math.floor((batteryMilliWh * random.integer(10, 60)) / 100);
  const targetPercent = random.integer(80, 100);
  const vehicle = { batteryMilliWh, arrivalMilliWh, targetPercent };
  if (kind < 0.35) return { ...vehicle, current: 'AC', phases: 1, maxPowerW: random.integer(36, 74) * 100 };
  if (kind < dcFrom)
    return { ...vehicle, current: 'AC', phases: 3, maxPowerW: random.integer(0, 1) === 0 ? 11_000 : 22_000 };
  return { ...vehicle, current: 'DC', phases: 1, maxPowerW: random.integer(5, 15) * 10_000 };
}

function kindOf(draw: number, current: 'AC' | 'DC' | 'any'): number {
  if (current === 'any') return draw;
  return current === 'AC' ? draw * dcFrom : dcFrom + draw * (1 - dcFrom);
}

/** A meter that has counted for years. */
export function drawMeter(random: Random): Meter {
  return {
    registerMilliWh: random.integer(100_000, 40_000_000) * 1000 + random.integer(0, 999),
    remainderMilliJ: 0,
    chargedMilliWh: 0,
  };
}

/** The same meter at the start of the next session. */
export function rearm(meter: Meter): Meter {
  return { ...meter, chargedMilliWh: 0 };
}

export function isFull(vehicle: Vehicle, meter: Meter): boolean {
  return socOf(vehicle, meter) >= vehicle.targetPercent;
}

/** The meter after the vehicle has charged on; long gaps are integrated in steps, so the taper is met on the way. */
export function advance(vehicle: Vehicle, meter: Meter, elapsedMs: number, limitAt = unlimited): Meter {
  let state = meter;
  const totalMs = Math.max(0, Math.trunc(elapsedMs));
  for (let doneMs = 0; doneMs < totalMs; doneMs += stepMs) {
    state = advanceStep(vehicle, state, { elapsedMs: Math.min(totalMs - doneMs, stepMs), limitW: limitAt(doneMs) });
  }
  return state;
}

/** Momentary values; the small ripple comes from the register, so that equal meters show equal values. */
export function electricalOf(vehicle: Vehicle, meter: Meter, limitW = Number.POSITIVE_INFINITY): Electrical {
  const powerW = powerOf(vehicle, meter, limitW);
  const rippleMilliV = ((meter.registerMilliWh % 17) - 8) * 250;
  const voltageMilliV = (vehicle.current === 'AC' ? acVoltageMilliV : dcVoltageMilliV) + rippleMilliV;
  const currentMilliA = Math.round((powerW * 1_000_000) / (voltageMilliV * vehicle.phases));
  return { powerW, currentMilliA, voltageMilliV, socPercent: Math.floor(socOf(vehicle, meter)) };
}

function advanceStep(vehicle: Vehicle, meter: Meter, step: { elapsedMs: number; limitW: number }): Meter {
  const milliJ = meter.remainderMilliJ + powerOf(vehicle, meter, step.limitW) * step.elapsedMs;
  const milliWh = Math.floor(milliJ / milliJPerMilliWh);
  return {
    registerMilliWh: meter.registerMilliWh + milliWh,
    remainderMilliJ: milliJ % milliJPerMilliWh,
    chargedMilliWh: meter.chargedMilliWh + milliWh,
  };
}

/** Full power up to 80 %, then a straight taper; nothing once the target is reached; never more than is allowed. */
function powerOf(vehicle: Vehicle, meter: Meter, limitW: number): number {
  if (isFull(vehicle, meter)) return 0;
  const soc = socOf(vehicle, meter);
  const share = soc <= taperFromPercent ? 1 : Math.max(taperFloorShare, (100 - soc) / (100 - taperFromPercent));
  return Math.min(Math.round(vehicle.maxPowerW * share), Math.floor(limitW));
}

function socOf(vehicle: Vehicle, meter: Meter): number {
  return Math.min(100, (100 * (vehicle.arrivalMilliWh + meter.chargedMilliWh)) / vehicle.batteryMilliWh);
}
