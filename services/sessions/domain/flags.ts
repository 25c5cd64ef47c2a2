// Reasons to look at a session, as bits with stable names; their order is the order of this table.

/** Name of each flag and why it stands; names are part of the API and of charging.sessions. */
export const flagNames = [
  /** Facts of a transaction whose start we have not seen (yet). */
  'start-missing',
  /** Its place began another transaction, and no end has come (yet). */
  'stop-missing',
  /** A register reading below an earlier one. */
  'meter-regressed',
  'meter-stop-below-start',
  /** Readings after the end changed the energy, or say that energy flowed on. */
  'meter-after-end',
  'ended-before-started',
  /** A second end says something else than the first, which stands. */
  'end-differs',
  'future-timestamp',
  'clock-before-2020',
  /** No instant could be read; the gateway's clock stands in. */
  'timestamp-unreadable',
  'energy-implausible',
  /** A register moves a thousand times less, or more, than the power that was read with it. */
  'unit-doubtful',
] as const;

export type Flag = (typeof flagNames)[number];

/** Set of flags, one bit each. */
export type Flags = number;

export const noFlags: Flags = 0;

const bits = new Map<string, Flags>(flagNames.map((name, index) => [name, 1 << index]));

export function flagOf(name: Flag): Flags {
  return bits.get(name) ?? 0;
}

export function namesOf(flags: Flags): Flag[] {
  return flagNames.filter((_, index) => (flags & (1 << index)) !== 0);
}

/** Flags of stored names; a name that a later version knows is dropped. */
export function flagsOf(names: readonly string[]): Flags {
  return names.reduce((flags, name) => flags | (bits.get(name) ?? 0), noFlags);
}

export const startMissing = flagOf('start-missing');
export const stopMissing = flagOf('stop-missing');
export const meterRegressed = flagOf('meter-regressed');
export const meterStopBelowStart = flagOf('meter-stop-below-start');
export const meterAfterEnd = flagOf('meter-after-end');
export const endedBeforeStarted = flagOf('ended-before-started');
export const endDiffers = flagOf('end-differs');
export const futureTimestamp = flagOf('future-timestamp');
export const clockBefore2020 = flagOf('clock-before-2020');
export const timestampUnreadable = flagOf('timestamp-unreadable');
export const energyImplausible = flagOf('energy-implausible');
export const unitDoubtful = flagOf('unit-doubtful');
