// What the meter of an EVSE shows at a moment, in the resolution that the station's version can tell.
import { electricalOf, type Meter, type Vehicle } from '#load-tests/fleet/charging-curve';
import type { Reading, ReadingContext } from '#load-tests/fleet/transaction';

export type ReadAt = {
  readonly atMs: number;
  readonly context: ReadingContext;
  readonly stepMilliWh: number;
  /** Power that charging profiles allow. */
  readonly limitW: number;
};

export function readingOf(meter: Meter, vehicle: Vehicle | undefined, at: ReadAt): Reading {
  const electrical =
    vehicle === undefined
      ? { powerW: 0, currentMilliA: 0, voltageMilliV: 230_000, socPercent: 0 }
      : electricalOf(vehicle, meter, at.limitW);
  return {
    atMs: at.atMs,
    context: at.context,
    registerMilliWh: meter.registerMilliWh - (meter.registerMilliWh % at.stepMilliWh),
    powerW: electrical.powerW,
    currentMilliA: electrical.currentMilliA,
    voltageMilliV: electrical.voltageMilliV,
    socPercent: vehicle?.current === 'DC' ? electrical.socPercent : undefined,
  };
}
