// Why a CDR costs what it costs: computed again from what it embeds, and held against what it says.
import type { CdrIssued } from '#contracts/generated/types';
import { tariffDimensions, type TariffDimension, type TariffValue } from '#contracts/tariff';
import { inputHashOf, sha256 } from './decide.ts';
import { rate, type Rating } from './rate.ts';
import { selectedFor } from './selection.ts';

export type Explanation = {
  readonly rating: Rating;
  /** Per dimension the element that prices it, or that none does. */
  readonly selection: readonly {
    readonly dimension: TariffDimension;
    readonly elementIndex: number | null;
    readonly why: string;
  }[];
  /** Names of what the CDR says otherwise than we compute now; empty: it agrees. */
  readonly differences: readonly string[];
};

/** @param tariff the value of cdr.tariffJson. */
export function explained(cdr: CdrIssued, tariff: TariffValue): Explanation {
  const rating = rate(cdr, cdr.readings, tariff);
  const selection = tariffDimensions.map((dimension) => {
    const selected = selectedFor(tariff, dimension);
    if (selected === undefined) return { dimension, elementIndex: null, why: 'no element has it: it is free' };
    const { elementIndex } = selected;
    return { dimension, elementIndex, why: `element ${elementIndex} is the first that has it` };
  });
  return { rating, selection, differences: differencesOf(cdr, rating) };
}

function differencesOf(cdr: CdrIssued, rating: Rating): string[] {
  const pairs: readonly (readonly [name: string, said: unknown, computed: unknown])[] = [
    ['tariffHash', cdr.tariffHash, sha256(cdr.tariffJson)],
    ['inputHash', cdr.inputHash, inputHashOf(cdr, cdr.readings, cdr.tariffJson)],
    ['lines', cdr.lines, rating.lines],
    ['periods', cdr.periods, rating.periods],
    ['vats', cdr.vats, rating.vats],
    ['totalExclVat', cdr.totalExclVat, rating.totalExclVat],
    ['totalVat', cdr.totalVat, rating.totalVat],
    ['totalInclVat', cdr.totalInclVat, rating.totalInclVat],
  ];
  return pairs.flatMap(([name, said, computed]) => (same(said, computed) ? [] : [name]));
}

/** The order of fields is not part of a value. */
function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(ordered(left)) === JSON.stringify(ordered(right));
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
      .map(([name, each]) => [name, ordered(each)]),
  );
}
