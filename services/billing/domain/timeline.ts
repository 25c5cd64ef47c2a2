// When a vehicle parked: the stretches of a session in which it requested power, and those in which it did not.
import type { PriceReading } from '#contracts/generated/types';

/** A stretch of a session; it charges, or the vehicle requests no power. */
export type Stretch = { readonly startAt: number; readonly endAt: number; readonly parking: boolean };

export type Change = { readonly at: number; readonly state: string };

/**
 * PARKING_TIME is time in which the vehicle requests no power (OCPI 2.2.1-d2 bugfixes, 11.4.1.1): a pause of the station
 * (SuspendedEVSE) is not parking. Connected or idle is parking only after the session has charged: before, the vehicle
 * was not asked yet. A state that we do not know counts for the driver.
 */
const parks: Readonly<Record<string, 'always' | 'after-charging'>> = {
  SuspendedEV: 'always',
  EVConnected: 'after-charging',
  Idle: 'after-charging',
  Finishing: 'after-charging',
};
const charges: ReadonlySet<string> = new Set(['Charging', 'SuspendedEV', 'SuspendedEVSE']);

/** The changes of state that readings tell, in the order of time; of one instant, in the order in which they were told. */
export function changesOf(readings: readonly Pick<PriceReading, 'at' | 'chargingState'>[]): Change[] {
  const told: Change[] = [];
  for (const { at, chargingState: state } of readings) if (state !== null) told.push({ at, state });
  const ordered = told.toSorted((left, right) => left.at - right.at);
  return ordered.filter(({ state }, index) => state !== ordered[index - 1]?.state);
}

/** The whole session in stretches that differ from their neighbours; at least one. An end before the start counts as the start. */
export function stretchesOf(startedAt: number, endedAt: number, changes: readonly Change[]): Stretch[] {
  const end = Math.max(startedAt, endedAt);
  const stretches: Stretch[] = [];
  let parking = false;
  let hasCharged = false;
  let from = startedAt;
  for (const { at, state } of changes) {
    if (at >= end && at > startedAt) break;
    hasCharged ||= charges.has(state);
    const now = parks[state] === 'always' || (parks[state] === 'after-charging' && hasCharged);
    if (now === parking) continue;
    if (at > from) {
      stretches.push({ startAt: from, endAt: at, parking });
      from = at;
    }
    parking = now;
  }
  stretches.push({ startAt: from, endAt: end, parking });
  return merged(stretches);
}

/** Changes of one instant that cancel each other leave two equal neighbours. */
function merged(stretches: readonly Stretch[]): Stretch[] {
  const result: Stretch[] = [];
  for (const stretch of stretches) {
    const last = result.at(-1);
    if (last?.parking === stretch.parking) result[result.length - 1] = { ...last, endAt: stretch.endAt };
    else result.push(stretch);
  }
  return result;
}

export function parkingMsOf(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, { startAt, endAt, parking }) => sum + (parking ? endAt - startAt : 0), 0);
}
