// Registers and readings of a session: by the station's time, not by arrival, in exact whole milli-Wh.
import type { PriceReading } from '#contracts/generated/types';
import type { Reading } from './events.ts';
import { meterRegressed, noFlags, type Flags } from './flags.ts';
import { startRanks, type Draft, type Meter, type MeteredRegister, type Register, type StartRank } from './session.ts';
import { unitDoubtIn } from './units.ts';

/**
 * Repeated readings are recognised among so many latest ones of a session, enough for a message that is sent again. More
 * would make its row too large to be updated in place; registers take a repetition anyway, and readers go by the time.
 */
export const readingKeysMax = 32;

const contexts: Readonly<Record<string, number>> = {
  'Sample.Periodic': 0,
  'Sample.Clock': 1,
  'Transaction.Begin': 2,
  'Transaction.End': 3,
  Trigger: 4,
  'Interruption.Begin': 5,
  'Interruption.End': 6,
  Other: 7,
  'State.Charging': 8,
  'State.SuspendedEV': 9,
  'State.SuspendedEVSE': 10,
  'State.EVConnected': 11,
  'State.Idle': 12,
  'State.Finishing': 13,
  'State.Other': 14,
};
const otherContext = 15;
const contextsMax = 16;

/** Natural key of a reading within its session: instant and context (or state) in one exact number. */
export function readingKeyOf(at: number, context: string): number {
  return at * contextsMax + (contexts[context] ?? otherContext);
}

/** Remembers a reading's key, ascending and bounded; false where it was known. */
export function rememberReading(draft: Draft, key: number): boolean {
  const keys = draft.readingKeys;
  const newest = keys.at(-1);
  if (newest === undefined || key > newest) {
    draft.readingKeys = keys.length < readingKeysMax ? [...keys, key] : [...keys.slice(1), key];
    return true;
  }
  let index = keys.length;
  while (index > 0 && (keys[index - 1] ?? 0) > key) index--;
  if (keys[index - 1] === key) return false;
  if (index > 0 || keys.length < readingKeysMax) {
    const kept = keys.length < readingKeysMax ? 0 : 1;
    draft.readingKeys = [...keys.slice(kept, index), key, ...keys.slice(index)];
  }
  return true;
}

const stateContexts: Readonly<Record<string, string>> = {
  Charging: 'State.Charging',
  SuspendedEV: 'State.SuspendedEV',
  SuspendedEVSE: 'State.SuspendedEVSE',
  EVConnected: 'State.EVConnected',
  Idle: 'State.Idle',
  Finishing: 'State.Finishing',
};

/** Tells a charging state with the readings; false where it was told. */
export function noteState(draft: Draft, at: number, chargingState: string): boolean {
  const context = stateContexts[chargingState] ?? 'State.Other';
  if (!rememberReading(draft, readingKeyOf(at, context))) return false;
  const none = { energyMilliWh: null, powerMilliW: null, currentMilliA: null };
  draft.pending = [...draft.pending, { at, ...none, chargingState }];
  return true;
}

/** What of a reading a price may depend on; null where nothing does. */
export function priceReadingOf(at: number, reading: Reading): PriceReading | null {
  const energyMilliWh = reading.energyImportMilliWh;
  const powerMilliW = reading.powerImportMilliW;
  const currentMilliA = reading.currentMilliA ?? currentOfPhases(reading);
  if (energyMilliWh === null && powerMilliW === null && currentMilliA === null) return null;
  return { at, energyMilliWh, powerMilliW, currentMilliA, chargingState: null };
}

/** Tariffs restrict the sum over all phases (OCPI min_current, max_current). */
function currentOfPhases(reading: Reading): number | null {
  const { currentL1MilliA, currentL2MilliA, currentL3MilliA } = reading;
  if (currentL1MilliA === null && currentL2MilliA === null && currentL3MilliA === null) return null;
  return (currentL1MilliA ?? 0) + (currentL2MilliA ?? 0) + (currentL3MilliA ?? 0);
}

/** Takes a register reading in. `until` is the end of an ended session: later ones do not move its last register. */
export function withRegister(
  draft: Draft,
  register: MeteredRegister,
  context: string,
  until: number | undefined,
): void {
  const rank = context === 'Transaction.Begin' ? startRanks.begin : startRanks.sampled;
  const { meter } = draft;
  const inSession = until === undefined || register.at <= until;
  // After the end only a fault-free clock tells a regression from a meter that went on.
  if (inSession) draft.flags |= regressionOf(meter, register) | unitDoubtIn(meter, register);
  draft.meter = {
    start: earlierStart(meter.start, register, rank),
    last: inSession ? laterOf(meter.last, register) : meter.last,
    end:
      context === 'Transaction.End'
        ? laterOf<Register>(meter.end, { at: register.at, milliWh: register.milliWh })
        : meter.end,
  };
}

/** Takes the register in that the start itself reported. */
export function withReportedStart(draft: Draft, at: number, milliWh: number): void {
  const register = { at, milliWh, powerMilliW: null };
  const { meter } = draft;
  draft.flags |= regressionOf(meter, register);
  draft.meter = {
    start: { at, milliWh, rank: startRanks.reported },
    last: laterOf(meter.last, register),
    end: meter.end,
  };
}

/** A register must not fall with time; two of the same instant may differ by rounding. */
export function regressionOf({ last }: Meter, register: Register): Flags {
  if (last === null) return noFlags;
  const fell =
    (register.at > last.at && register.milliWh < last.milliWh) ||
    (register.at < last.at && register.milliWh > last.milliWh);
  return fell ? meterRegressed : noFlags;
}

function earlierStart(start: Meter['start'], { at, milliWh }: Register, rank: StartRank): Meter['start'] {
  if (start !== null && (start.rank < rank || (start.rank === rank && start.at <= at))) return start;
  return { at, milliWh, rank };
}

function laterOf<R extends Register>(last: R | null, register: R): R {
  if (last === null || register.at > last.at) return register;
  return register.at === last.at && register.milliWh > last.milliWh ? register : last;
}
