// Which flags of a session make its price doubtful: then a person decides, not we.

type Doubt = { readonly holds: boolean; readonly why: string };

/** By the names of charging.sessions. A flag that is not named here holds: what it means is not known yet. */
export const doubts: Readonly<Record<string, Doubt>> = {
  'start-missing': { holds: true, why: 'neither its start nor its first register is known' },
  'stop-missing': { holds: true, why: 'its end was never told' },
  'meter-regressed': { holds: true, why: 'a register fell, so that energy is counted wrongly before or after it' },
  'meter-stop-below-start': { holds: true, why: 'its energy would be negative' },
  'meter-after-end': { holds: true, why: 'energy flowed, or was told, after the end that is to be billed' },
  'ended-before-started': { holds: true, why: 'its time would be negative' },
  'end-differs': { holds: true, why: 'two ends were told, and only one can be billed' },
  'future-timestamp': { holds: true, why: 'its times, and so the price in force, are not known' },
  'clock-before-2020': { holds: true, why: 'its times, and so the price in force, are not known' },
  'timestamp-unreadable': { holds: true, why: 'the time of delivery stands where the time of the fact should' },
  'energy-implausible': { holds: true, why: 'no vehicle takes that much' },
  'unit-doubtful': {
    holds: true,
    why: 'its register and its power differ by a thousand: kWh may stand where Wh should',
  },
};

type Doubtful = {
  readonly flags: readonly string[];
  readonly energyMilliWh: number | null;
  readonly changesLost: boolean;
};

/** Why the session must be looked at before it costs anything; empty: it need not. */
export function doubtsOf({ flags, energyMilliWh, changesLost }: Doubtful): string[] {
  const held = flags.filter((flag) => doubts[flag]?.holds !== false);
  return [
    ...held,
    ...(energyMilliWh === null ? ['energy-unknown'] : []),
    ...(changesLost ? ['states-beyond-count'] : []),
  ];
}
