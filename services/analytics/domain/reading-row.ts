// Where a reading stands in time, and which of two readings with one key counts: the rules of the readings' table.

/** 2015-01-01: a station's clock that says less was never set. */
export const clockMsMin = Date.UTC(2015, 0, 1);
/** A station's clock may be this much ahead of ours. */
export const clockAheadMsMax = 24 * 60 * 60 * 1000;

/** The columns of a reading that carry a number, in the order of Reading.avsc; their place is their bit in the mask. */
export const valueColumns = [
  'energy_wh',
  'energy_export_wh',
  'power_w',
  'power_export_w',
  'power_offered_w',
  'current_offered_a',
  'current_a',
  'current_l1_a',
  'current_l2_a',
  'current_l3_a',
  'voltage_l1_v',
  'voltage_l2_v',
  'voltage_l3_v',
  'soc_pct',
] as const;

/**
 * The instant of a reading, ms since epoch: the station's clock, where it can be right; else when we recorded it.
 * The n-th reading of an event then stands n ms later, so that readings without a clock stay apart and in order.
 */
export function instantOf(sampledAt: number, recordedAt: number, index: number): number {
  const isPlausible = sampledAt >= clockMsMin && sampledAt <= recordedAt + clockAheadMsMax;
  return isPlausible ? sampledAt : recordedAt + index;
}

const lagBias = 2 ** 31;
/** Three bits of the event's number tell neighbours apart; more would cost as much space as a register. */
const seqCount = 8;

/**
 * Of two readings with one key the greater version counts, in whatever order they are merged: the one that came later
 * (seconds of lag); within a second one of them, always the same. Queries take the lag out of it again.
 */
export function versionOf(ts: number, recordedAt: number, seq: number): number {
  return (Math.floor((recordedAt - ts) / 1000) + lagBias) * seqCount + (seq % seqCount);
}
