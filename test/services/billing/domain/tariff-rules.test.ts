import assert from 'node:assert/strict';
import { test } from 'node:test';
import { demoTariff } from '#infra/local/demo-tariff';
import type { TariffValue } from '#contracts/tariff';
import { pricingViolations, tariffViolations, tariffWarnings } from '#services/billing/domain/tariff-rules';
import { component, element, tariff } from './tariffs.ts';

const energy = component('ENERGY', '0.5', '19');
const pathsOf = (value: TariffValue): string[] => tariffViolations(value).map(({ path }) => path);

test('the demo tariff is allowed, has nothing odd, and can be priced', () => {
  assert.deepEqual(
    [tariffViolations(demoTariff), tariffWarnings(demoTariff), pricingViolations(demoTariff)],
    [[], [], []],
  );
});

// Each forbidden value with the path that names it, and its neighbour that is allowed.
const borders: readonly [what: string, path: string, forbidden: Partial<TariffValue>, allowed: Partial<TariffValue>][] =
  [
    ['a currency that nobody issues', 'currency', { currency: 'EUX' }, { currency: 'BHD' }],
    ['a start that is no instant', 'startAt', { startAt: 'soon' }, { startAt: '2026-01-01T00:00:00.000Z' }],
    [
      'an end that is its start',
      'endAt',
      { startAt: '2026-01-01T00:00:00.000Z', endAt: '2026-01-01T00:00:00.000Z' },
      { startAt: '2026-01-01T00:00:00.000Z', endAt: '2026-01-01T00:00:00.001Z' },
    ],
    [
      'a lowest price above the highest',
      'maxPrice/exclVat',
      { minPrice: { exclVat: '2', inclVat: null }, maxPrice: { exclVat: '1.9999', inclVat: null } },
      { minPrice: { exclVat: '2', inclVat: null }, maxPrice: { exclVat: '2.0', inclVat: null } },
    ],
    [
      'a price with VAT below the one without',
      'minPrice/inclVat',
      { minPrice: { exclVat: '2', inclVat: '1.99' } },
      { minPrice: { exclVat: '2', inclVat: '2' } },
    ],
    [
      'two components of one dimension in an element',
      'elements/0/priceComponents/1/type',
      { elements: [element([energy, energy])] },
      { elements: [element([energy]), element([energy])] },
    ],
    [
      'VAT above 100 percent',
      'elements/0/priceComponents/0/vat',
      { elements: [element([component('FLAT', '1', '100.0001')])] },
      { elements: [element([component('FLAT', '1', '100')])] },
    ],
    [
      'a time of day that ends when it starts',
      'elements/0/restrictions/endTime',
      { elements: [element([energy], { startTime: '08:00', endTime: '08:00' })] },
      { elements: [element([energy], { startTime: '22:00', endTime: '06:00' })] },
    ],
    [
      'a day that the calendar does not have',
      'elements/0/restrictions/startDate',
      { elements: [element([energy], { startDate: '2026-02-30' })] },
      { elements: [element([energy], { startDate: '2026-02-28' })] },
    ],
    [
      'dates that hold no day',
      'elements/0/restrictions/endDate',
      { elements: [element([energy], { startDate: '2026-02-01', endDate: '2026-02-01' })] },
      { elements: [element([energy], { startDate: '2026-02-01', endDate: '2026-02-02' })] },
    ],
    [
      'a range of energy that holds nothing',
      'elements/0/restrictions/maxKwh',
      { elements: [element([energy], { minKwh: '10', maxKwh: '10.0' })] },
      { elements: [element([energy], { minKwh: '9.9999', maxKwh: '10' })] },
    ],
    [
      'a range of time that holds nothing',
      'elements/0/restrictions/maxDurationSeconds',
      { elements: [element([energy], { minDurationSeconds: 60, maxDurationSeconds: 60 })] },
      { elements: [element([energy], { minDurationSeconds: 0, maxDurationSeconds: 60 })] },
    ],
    [
      'a weekday named twice',
      'elements/0/restrictions/daysOfWeek/1',
      { elements: [element([energy], { daysOfWeek: ['MONDAY', 'MONDAY'] })] },
      { elements: [element([energy], { daysOfWeek: ['MONDAY', 'SUNDAY'] })] },
    ],
    [
      'a reservation that is priced by energy',
      'elements/0/priceComponents/1/type',
      { elements: [element([component('TIME', '1'), energy], { reservation: 'RESERVATION' })] },
      { elements: [element([component('TIME', '1'), component('FLAT', '1')], { reservation: 'RESERVATION' })] },
    ],
  ];

for (const [what, path, forbidden, allowed] of borders) {
  test(`${what} is refused at ${path}`, () => {
    assert.deepEqual(pathsOf(tariff([energy], forbidden)), [path]);
    assert.deepEqual(pathsOf(tariff([energy], allowed)), []);
  });
}

test('all that is wrong is named at once', () => {
  const elements = [element([energy, component('ENERGY', '1', '101')], { minPower: '5', maxPower: '1' })];
  assert.deepEqual(pathsOf(tariff([], { currency: 'ABC', elements })), [
    'currency',
    'elements/0/priceComponents/1/type',
    'elements/0/priceComponents/1/vat',
    'elements/0/restrictions/maxPower',
  ]);
});

test('an element that an earlier one hides is a warning; behind a restricted one, or of another dimension, it is reached', () => {
  const hidden = tariff([], { elements: [element([energy]), element([energy, component('TIME', '1')])] });
  assert.deepEqual(
    tariffWarnings(hidden).map(({ path }) => path),
    ['elements/1/priceComponents/0'],
  );
  const reached = tariff([], { elements: [element([energy], { minKwh: '10' }), element([energy])] });
  assert.deepEqual(tariffWarnings(reached), []);
});

test('restrictions, steps and price limits are not priced yet; empty restrictions and steps of one restrict nothing', () => {
  const step = { ...energy, stepSize: 2 };
  const limited = { minPrice: { exclVat: '1', inclVat: null }, maxPrice: { exclVat: '9', inclVat: null } };
  const value = tariff([], { elements: [element([step]), element([energy], { minKwh: '1' })], ...limited });
  assert.deepEqual(
    pricingViolations(value).map(({ path }) => path),
    ['minPrice', 'maxPrice', 'elements/0/priceComponents/0/stepSize', 'elements/1/restrictions'],
  );
  const plain = tariff([], {
    elements: [element([{ ...energy, stepSize: 0 }], {}), element([{ ...energy, stepSize: 1 }])],
  });
  assert.deepEqual(pricingViolations(plain), []);
});
