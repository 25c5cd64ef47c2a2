// Odd facts become flags with stable names: meters that fall, clocks that lie, readings after the end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flagNames, flagsOf, namesOf } from '#services/sessions/domain/flags';
import { liveSessionsMax } from '#services/sessions/domain/started';
import { energyOf, meterStopOf } from '#services/sessions/domain/session';
import { Station, flags, minuteMs, noon, only, register, spoken, told } from '../station-tale.ts';

test('flags have stable names, in and out', () => {
  assert.deepEqual(namesOf(flagsOf(flagNames)), [...flagNames]);
  assert.equal(flagsOf(['a-later-version-knows']), 0);
});

test('a register below an earlier one is flagged, by the time of the readings and not by arrival', () => {
  const station = new Station();
  const start = station.started16({ meterStart: 100 });
  const falling = [register(1, 300), register(2, 200)];
  assert.deepEqual(flags(only(told([start, station.metered({ readings: falling })]))), ['meter-regressed']);
  const outOfOrder = [register(2, 300), register(1, 200)];
  assert.deepEqual(flags(only(told([start, station.metered({ readings: outOfOrder })]))), []);
  const lateHigher = [register(2, 200), register(1, 300)];
  assert.deepEqual(flags(only(told([start, station.metered({ readings: lateHigher })]))), ['meter-regressed']);
});

test('a stop register below the start gives no energy, and is flagged', () => {
  const station = new Station();
  const session = only(
    told([station.started16({ meterStart: 5_000 }), station.ended16({ at: noon + minuteMs, meterStop: 10 })]),
  );
  assert.equal(energyOf(session), 0);
  assert.deepEqual(flags(session), ['meter-regressed', 'meter-stop-below-start']);
});

test('an end before the start is flagged and keeps both times', () => {
  const station = new Station();
  const session = only(told([station.started16({}), station.ended16({ at: noon - minuteMs })]));
  assert.ok(flags(session).includes('ended-before-started'));
  assert.equal(session.life.phase === 'ended' && session.life.endedAt, noon - minuteMs);
});

test("clocks in the future, before 2020 or unreadable are flagged; the gateway's clock stands in only for the last", () => {
  const station = new Station();
  const ahead = station.started16({ at: noon + 120 * minuteMs, recordedAt: noon });
  assert.deepEqual(flags(only(told([ahead]))), ['future-timestamp']);
  const nearlyRight = station.started16({ at: noon + 5 * minuteMs, recordedAt: noon });
  assert.deepEqual(flags(only(told([nearlyRight]))), []);
  const lost = station.started16({ at: 10_000, recordedAt: noon });
  assert.deepEqual(flags(only(told([lost]))), ['clock-before-2020']);
  assert.equal(only(told([lost])).startedAt, 10_000);
  const unreadable = { ...station.started16({}), meta: { ...station.started16({}).meta, occurredAt: null } };
  assert.deepEqual(flags(only(told([unreadable]))), ['timestamp-unreadable']);
  assert.equal(only(told([unreadable])).startedAt, noon);
});

test('before 2020 a start like an ended one is the next session; in our time it is no news', () => {
  const station = new Station();
  const clockless = { at: 10_000, recordedAt: noon };
  const again = told([
    station.started16(clockless),
    station.started16(clockless),
    station.ended16({ at: 20_000, recordedAt: noon }),
    station.started16(clockless),
    station.ended16({ at: 30_000, recordedAt: noon }),
    station.started16(clockless),
  ]);
  assert.deepEqual(
    again.state.sessions.map(({ repeat }) => repeat),
    [0, 1, 2],
  );
  assert.equal(new Set(again.state.sessions.map(({ sessionId }) => sessionId)).size, 3);
  const inOurTime = told([station.started16({}), station.ended16({ at: noon + 1 }), station.started16({})]);
  assert.equal(inOurTime.state.sessions.length, 1);
});

test('energy that no vehicle takes is flagged, in total and on average', () => {
  const station = new Station();
  const end = (hours: number, meterStop: number) =>
    flags(
      only(
        told([station.started16({ meterStart: 0 }), station.ended16({ at: noon + hours * 60 * minuteMs, meterStop })]),
      ),
    );
  assert.deepEqual(end(1, 3_900_000), []);
  assert.deepEqual(end(1, 4_100_000), ['energy-implausible']);
  assert.deepEqual(end(100, 10_000_001), ['energy-implausible']);
  assert.deepEqual(end(0, 900), []);
});

test('registers too far apart to be exact give no energy rather than a wrong one', () => {
  const station = new Station();
  const start = { ...station.started16({}), meterStartMilliWh: -9_000_000_000_000_000 };
  const end = { ...station.ended16({ at: noon + minuteMs }), meterStopMilliWh: 9_000_000_000_000_000 };
  const session = only(told([start, end]));
  assert.equal(energyOf(session), null);
  assert.deepEqual(flags(session), ['energy-implausible']);
});

test('a reading after the end that says energy flowed on is flagged and changes no total', () => {
  const station = new Station();
  const given = told([station.started16({ meterStart: 0 }), station.ended16({ at: noon + minuteMs, meterStop: 500 })]);
  const after = told([station.metered({ readings: [register(2, 510)] })], given.state, 2);
  assert.equal(meterStopOf(only(after)), 500_000);
  assert.deepEqual([flags(only(after)), spoken(after)], [['meter-after-end'], ['SessionFlagged']]);
});

test('a late reading from within an ended session is told at once, and flagged where it changes the energy', () => {
  const station = new Station();
  const given = told([
    station.started2({}),
    station.metered({ transactionId: 'tx-1', readings: [register(1, 100), register(5, 500)] }),
    station.ended2({ at: noon + 9 * minuteMs }),
  ]);
  const within = told([station.metered({ transactionId: 'tx-1', readings: [register(3, 300)] })], given.state, 3);
  assert.deepEqual([flags(only(within)), spoken(within)], [[], ['SessionUpdated']]);
  const last = told([station.metered({ transactionId: 'tx-1', readings: [register(8, 800)] })], given.state, 3);
  assert.deepEqual([flags(only(last)), energyOf(only(last))], [['meter-after-end'], 700_000]);
});

test('a station that never ends its transactions has a bounded number of live sessions', () => {
  const station = new Station();
  const starts = Array.from({ length: liveSessionsMax + 5 }, (_, index) =>
    station.started2({ transactionId: `tx-${index}`, evseId: index + 1 }),
  );
  const { state } = told(starts);
  assert.equal(state.sessions.filter((session) => flags(session).includes('stop-missing')).length, 5);
});

test('a NUL in a transactionId reaches no text column, and the transaction is still one', () => {
  const station = new Station();
  const session = only(
    told([station.started2({ transactionId: 'a\0b' }), station.ended2({ transactionId: 'a\0b', at: noon + 1 })]),
  );
  assert.ok(!session.transactionId.includes('\0'));
  assert.equal(session.life.phase, 'ended');
});
