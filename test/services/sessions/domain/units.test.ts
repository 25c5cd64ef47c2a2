// Q17, Q18: registers that lie about their unit, fall out, or go on after the end are flagged, and never corrected by a guess.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { energyOf, type MeteredRegister } from '#services/sessions/domain/session';
import { unitDoubtOf } from '#services/sessions/domain/units';
import { namesOf } from '#services/sessions/domain/flags';
import { Station, flags, minuteMs, noon, only, register, told } from '../station-tale.ts';

const metered = (minutes: number, wh: number, powerW: number | null): MeteredRegister => ({
  at: noon + minutes * minuteMs,
  milliWh: wh * 1000,
  powerMilliW: powerW === null ? null : powerW * 1000,
});
const doubt = (before: MeteredRegister | null, now: MeteredRegister) => namesOf(unitDoubtOf(before, now));

test('Q17: kWh that are called Wh move a thousand times too little for the power of the same station', () => {
  // 11 kW for a minute: 183 Wh; the register says 0.183 of what it calls Wh.
  const readings = [0, 1, 2, 3].map((n) => ({ ...register(n, 12 + n * 0.183), powerImportMilliW: 11_000_000 }));
  const station = new Station();
  const session = only(told([station.started16({ meterStart: 12 }), station.metered({ readings })]));
  assert.deepEqual(flags(session), ['unit-doubtful']);
  assert.equal(energyOf(session), 549, 'as it was said: nothing is multiplied on our own account');
});

test('Q17: the right unit is never doubted, whatever the power does meanwhile; nor is what says too little', () => {
  for (const wh of [183, 61, 549]) assert.deepEqual(doubt(metered(0, 0, 11_000), metered(1, wh, 11_000)), [], `${wh}`);
  assert.deepEqual(doubt(metered(0, 0, 0), metered(15, 3, 11_000)), [], 'it began at the last moment');
  assert.deepEqual(doubt(metered(0, 0, 11_000), metered(15, 3, 0)), [], 'it ended at the first');
  assert.deepEqual(doubt(metered(0, 0, 11_000), metered(1, 0, 11_000)), [], 'a register that stands still has no unit');
  assert.deepEqual(doubt(metered(0, 0, 11_000), metered(1, 0.183, null)), []);
  assert.deepEqual(doubt(metered(0, 0, null), metered(1, 0.183, 11_000)), []);
  assert.deepEqual(doubt(null, metered(1, 0.183, 11_000)), []);
  assert.deepEqual(doubt(metered(1, 0, 11_000), metered(0, 0.183, 11_000)), [], 'out of order');
  assert.deepEqual(doubt(metered(0, 0, 290), metered(1, 0.005, 290)), [], 'too little to tell');
});

test('Q17: the borders: a factor of 300 to 3,000 is the thousand between Wh and kWh, in either direction', () => {
  const of = (wh: number) => doubt(metered(0, 0, 60_000), metered(1, wh, 60_000));
  for (const wh of [1000 / 300, 1, 1000 / 3000, 1000 * 300, 1000 * 3000])
    assert.deepEqual(of(wh), ['unit-doubtful'], `${wh}`);
  for (const wh of [1000 / 299, 1000 / 3001, 1000 * 299, 1000 * 3001]) assert.deepEqual(of(wh), [], `${wh}`);
});

/** Readings every so many minutes at constant power, in Wh as a sound meter counts them; `now` and `wh` may lie for some. */
function sampled(count: number, everyMinutes: number, powerKW: number, odd: { now?: number[]; wh?: number[] } = {}) {
  const { now = [], wh = [] } = odd;
  return Array.from({ length: count }, (_, n) => ({
    ...register(n * everyMinutes + (now[n] ?? 0), Math.round((n * everyMinutes * powerKW * 1000) / 60) + (wh[n] ?? 0)),
    powerImportMilliW: powerKW * 1_000_000,
  }));
}

/** The same lie for all readings from the n-th of so many on. */
const from = (count: number, n: number, lie: number): number[] =>
  Array.from({ length: count }, (_, each) => (each < n ? 0 : lie));

/** Whether the session's unit is doubted. */
const isDoubted = (readings: ReturnType<typeof sampled>, meterStart = 0): boolean => {
  const station = new Station();
  return flags(only(told([station.started16({ meterStart }), station.metered({ readings })]))).includes(
    'unit-doubtful',
  );
};

test('Q17: a whole session in the right unit raises no doubt: 50 kWh at 11 kW, a fast station, a coarse register', () => {
  assert.equal(isDoubted(sampled(274, 1, 11)), false);
  assert.equal(isDoubted(sampled(60, 0.25, 350)), false);
  const coarse = sampled(60, 0.25, 350).map((each) => ({
    ...each,
    energyImportMilliWh: Math.floor((each.energyImportMilliWh ?? 0) / 1_000_000) * 1_000_000,
  }));
  assert.equal(isDoubted(coarse), false, 'in steps of a kWh');
  assert.equal(isDoubted(sampled(20, 60, 11)), false, 'every hour');
});

test('Q17: a clock that jumps by hours, days or years says nothing of units', () => {
  for (const minutes of [60, 6 * 60, 24 * 60, 7 * 24 * 60])
    for (const n of [1, 2, 5, 9])
      assert.equal(isDoubted(sampled(10, 1, 11, { now: from(10, n, minutes) })), false, `by ${minutes} before ${n}`);
});

test('Q17: a meter that was replaced is another register, not another unit', () => {
  for (const wh of [100_000, 250_000, 40_000_000])
    for (const n of [1, 2, 5])
      assert.equal(isDoubted(sampled(10, 1, 11, { wh: from(10, n, wh) })), false, `${wh} more before ${n}`);
});

test('Q17: the wrong unit is found whatever the start says, and after hours without power', () => {
  const kwh = (count: number, every: number) =>
    sampled(count, every, 11).map((each) => ({
      ...each,
      energyImportMilliWh: Math.round((each.energyImportMilliWh ?? 0) / 1000) + 12_000,
    }));
  assert.ok(isDoubted(kwh(10, 1), 12), 'all of it in kWh');
  assert.ok(isDoubted(kwh(10, 1), 12_000), 'a start in Wh, readings in kWh');
  assert.ok(isDoubted(kwh(10, 15), 12), 'every quarter of an hour');
  const late = kwh(10, 1).map((each, n) => ({
    ...each,
    sampledAt: (each.sampledAt ?? 0) + (n === 0 ? 0 : 8 * 60 * minuteMs),
  }));
  assert.ok(isDoubted(late, 12), 'it was plugged in long before');
  const wattHours = sampled(10, 1, 11).map((each) => ({
    ...each,
    energyImportMilliWh: (each.energyImportMilliWh ?? 0) * 1000,
  }));
  assert.ok(isDoubted(wattHours), 'Wh that are called kWh');
});

test('Q17: a unit once doubted stays doubted, also over a restart of the fold', () => {
  const station = new Station();
  const wrong = [0, 1, 2].map((n) => ({ ...register(n, n * 0.183), powerImportMilliW: 11_000_000 }));
  const right = [3, 4].map((n) => ({ ...register(n, n * 183), powerImportMilliW: 11_000_000 }));
  const first = told([station.started16({ meterStart: 0 }), station.metered({ readings: wrong })]);
  const second = told([station.metered({ readings: right })], first.state, 2);
  assert.ok(flags(only(second)).includes('unit-doubtful'));
});

test('Q17: a register that begins anew within a session is flagged as fallen', () => {
  const station = new Station();
  const readings = [register(1, 5_000), register(2, 10), register(3, 120)];
  const session = only(told([station.started16({ meterStart: 4_000 }), station.metered({ readings })]));
  assert.deepEqual(flags(session), ['meter-regressed']);
});

test('Q18: a drop-out to zero is flagged, and the registers around it count', () => {
  const station = new Station();
  const readings = [register(1, 1_500), register(2, 0), register(3, 2_500)];
  const session = only(
    told([
      station.started16({ meterStart: 1_000 }),
      station.metered({ readings }),
      station.ended16({ at: noon + 4 * minuteMs, meterStop: 3_000 }),
    ]),
  );
  assert.deepEqual([flags(session), energyOf(session)], [['meter-regressed'], 2_000_000]);
});

test('Q18: readings after the stop, above its register, are flagged and change nothing that is billed', () => {
  const station = new Station();
  const start = station.started16({ meterStart: 0 });
  const stop = station.ended16({ at: noon + minuteMs, meterStop: 500 });
  const session = only(told([start, stop, station.metered({ readings: [register(2, 510)] })]));
  assert.deepEqual([flags(session), energyOf(session)], [['meter-after-end'], 500_000]);
  const same = only(told([start, stop, station.metered({ readings: [register(2, 500)] })]));
  assert.deepEqual(flags(same), [], 'the register of the stop once more is no news');
});

test('Q25: a stop without a start is a session of its own, flagged, with the end that it was told', () => {
  const station = new Station();
  const session = only(told([station.ended16({ at: noon + minuteMs, meterStop: 500 })]));
  assert.ok(flags(session).includes('start-missing'));
  assert.equal(session.life.phase, 'ended');
});
