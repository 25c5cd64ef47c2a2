import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { demoTariff } from '#infra/local/demo-tariff';
import { sum, amountOf, rounded, percentOf, shown } from '#services/billing/domain/amounts';
import { rate, type RatedSession } from '#services/billing/domain/rate';
import { component, element, register, state, tariff } from './tariffs.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const start = Date.UTC(2026, 2, 2, 14, 30);
const kWh = 1_000_000;

const session = (energyMilliWh: number, minutes: number, more: Partial<RatedSession> = {}): RatedSession => ({
  startedAt: start,
  endedAt: start + minutes * minuteMs,
  meterStartMilliWh: 5 * kWh,
  energyMilliWh,
  ...more,
});

const totals = ({ totalExclVat, totalVat, totalInclVat }: ReturnType<typeof rate>) => [
  totalExclVat,
  totalVat,
  totalInclVat,
];

// Numbers of the worked examples of OCPI 2.2.1 (tariff and CDR modules) that need neither restrictions nor steps.
const examples = [
  {
    name: '20 kWh at 0.25',
    of: session(20 * kWh, 60),
    by: [component('ENERGY', '0.25', '10.0')],
    says: ['5.00', '0.50', '5.50'],
  },
  {
    name: '20 kWh and a start fee, two rates of VAT',
    of: session(20 * kWh, 60),
    by: [component('FLAT', '0.50', '20.0'), component('ENERGY', '0.25', '10.0')],
    says: ['5.50', '0.60', '6.10'],
  },
  {
    name: '2.5 hours of charging',
    of: session(10 * kWh, 150),
    by: [component('TIME', '2.00', '10.0')],
    says: ['5.00', '0.50', '5.50'],
  },
  {
    name: '2.5 hours whose VAT has a broken percentage: 4.997 becomes 5.00',
    of: session(10 * kWh, 150),
    by: [component('TIME', '1.90', '5.2')],
    says: ['4.75', '0.25', '5.00'],
  },
  {
    name: '20.45 kWh without its step: 5.6125 and 6.22375, each rounded once',
    of: session(20_450_000, 60),
    by: [component('FLAT', '0.50', '20.0'), component('ENERGY', '0.25', '10.0')],
    says: ['5.61', '0.61', '6.22'],
  },
  {
    name: 'a tariff that is free still prices its session',
    of: session(10 * kWh, 60),
    by: [component('FLAT', '0.00')],
    says: ['0.00', '0.00', '0.00'],
  },
] as const;

for (const { name, of, by, says } of examples) {
  test(`a worked example of OCPI: ${name}`, () => {
    assert.deepEqual(totals(rate(of, [], tariff([...by]))), says);
  });
}

test('150 minutes of charging and 42 of parking are two lines with their own VAT', () => {
  const readings = [state(start, 'Charging'), state(start + 150 * minuteMs, 'SuspendedEV')];
  const by = tariff([component('TIME', '3.00', '10.0'), component('PARKING_TIME', '5.00', '20.0')]);
  const rating = rate(session(10 * kWh, 192), readings, by);
  // 7.50 + 3.50 before VAT; the worked example has 3.75 since it rounds 42 minutes up to 45.
  assert.deepEqual(totals(rating), ['11.00', '1.45', '12.45']);
  assert.deepEqual(
    rating.lines.map(({ dimension, quantity, amountExclVat, amountInclVat }) => [
      dimension,
      quantity,
      amountExclVat,
      amountInclVat,
    ]),
    [
      ['TIME', '2.5', '7.5', '8.25'],
      ['PARKING_TIME', '0.7', '3.5', '4.2'],
    ],
  );
  assert.deepEqual(rating.vats, [
    { percent: '10', baseExclVat: '7.5', amount: '0.75' },
    { percent: '20', baseExclVat: '3.5', amount: '0.70' },
  ]);
});

test('the demo tariff: fee, energy and parking before VAT, 19 % on the exact sum', () => {
  const readings = [state(start, 'Charging'), state(start + 40 * minuteMs, 'SuspendedEV')];
  const rating = rate(session(7_123_456, 60), readings, demoTariff);
  // 0.35 + 7.123456 · 0.49 + 1/3 · 3.00 = 4.84049344; VAT 0.9196…
  assert.deepEqual(totals(rating), ['4.84', '0.92', '5.76']);
  assert.equal(rating.parkingMs, 20 * minuteMs);
});

test('no VAT is none, not a rate of zero; a zero rate is a line of VAT', () => {
  assert.deepEqual(rate(session(kWh, 1), [], tariff([component('ENERGY', '1')])).vats, []);
  assert.deepEqual(rate(session(kWh, 1), [], tariff([component('ENERGY', '1', '0')])).vats, [
    { percent: '0', baseExclVat: '1', amount: '0.00' },
  ]);
});

test('19 and 19.0 percent are one rate', () => {
  const by = tariff([component('FLAT', '0.013', '19'), component('ENERGY', '0.013', '19.0')]);
  assert.deepEqual(rate(session(kWh, 1), [], by).vats, [{ percent: '19', baseExclVat: '0.026', amount: '0.00' }]);
});

test('amounts are rounded half up to what the currency has: none, two or three decimals', () => {
  const of = session(500_000, 1);
  const by = (currency: string, price: string) => rate(of, [], tariff([component('ENERGY', price)], { currency }));
  assert.equal(by('JPY', '1').totalExclVat, '1');
  assert.equal(by('JPY', '0.9998').totalExclVat, '0');
  assert.equal(by('EUR', '0.01').totalExclVat, '0.01');
  assert.equal(by('EUR', '0.0098').totalExclVat, '0.00');
  assert.equal(by('BHD', '0.001').totalExclVat, '0.001');
});

test('an hour that no decimal can say is still billed exactly', () => {
  const threeThirds = rate(session(0, 20), [], tariff([component('TIME', '3')]));
  assert.equal(threeThirds.lines[0]?.quantity, '0.333333333333');
  assert.equal(threeThirds.lines[0]?.amountExclVat, '1');
  assert.equal(threeThirds.lines[0]?.volume, 20 * minuteMs);
});

test('a dimension is priced by the first element that has it, a fee once though two elements have one', () => {
  const by = tariff([], {
    elements: [
      element([component('FLAT', '1'), component('TIME', '2')]),
      element([component('FLAT', '9'), component('ENERGY', '0.5')]),
    ],
  });
  const rating = rate(session(2 * kWh, 60), [], by);
  assert.deepEqual(
    rating.lines.map(({ dimension, elementIndex, amountExclVat }) => [dimension, elementIndex, amountExclVat]),
    [
      ['FLAT', 0, '1'],
      ['ENERGY', 1, '1'],
      ['TIME', 0, '2'],
    ],
  );
});

test('a dimension that no element prices is free; a session without energy or time still has a period', () => {
  const rating = rate(session(0, 0), [], tariff([component('ENERGY', '0.5')]));
  assert.deepEqual([rating.lines, ...totals(rating)], [[], '0.00', '0.00', '0.00']);
  assert.deepEqual(rating.periods, [{ startAt: start, dimensions: [{ type: 'TIME', volume: '0' }] }]);
});

test('a night in which clocks change is billed by instants', () => {
  const startedAt = Date.parse('2026-10-25T00:30:00Z');
  const endedAt = Date.parse('2026-10-25T02:30:00Z');
  // 02:30 to 03:30 in Berlin, and two hours all the same.
  const rating = rate(
    { startedAt, endedAt, meterStartMilliWh: 0, energyMilliWh: 0 },
    [],
    tariff([component('TIME', '1')]),
  );
  assert.equal(rating.totalExclVat, '2.00');
});

test('energy at a border is in proportion to time between the registers around it, and the parts are the whole', () => {
  const readings = [
    state(start + 30 * minuteMs, 'SuspendedEV'),
    register(start + 20 * minuteMs, 5 * kWh + 1_000_000),
    register(start + 50 * minuteMs, 5 * kWh + 1_000_001),
  ];
  const rating = rate(session(1_000_003, 60), readings, demoTariff);
  assert.deepEqual(
    rating.periods.map(({ dimensions }) => dimensions),
    [
      [
        { type: 'TIME', volume: '0.5' },
        { type: 'ENERGY', volume: '1' },
      ],
      [
        { type: 'PARKING_TIME', volume: '0.5' },
        { type: 'ENERGY', volume: '0.000003' },
      ],
    ],
  );
});

const states = ['Charging', 'SuspendedEV', 'SuspendedEVSE', 'EVConnected', 'Idle', 'Unheard'];
const aPrice = fc.nat(99_999).map((tenThousandths) => (tenThousandths / 10_000).toFixed(4));
const aVat = fc.option(fc.constantFrom('0', '7', '19', '19.0', '5.2', '100'));
const aTariff = fc
  .tuple(
    fc.uniqueArray(fc.constantFrom('FLAT', 'ENERGY', 'TIME', 'PARKING_TIME'), { minLength: 1 }),
    fc.array(fc.tuple(aPrice, aVat), { minLength: 4, maxLength: 4 }),
    fc.constantFrom('EUR', 'JPY', 'BHD'),
  )
  .map(([types, prices, currency]) =>
    tariff(
      types.map((type, index) => component(type, ...(prices[index] ?? (['1', null] as const)))),
      { currency },
    ),
  );
const aSession = fc.record({
  startedAt: fc.constant(start),
  endedAt: fc.nat(30 * hourMs).map((ms) => start + ms),
  meterStartMilliWh: fc.nat(2 ** 31),
  energyMilliWh: fc.nat(100 * kWh),
});
/** At instants of their own, since of one instant the order in which they were told counts. */
const someReadings = fc.uniqueArray(fc.nat(31 * hourMs), { maxLength: 20 }).chain((ats) =>
  fc.tuple(
    ...ats.map((at) =>
      fc.oneof(
        fc.constantFrom(...states).map((name) => state(start - hourMs + at, name)),
        fc.nat(2 ** 31).map((milliWh) => register(start - hourMs + at, milliWh)),
      ),
    ),
  ),
);

test('no session costs less than nothing, totals are their parts, and lines are the exact sum before it is rounded', () => {
  fc.assert(
    fc.property(aSession, someReadings, aTariff, (of, readings, by) => {
      const rating = rate(of, readings, by);
      const decimals = { EUR: 2, JPY: 0, BHD: 3 }[by.currency] ?? 2;
      const exact = sum(
        rating.lines.map(({ dimension, volume, unitPrice }) => amountOf(dimension as 'FLAT', volume, unitPrice)),
      );
      assert.equal(rounded(exact, decimals), rating.totalExclVat);
      assert.ok(Number(rating.totalExclVat) >= 0 && Number(rating.totalVat) >= 0);
      assert.equal((Number(rating.totalExclVat) + Number(rating.totalVat)).toFixed(decimals), rating.totalInclVat);
      assert.equal(rating.vats.reduce((all, { amount }) => all + Number(amount), 0).toFixed(decimals), rating.totalVat);
      for (const { percent, baseExclVat } of rating.vats) assert.ok(Number(percent) >= 0 && Number(baseExclVat) >= 0);
    }),
  );
});

test('the order in which readings came does not matter', () => {
  fc.assert(
    fc.property(
      aSession,
      someReadings.chain((readings) =>
        fc.tuple(fc.constant(readings), fc.shuffledSubarray([...readings], { minLength: readings.length })),
      ),
      aTariff,
      (of, [readings, shuffled], by) => assert.deepEqual(rate(of, shuffled, by), rate(of, readings, by)),
    ),
  );
});

test('rated by the readings that it names alone, a session costs the same', () => {
  fc.assert(
    fc.property(aSession, someReadings, aTariff, (of, readings, by) => {
      const rating = rate(of, readings, by);
      assert.deepEqual(rate(of, rating.readings, by), rating);
      assert.ok(rating.readings.length <= readings.length);
    }),
  );
});

test('a reading more of what was known changes no total; periods are the whole session', () => {
  fc.assert(
    fc.property(aSession, someReadings, aTariff, fc.nat(30 * hourMs), (of, readings, by, ms) => {
      const rating = rate(of, readings, by);
      const more = rate(of, [...readings, register(start + ms, of.meterStartMilliWh)], by);
      assert.deepEqual(more.lines, rating.lines);
      const energy = (periods: typeof rating.periods) =>
        periods.reduce(
          (all, { dimensions }) =>
            all + Math.round(Number(dimensions.find(({ type }) => type === 'ENERGY')?.volume ?? 0) * kWh),
          0,
        );
      assert.equal(energy(rating.periods), of.energyMilliWh);
      assert.equal(energy(more.periods), of.energyMilliWh);
    }),
  );
});

test('two halves of a session cost what the whole costs, but for the fee: exactly', () => {
  fc.assert(
    fc.property(
      aSession,
      someReadings,
      aTariff,
      fc.double({ min: 0, max: 1, noNaN: true }),
      (of, readings, by, share) => {
        const at = start + Math.floor((of.endedAt - start) * share);
        const energy = Math.floor(of.energyMilliWh * share);
        // A half begins in the state in which the other ended.
        const states = readings.filter(({ chargingState }) => chargingState !== null);
        const first = rate({ ...of, endedAt: at, energyMilliWh: energy }, states, by);
        const rest = { ...of, startedAt: at, energyMilliWh: of.energyMilliWh - energy };
        const second = rate(rest, states, by);
        const exactOf = ({ lines }: typeof first) =>
          sum(
            lines
              .filter(({ dimension }) => dimension !== 'FLAT')
              .map(({ dimension, volume, unitPrice }) => amountOf(dimension as 'TIME', volume, unitPrice)),
          );
        const whole = rate(of, states, by);
        assert.equal(exactOf(first).plus(exactOf(second)).toFixed(), exactOf(whole).toFixed());
      },
    ),
  );
});

test('an amount just below half a cent is cut, half a cent is rounded up', () => {
  assert.equal(rounded(amountOf('TIME', 6_000, '3'), 2), '0.01');
  assert.equal(rounded(amountOf('TIME', 5_999, '3'), 2), '0.00');
  assert.equal(shown(percentOf(amountOf('FLAT', 1, '1.01'), '19')), '0.1919');
});
