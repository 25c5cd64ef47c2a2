import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decimalOf, milliOf } from '#contracts/amounts';

test('decimal texts become exact thousandths', () => {
  const cases: readonly [string | number, number, number | undefined][] = [
    ['21.4', 0, 21_400],
    ['11030.8', 0, 11_030_800],
    [0.1, 0, 100],
    ['1.5', 3, 1_500_000],
    ['1e3', 0, 1_000_000],
    ['-0.001', 0, -1],
    ['0.0005', 0, 1],
    ['0.0004', 0, 0],
    ['-0.0005', 0, -1],
    ['12345', -3, 12_345],
    [' 7 ', 0, 7_000],
    ['.5', 0, 500],
    ['9007199254740.990', 0, 9_007_199_254_740_990],
    ['9007199254740.991', 0, undefined],
    ['abc', 0, undefined],
    ['', 0, undefined],
    ['.', 0, undefined],
    ['1,5', 0, undefined],
    ['0x10', 0, undefined],
    ['NaN', 0, undefined],
    ['1e99', 0, undefined],
  ];
  for (const [text, exponent, milli] of cases) assert.equal(milliOf(text, exponent), milli, `${text} e${exponent}`);
});

test('the fast path and the exact path agree, and thousandths come back as the same decimal', () => {
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 50), max: 2 ** 50 }), (milli) => {
      assert.equal(milliOf(decimalOf(milli), 0), milli);
      assert.equal(milliOf(`${decimalOf(milli)}e0`, 0), milli);
    }),
  );
});
