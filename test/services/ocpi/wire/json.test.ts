import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hoursOf, kwhOf, sumOf, wireDecimal } from '#services/ocpi/domain/decimal';
import { JsonNumber, jsonOf } from '#services/ocpi/wire/json';

test('a decimal goes onto the wire digit by digit, no float between', () => {
  assert.equal(
    jsonOf({ a: new JsonNumber('9007199254740993.0001'), b: undefined, c: [null, 'x\0"', 1] }),
    '{"a":9007199254740993.0001,"c":[null,"x\\u0000\\"",1]}',
  );
  for (const text of ['1e3', '01', '1.', '.5', '1.23456', '1,0', 'NaN', '1} ,"x":{'])
    assert.throws(() => new JsonNumber(text), text);
});

test('plain values are printed as JSON.stringify prints them', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
      assert.deepEqual(JSON.parse(jsonOf(value)), JSON.parse(JSON.stringify(value)));
    }),
    { seed: Date.now() },
  );
});

test('amounts have at most four decimals, rounded half up once, after the sum', () => {
  const rounded = ['0.00005', '0.00004', '1.50', '100', '12345678901234567890.12345'].map((text) => wireDecimal(text));
  assert.deepEqual(rounded, ['0.0001', '0', '1.5', '100', '12345678901234567890.1235']);
  assert.equal(wireDecimal(sumOf(['0.00003', '0.00003'])), '0.0001');
  assert.deepEqual(
    [kwhOf(2_345_000), kwhOf(1_234_567), kwhOf(49), kwhOf(50), kwhOf(0)],
    ['2.345', '1.2346', '0', '0.0001', '0'],
  );
  assert.deepEqual([hoursOf(3_600), hoursOf(600), hoursOf(0), hoursOf(86_399)], ['1', '0.1667', '0', '23.9997']);
});
