// What a station's clock said, and whether to believe it.
import { clockBefore2020, futureTimestamp, noFlags, timestampUnreadable, type Flags } from './flags.ts';

const year2020Ms = Date.UTC(2020, 0, 1);
/** Station clocks run minutes ahead; more is local time marked as UTC, or no clock at all. */
const futureToleranceMs = 10 * 60 * 1000;

/** When a fact happened: the station's clock, else the gateway's. */
export function timeOf(occurredAt: number | null, recordedAt: number): number {
  return occurredAt ?? recordedAt;
}

export function clockFlags(occurredAt: number | null, recordedAt: number): Flags {
  if (occurredAt === null) return timestampUnreadable;
  if (occurredAt < year2020Ms) return clockBefore2020;
  return occurredAt > recordedAt + futureToleranceMs ? futureTimestamp : noFlags;
}

/** A clock that lost its battery starts anew at every boot, so that keys with a timestamp may repeat. */
export function clockMayRepeat(occurredAt: number | null): boolean {
  return occurredAt !== null && occurredAt < year2020Ms;
}
