// Exact amounts: decimal text to whole thousandths and back; no binary float ever holds what is billed or stored.

/** Largest magnitude that an Avro long of ours may carry. */
const safeMax = BigInt(Number.MAX_SAFE_INTEGER);
const decimalPattern = /^([+-]?)(\d{0,18})(?:\.(\d{0,18}))?(?:[eE]([+-]?\d{1,2}))?$/;

/**
 * Thousandths of a decimal, times ten to the given power: milliOf('21.4', 0) = 21400; milliOf('1.5', 3) (kWh) = 1500000.
 * Digits beyond a thousandth are rounded half away from zero.
 * @param decimal text or JSON number as the station sent it.
 * @param exponent power of ten of the unit's prefix (k: 3) plus a 2.x multiplier.
 * @returns undefined where it is not a number or beyond 2^53 thousandths.
 */
export function milliOf(decimal: string | number, exponent: number): number | undefined {
  const match = decimalPattern.exec(typeof decimal === 'number' ? String(decimal) : decimal.trim());
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', power = '0'] = match;
  if (whole === '' && fraction === '') return undefined;
  const shift = Number(power) + exponent + 3 - fraction.length;
  if (shift > 24 || shift < -48) return undefined;
  const digits = BigInt(`${whole}${fraction}` || '0');
  const scaled = shift >= 0 ? digits * 10n ** BigInt(shift) : roundedQuotient(digits, 10n ** BigInt(-shift));
  if (scaled > safeMax) return undefined;
  return sign === '-' ? -Number(scaled) || 0 : Number(scaled);
}

/** Thousandths as decimal text without trailing zeros: decimalOf(21400) = '21.4'. */
export function decimalOf(milli: number): string {
  const magnitude = Math.abs(milli);
  const whole = Math.trunc(magnitude / 1000);
  const fraction = String(magnitude % 1000).padStart(3, '0').replace(/0+$/, '');
  return `${milli < 0 ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

function roundedQuotient(dividend: bigint, divisor: bigint): bigint {
  return (dividend * 2n + divisor) / (divisor * 2n);
}
