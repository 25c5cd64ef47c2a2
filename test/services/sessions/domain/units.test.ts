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
