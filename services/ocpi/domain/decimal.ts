// Exact decimals for the wire: at most four digits after the point, rounded half up once, at the end.
import Big from 'big.js';

const decimalsMax = 4;

/** Decimal text with at most four decimals and no trailing zeros. */
export function wireDecimal(value: string | Big): string {
  const text = new Big(value).round(decimalsMax, Big.roundHalfUp).toFixed();
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** kWh of milli-Wh, to a tenth of a Wh. */
export function kwhOf(energyMilliWh: number): string {
  return wireDecimal(new Big(energyMilliWh).div(1_000_000));
}

/** Hours of seconds. */
export function hoursOf(seconds: number): string {
  const scaled = (BigInt(seconds) * 20_000n + 3_600n) / 7_200n;
  return wireDecimal(new Big(scaled.toString()).div(10_000));
}

/** Exact sum, not yet rounded. */
export function sumOf(values: readonly string[]): Big {
  return values.reduce((sum, value) => sum.plus(value), new Big(0));
}
