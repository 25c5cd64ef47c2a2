// Exact amounts. Hours make most amounts endless decimals, so they are kept in 3,600,000ths of a currency unit until issue.
import { Big, type Big as Decimal } from 'big.js';

/** An exact amount in 3,600,000ths of a currency unit. */
export type Scaled = Decimal;

const Exact = Big();
const scale = new Exact(3_600_000);

/** Shows what cannot be said in full. */
const shownDecimals = 12;
const Shown = Big();
Shown.DP = shownDecimals;
Shown.RM = Big.roundHalfUp;

// Cut, not rounded, after far more decimals than any rounding looks at: half up of the rest is half up of the whole.
const Cut = Big();
Cut.DP = 40;
Cut.RM = Big.roundDown;

export const nothing: Scaled = new Exact(0);

/** Of one whole unit: thousandths of a Wh, milliseconds, sessions. */
const scalePerVolume = {
  ENERGY: new Exact('3.6'),
  TIME: new Exact(1),
  PARKING_TIME: new Exact(1),
  FLAT: scale,
} as const;

export type Dimension = keyof typeof scalePerVolume;

/** Volume in whole units (milli-Wh, ms, sessions) at a price per kWh, hour or session. */
export function amountOf(dimension: Dimension, volume: number, unitPrice: string): Scaled {
  return new Exact(volume).times(unitPrice).times(scalePerVolume[dimension]);
}

export function percentOf(amount: Scaled, percent: string): Scaled {
  return amount.times(percent).times('0.01');
}

export function sum(amounts: readonly Scaled[]): Scaled {
  return amounts.reduce((total, amount) => total.plus(amount), nothing);
}

/** Rounds, half up, to so many decimals: '12.30'. */
export function rounded(amount: Scaled, decimals: number): string {
  return new Cut(amount).div(scale).round(decimals, Big.roundHalfUp).toFixed(decimals);
}

/** As decimal text: exact, or with twelve decimals. */
export function shown(amount: Scaled): string {
  return new Shown(amount).div(scale).toFixed();
}

/** Decimal texts, added exactly, with so many decimals. */
export function added(texts: readonly string[], decimals: number): string {
  return texts.reduce((total, text) => total.plus(text), new Exact(0)).toFixed(decimals);
}

/** A volume as decimal text in kWh, hours or sessions. */
export function quantityOf(dimension: Dimension, volume: number): string {
  if (dimension === 'FLAT') return String(volume);
  return new Shown(volume).div(dimension === 'ENERGY' ? 1_000_000 : scale).toFixed();
}

/** The same percentage in the same words: 19.0 is 19. */
export function canonical(decimal: string): string {
  return new Exact(decimal).toFixed();
}

export function compare(left: string, right: string): -1 | 0 | 1 {
  return new Exact(left).cmp(right);
}
