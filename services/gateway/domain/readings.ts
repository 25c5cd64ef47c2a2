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

/** Units of what has a column: the name that readings give them, and the power of ten that they stand for. */
type Unit = { readonly name: string; readonly exponent: number };
const units: ReadonlyMap<string, Unit> = new Map(
  Object.entries({
    ...named(['Wh', 'W', 'A', 'V', 'VA', 'VAh', 'var', 'varh', 'Percent'], 0),
    ...named(['kWh', 'kW', 'kVA', 'kVAh', 'kvar', 'kvarh'], 3),
    ...named(['MWh', 'MW'], 6),
  }),
);

/** As vendors write some of them, in small letters; `mw` could be either. */
const spellings: ReadonlyMap<string, string> = new Map([
  ...[...units.keys()].filter((name) => !name.startsWith('M')).map((name) => [name.toLowerCase(), name] as const),
  ...(['watt', 'watts'] as const).map((word) => [word, 'W'] as const),
  ...(['kilowatt', 'kilowatts'] as const).map((word) => [word, 'kW'] as const),
  ...(['watthour', 'watthours'] as const).map((word) => [word, 'Wh'] as const),
  ...(['kilowatthour', 'kilowatthours'] as const).map((word) => [word, 'kWh'] as const),
  ...(['amp', 'amps', 'ampere', 'amperes'] as const).map((word) => [word, 'A'] as const),
  ...(['volt', 'volts'] as const).map((word) => [word, 'V'] as const),
  ...(['%', 'percentage'] as const).map((word) => [word, 'Percent'] as const),
]);

function named(names: readonly string[], exponent: number): Readonly<Record<string, Unit>> {
  return Object.fromEntries(names.map((name) => [name, { name: exponent === 0 ? name : name.slice(1), exponent }]));
}

/** Undefined of a unit that nobody knows, or that has no column: what a value in it means is not guessed. */
function unitOf(said: string): Unit | undefined {
  return units.get(said) ?? units.get(spellings.get(said.toLowerCase()) ?? '');
}

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

/** Puts a sampled value into its column, or among the others where it has none, the column is taken or its unit is none. */
export function addSample(reading: Reading, sampled: Sampled): void {
  const unit = unitOf(sampled.unit);
  const exponent = sampled.multiplier + (unit === undefined ? 0 : unit.exponent);
  const milli = sampled.signed === null ? milliOf(sampled.value, exponent) : undefined;
  if (milli === undefined || unit === undefined || !placed(reading, sampled, milli))
    reading.others.push(sampleOf(sampled, milli, unit));
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

function sampleOf(sampled: Sampled, milli: number | undefined, unit: Unit | undefined): Sample {
  return {
    measurand: sampled.measurand,
    phase: sampled.phase,
    location: sampled.location,
    // 1.6 errata 2.1 allows both spellings of Celsius.
    unit: unit?.name ?? (sampled.unit === 'Celcius' ? 'Celsius' : sampled.unit),
    valueMilli: milli ?? null,
    text: milli === undefined && sampled.signed === null ? String(sampled.value) : null,
    signed: sampled.signed,
  };
}
