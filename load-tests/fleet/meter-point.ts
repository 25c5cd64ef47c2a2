// The meter of one EVSE over time: what has flowed between two looks at it, under the limits that held meanwhile.
import {
  advance,
  drawMeter,
  electricalOf,
  isFull,
  rearm,
  type Meter,
  type Vehicle,
} from '#load-tests/fleet/charging-curve';
import type { Random } from '#load-tests/fleet/random';
import { readingOf } from '#load-tests/fleet/reading';
import type { Reading, ReadingContext } from '#load-tests/fleet/transaction';

/** Power that profiles allow at a moment; undefined where there are none. */
export type Limit = ((atMs: number) => number) | undefined;

export type Load = { readonly vehicle: Vehicle | undefined; readonly limit: Limit };

export class MeterPoint {
  #meter: Meter;
  #atMs = 0;

  constructor(random: Random) {
    this.#meter = drawMeter(random);
  }

  /** The next session begins. */
  rearm(): void {
    this.#meter = rearm(this.#meter);
  }

  isFull(vehicle: Vehicle): boolean {
    return isFull(vehicle, this.#meter);
  }

  powerW({ vehicle, limit }: Load): number {
    return vehicle === undefined ? 0 : electricalOf(vehicle, this.#meter, limit?.(this.#atMs)).powerW;
  }

  advance(atMs: number, { vehicle, limit }: Load): void {
    const fromMs = this.#atMs;
    if (atMs <= fromMs) return;
    const limitAt = limit === undefined ? undefined : (elapsedMs: number): number => limit(fromMs + elapsedMs);
    if (vehicle !== undefined) this.#meter = advance(vehicle, this.#meter, atMs - fromMs, limitAt);
    this.#atMs = atMs;
  }

  read(at: { atMs: number; context: ReadingContext; stepMilliWh: number }, load: Load): Reading {
    this.advance(at.atMs, load);
    const limitW = load.limit?.(at.atMs) ?? Number.POSITIVE_INFINITY;
    return readingOf(this.#meter, load.vehicle, { ...at, limitW });
  }
}
