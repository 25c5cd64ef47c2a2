// What a session costs: a pure function of the session, its readings and the tariff; rounded once, at the end.
import type { CdrLine, CdrPeriod, CdrVat, PriceReading } from '#contracts/generated/types';
import { tariffDimensions, type TariffDimension, type TariffValue } from '#contracts/tariff';
import * as amounts from './amounts.ts';
import { minorUnitOf } from './currencies.ts';
import { energyAt, registersAround, registersOf, type Register } from './registers.ts';
import { selectedFor } from './selection.ts';
import { changesOf, parkingMsOf, stretchesOf, type Change, type Stretch } from './timeline.ts';

export type RatedSession = {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly meterStartMilliWh: number | null;
  readonly energyMilliWh: number;
};

export type Rating = {
  readonly timeMs: number;
  readonly parkingMs: number;
  readonly periods: readonly CdrPeriod[];
  readonly lines: readonly CdrLine[];
  readonly vats: readonly CdrVat[];
  readonly totalExclVat: string;
  readonly totalVat: string;
  readonly totalInclVat: string;
  /** What of the readings the price depends on; rated with these alone it is the same. */
  readonly readings: readonly PriceReading[];
};

/** Prices a session by a tariff that isPriceable(). */
export function rate(session: RatedSession, readings: readonly PriceReading[], tariff: TariffValue): Rating {
  const { startedAt, endedAt } = session;
  const changes = changesOf(readings).filter(({ at }) => at < Math.max(endedAt, startedAt + 1));
  const stretches = stretchesOf(startedAt, endedAt, changes);
  const metered = { ...session, meterStartMilliWh: session.meterStartMilliWh ?? 0 };
  const registers = registersOf(metered, readings);
  const inner = stretches.slice(1).map(({ startAt }) => startAt);
  const delivered = [0];
  for (const at of inner) delivered.push(Math.max(delivered.at(-1) ?? 0, energyAt(metered, registers, at)));
  delivered.push(session.energyMilliWh);
  const timeMs = Math.max(0, endedAt - startedAt);
  const parkingMs = parkingMsOf(stretches);
  const volumes = {
    FLAT: 1,
    ENERGY: session.energyMilliWh,
    TIME: timeMs - parkingMs,
    PARKING_TIME: parkingMs,
  };
  return {
    timeMs,
    parkingMs,
    periods: stretches.map((stretch, index) =>
      periodOf(stretch, (delivered[index + 1] ?? 0) - (delivered[index] ?? 0)),
    ),
    ...priced(session, tariff, volumes),
    readings: usedReadings(changes, registersAround(registers.slice(1, -1), inner)),
  };
}

function periodOf({ startAt, endAt, parking }: Stretch, energyMilliWh: number): CdrPeriod {
  const time = parking ? 'PARKING_TIME' : 'TIME';
  const dimensions = [{ type: time, volume: amounts.quantityOf(time, endAt - startAt) }];
  if (energyMilliWh > 0) dimensions.push({ type: 'ENERGY', volume: amounts.quantityOf('ENERGY', energyMilliWh) });
  return { startAt, dimensions };
}

type Priced = Pick<Rating, 'lines' | 'vats' | 'totalExclVat' | 'totalVat' | 'totalInclVat'>;
type Line = { readonly vatPercent: string | null; readonly exact: amounts.Scaled; readonly line: CdrLine };

/** The exact sum is rounded once; VAT once per rate, of the exact base of that rate; both together are the total. */
function priced(
  session: RatedSession,
  tariff: TariffValue,
  volumes: Readonly<Record<TariffDimension, number>>,
): Priced {
  const decimals = minorUnitOf(tariff.currency) ?? 2;
  const lines = tariffDimensions.flatMap((dimension) => lineOf(session, tariff, dimension, volumes[dimension]));
  const vats = vatsOf(lines, decimals);
  const totalExclVat = amounts.rounded(amounts.sum(lines.map(({ exact }) => exact)), decimals);
  const totalVat = amounts.added(
    vats.map(({ amount }) => amount),
    decimals,
  );
  return {
    lines: lines.map(({ line }) => line),
    vats,
    totalExclVat,
    totalVat,
    totalInclVat: amounts.added([totalExclVat, totalVat], decimals),
  };
}

function lineOf(session: RatedSession, tariff: TariffValue, dimension: TariffDimension, volume: number): Line[] {
  const selected = selectedFor(tariff, dimension);
  if (selected === undefined || volume === 0) return [];
  const { price: unitPrice, vat } = selected.component;
  const exact = amounts.amountOf(dimension, volume, unitPrice);
  const withVat = vat === null ? exact : exact.plus(amounts.percentOf(exact, vat));
  const line = {
    dimension,
    elementIndex: selected.elementIndex,
    startAt: session.startedAt,
    endAt: Math.max(session.startedAt, session.endedAt),
    quantity: amounts.quantityOf(dimension, volume),
    unitPrice,
    vatPercent: vat,
    amountExclVat: amounts.shown(exact),
    amountInclVat: amounts.shown(withVat),
    volume,
  };
  return [{ vatPercent: vat === null ? null : amounts.canonical(vat), exact, line }];
}

function vatsOf(lines: readonly Line[], decimals: number): CdrVat[] {
  const rates = new Set(lines.flatMap(({ vatPercent }) => (vatPercent === null ? [] : [vatPercent])));
  return [...rates].toSorted(amounts.compare).map((percent) => {
    const base = amounts.sum(lines.filter((line) => line.vatPercent === percent).map(({ exact }) => exact));
    return {
      percent,
      baseExclVat: amounts.shown(base),
      amount: amounts.rounded(amounts.percentOf(base, percent), decimals),
    };
  });
}

function usedReadings(changes: readonly Change[], registers: readonly Register[]): PriceReading[] {
  const none = { energyMilliWh: null, powerMilliW: null, currentMilliA: null, chargingState: null };
  return [
    ...changes.map(({ at, state }) => ({ ...none, at, chargingState: state })),
    ...registers.map(({ at, milliWh }) => ({ ...none, at, energyMilliWh: milliWh })),
  ].toSorted((left, right) => left.at - right.at);
}
