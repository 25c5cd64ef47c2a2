// Exact amounts: decimal text to whole thousandths and back; no binary float ever holds what is billed or stored.

/** Largest magnitude that an Avro long of ours may carry: avsc refuses 2^53 - 1 itself. */
const safeMax = BigInt(Number.MAX_SAFE_INTEGER) - 1n;
const decimalPattern = /^([+-]?)(\d{0,18})(?:\.(\d{0,18}))?(?:[eE]([+-]?\d{1,2}))?$/;

/**
 * Thousandths of a decimal, times ten to the given power: milliOf('21.4', 0) = 21400; milliOf('1.5', 3) (kWh) = 1500000.
 * Digits beyond a thousandth are rounded half away from zero.
 * @param decimal text or JSON number as the station sent it.
 * @param exponent power of ten of the unit's prefix (k: 3) plus a 2.x multiplier.
 * @returns undefined where it is not a number or beyond 2^53 - 2 thousandths.
 */
export function milliOf(decimal: string | number, exponent: number): number | undefined {
  const text = String(decimal);
  const plain = exponent === 0 ? plainMilli(text) : -1;
  return plain >= 0 ? plain : exactMilli(text.trim(), exponent);
}

function exactMilli(text: string, exponent: number): number | undefined {
  const match = decimalPattern.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', power = '0'] = match;
  if (`${whole}${fraction}` === '') return undefined;
  const shift = Number(power) + exponent + 3 - fraction.length;
  if (shift > 24 || shift < -48) return undefined;
  const scaled = shiftedDigits(BigInt(`${whole}${fraction}`), shift);
  if (scaled > safeMax) return undefined;
  return sign === '-' ? -Number(scaled) || 0 : Number(scaled);
}

/** digits · 10^shift, rounded half up: the sign is put on afterwards. */
function shiftedDigits(digits: bigint, shift: number): bigint {
  return shift >= 0 ? digits * 10n ** BigInt(shift) : roundedQuotient(digits, 10n ** BigInt(-shift));
}

/** Digits that always fit 2^53 thousandths. */
const plainDigitsMax = 12;

/** The usual case on the hot path: unsigned, at most 12 digits before and 3 after the point; else -1. */
function plainMilli(text: string): number {
  let milli = 0;
  let scale = -1;
  const { length } = text;
  if (length === 0 || length > plainDigitsMax) return -1;
  for (let i = 0; i < length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit >= 0 && digit <= 9) {
      milli = milli * 10 + digit;
      if (scale >= 0) scale++;
    } else if (digit === pointDigit && scale < 0) scale = 0;
    else return -1;
  }
  return scaledMilli(milli, scale, length);
}

function scaledMilli(digits: number, scale: number, length: number): number {
  if (scale > 3 || (scale >= 0 && length === 1)) return -1;
  return digits * (powersOfTen[3 - Math.max(scale, 0)] ?? 1);
}

const pointDigit = 0x2e - 0x30;
const powersOfTen = [1, 10, 100, 1000] as const;

/** Thousandths as decimal text without trailing zeros: decimalOf(21400) = '21.4'. */
export function decimalOf(milli: number): string {
  const magnitude = Math.abs(milli);
  const whole = Math.trunc(magnitude / 1000);
  const fraction = String(magnitude % 1000)
    .padStart(3, '0')
    .replace(/0+$/, '');
  return `${milli < 0 ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

function roundedQuotient(dividend: bigint, divisor: bigint): bigint {
  return (dividend * 2n + divisor) / (divisor * 2n);
}
