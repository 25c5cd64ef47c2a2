// What the meter shows: whole milli-Wh, nothing lost, no way back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { advance, drawMeter, drawVehicle, electricalOf, isFull } from '#load-tests/fleet/charging-curve';
import { Random } from '#load-tests/fleet/random';

test('the meter counts whole milli-Wh, loses nothing to rounding, and never runs back', () => {
  const seed = Date.now() & 0x7fffffff;
  const waits = fc.array(fc.integer({ min: 0, max: 400_000 }), { minLength: 1, maxLength: 30 });
  const property = fc.property(fc.string(), waits, (name, elapsed) => {
    const random = new Random(name);
    const vehicle = drawVehicle(random);
    let meter = drawMeter(random);
    for (const ms of elapsed) {
      const next = advance(vehicle, meter, ms);
      assert.ok(Number.isSafeInteger(next.registerMilliWh) && next.remainderMilliJ >= 0 && next.remainderMilliJ < 3600);
      const milliJ =
        (next.registerMilliWh - meter.registerMilliWh) * 3600 + next.remainderMilliJ - meter.remainderMilliJ;
      assert.ok(milliJ >= 0 && milliJ <= vehicle.maxPowerW * ms);
      meter = next;
    }
  });
  fc.assert(property, { seed, verbose: true });
});

test('a vehicle draws full power, tapers above 80 %, and stops at its target', () => {
  const vehicle = {
    current: 'DC',
    phases: 1,
    maxPowerW: 100_000,
    batteryMilliWh: 50_000_000,
    arrivalMilliWh: 25_000_000,
    targetPercent: 90,
  } as const;
  let meter = { registerMilliWh: 1_000_000, remainderMilliJ: 0, chargedMilliWh: 0 };
  assert.equal(electricalOf(vehicle, meter).powerW, 100_000);
  meter = advance(vehicle, meter, 10 * 60_000);
  assert.ok(electricalOf(vehicle, meter).powerW < 100_000);
  meter = advance(vehicle, meter, 60 * 60_000);
  assert.ok(isFull(vehicle, meter));
  assert.equal(electricalOf(vehicle, meter).powerW, 0);
  assert.deepEqual(advance(vehicle, meter, 3_600_000), meter);
  assert.ok(meter.registerMilliWh - 1_000_000 < 21_500_000, 'it stops close behind the target');
});

test('a limit holds as long as it is set: energy under each is that of its own time', () => {
  const vehicle = {
    current: 'AC',
    phases: 3,
    maxPowerW: 11_000,
    batteryMilliWh: 80_000_000,
    arrivalMilliWh: 8_000_000,
    targetPercent: 100,
  } as const;
  const meter = { registerMilliWh: 0, remainderMilliJ: 0, chargedMilliWh: 0 };
  // Half an hour at 2 kW, then half an hour without a limit below its own.
  const after = advance(vehicle, meter, 3_600_000, (elapsedMs) => (elapsedMs < 1_800_000 ? 2000 : 50_000));
  assert.equal(after.registerMilliWh, 1_000_000 + 5_500_000);
  assert.equal(electricalOf(vehicle, meter, 2000.9).powerW, 2000);
  assert.equal(advance(vehicle, meter, 3_600_000, () => 0).registerMilliWh, 0);
  assert.equal(electricalOf(vehicle, meter).powerW, 11_000);
});

test('hardware for one kind of current only meets vehicles of that kind', () => {
  const random = new Random('kinds');
  const drawn = (current: 'AC' | 'DC'): Set<string> =>
    new Set(Array.from({ length: 200 }, () => drawVehicle(random, current).current));
  assert.deepEqual(drawn('AC'), new Set(['AC']));
  assert.deepEqual(drawn('DC'), new Set(['DC']));
});
