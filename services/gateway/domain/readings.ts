// Sampled values of any version become readings: usual measurands at the outlet get their column, the rest is kept as samples.
import { milliOf } from '#contracts/amounts';
import type { Reading, Sample, SignedValue } from '#contracts/generated/types';

/** A sampled value with its defaults filled in (1.6 7.43, 2.x SampledValueType). */
export type Sampled = {
  readonly measurand: string;
  readonly phase: string | null;
  readonly location: string;
  readonly unit: string;
  /** Power of ten of a 2.x multiplier. */
  readonly multiplier: number;
  readonly value: string | number;
  readonly signed: SignedValue | null;
};

type Column = Exclude<keyof Reading, 'sampledAt' | 'context' | 'others' | 'socDeciPercent'>;

const columns: Readonly<Record<string, Column>> = {
  'Energy.Active.Import.Register': 'energyImportMilliWh',
  'Energy.Active.Export.Register': 'energyExportMilliWh',
  'Power.Active.Import': 'powerImportMilliW',
  'Power.Active.Export': 'powerExportMilliW',
  'Power.Offered': 'powerOfferedMilliW',
  'Current.Offered': 'currentOfferedMilliA',
  'Current.Import': 'currentMilliA',
  'Current.Import/L1': 'currentL1MilliA',
  'Current.Import/L2': 'currentL2MilliA',
  'Current.Import/L3': 'currentL3MilliA',
  Voltage: 'voltageL1MilliV',
  'Voltage/L1': 'voltageL1MilliV',
  'Voltage/L1-N': 'voltageL1MilliV',
  'Voltage/L2': 'voltageL2MilliV',
  'Voltage/L2-N': 'voltageL2MilliV',
  'Voltage/L3': 'voltageL3MilliV',
  'Voltage/L3-N': 'voltageL3MilliV',
};

/** Units that differ from the base unit by a thousand. */
const kiloUnits: ReadonlySet<string> = new Set(['kWh', 'kW', 'kvarh', 'kvar', 'kVA']);
/** Names of units as readings have them; 1.6 errata 2.1 allows both spellings of Celsius. */
const baseUnits: Readonly<Record<string, string>> = {
  kWh: 'Wh',
  kW: 'W',
  kvarh: 'varh',
  kvar: 'var',
  kVA: 'VA',
  Celcius: 'Celsius',
};

/** An empty reading; every key is there from the start, so that all readings share one shape. */
export function emptyReading(sampledAt: number | null, context: string): Reading {
  return {
    sampledAt,
    context,
    energyImportMilliWh: null,
    energyExportMilliWh: null,
    powerImportMilliW: null,
    powerExportMilliW: null,
    powerOfferedMilliW: null,
    currentOfferedMilliA: null,
    currentMilliA: null,
    currentL1MilliA: null,
    currentL2MilliA: null,
    currentL3MilliA: null,
    voltageL1MilliV: null,
    voltageL2MilliV: null,
    voltageL3MilliV: null,
    socDeciPercent: null,
    others: [],
  };
}

/** Puts a sampled value into its column, or among the others where it has none or the column is taken. */
export function addSample(reading: Reading, sampled: Sampled): void {
  const exponent = sampled.multiplier + (kiloUnits.has(sampled.unit) ? 3 : 0);
  const milli = sampled.signed === null ? milliOf(sampled.value, exponent) : undefined;
  if (milli === undefined || !placed(reading, sampled, milli)) reading.others.push(sampleOf(sampled, milli));
}

function placed(reading: Reading, sampled: Sampled, milli: number): boolean {
  if (sampled.measurand === 'SoC' && reading.socDeciPercent === null && milli >= 0 && milli <= 100_000) {
    reading.socDeciPercent = Math.round(milli / 100);
    return true;
  }
  if (sampled.location !== 'Outlet') return false;
  const column = columns[sampled.phase === null ? sampled.measurand : `${sampled.measurand}/${sampled.phase}`];
  if (column === undefined || reading[column] !== null) return false;
  reading[column] = milli;
  return true;
}

function sampleOf(sampled: Sampled, milli: number | undefined): Sample {
  return {
    measurand: sampled.measurand,
    phase: sampled.phase,
    location: sampled.location,
    unit: baseUnits[sampled.unit] ?? sampled.unit,
    valueMilli: milli ?? null,
    text: milli === undefined && sampled.signed === null ? String(sampled.value) : null,
    signed: sampled.signed,
  };
}
