// Ends and readings that name no transaction, or one that we never gave: whose they are, and whose they never are.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namesOf } from '#services/sessions/domain/flags';
import { energyOf } from '#services/sessions/domain/session';
import { minuteMs, noon, register, Station, told, type SessionEvent } from '../station-tale.ts';

const later = { at: noon + 30 * minuteMs, meterStop: 5_000 };

/** Phase, energy and flags of each session, in the order in which they came to be. */
function shown(events: readonly SessionEvent[]): unknown[] {
  return told(events).state.sessions.map((session) => [session.life.phase, energyOf(session), namesOf(session.flags)]);
}

const endedWell = ['ended', 4_000_000, []];
const goesOn = (energyMilliWh: number) => ['charging', energyMilliWh, []];
const toBeLookedAt = ['ended', null, ['start-missing']];

test('errata 3.18: a station that never used the id of its one start ends it with -1, or with 0 where it cannot hold the id', () => {
  for (const transactionId of ['-1', '0', '']) {
    const station = new Station();
    assert.deepEqual(shown([station.started16({}), station.ended16({ transactionId, ...later })]), [endedWell]);
  }
});

test('a station that used the id means something else by 0 or -1: the session goes on, the stray end is looked at', () => {
  for (const transactionId of ['-1', '0', '']) {
    const station = new Station();
    const start = station.started16({});
    const reading = station.metered({ readings: [register(1, 1_200)] });
    const stray = station.ended16({ transactionId, ...later });
    assert.deepEqual(shown([start, reading, stray]), [goesOn(200_000), toBeLookedAt]);
    const again = station.resent(stray);
    const own = station.ended16({ at: noon + 40 * minuteMs, meterStop: 6_000 });
    assert.deepEqual(shown([start, reading, stray, again, own]), [['ended', 5_000_000, []], toBeLookedAt]);
  }
});

test('the card that began the session ends it also where the station used its id and lost it since; another card does not', () => {
  const station = new Station();
  const charging = [station.started16({ token: 'aa' }), station.metered({ readings: [register(1, 1_200)] })];
  const end = (token: string) => station.ended16({ transactionId: '0', token, ...later });
  assert.deepEqual(shown([...charging, end('aa')]), [endedWell]);
  assert.deepEqual(shown([...charging, end('bb')]), [goesOn(200_000), toBeLookedAt]);
});

test("another driver's card does not end even a session whose id was never used", () => {
  const station = new Station();
  const start = station.started16({ token: 'aa' });
  const stray = station.ended16({ transactionId: '-1', token: 'bb', ...later });
  assert.deepEqual(shown([start, stray]), [goesOn(0), toBeLookedAt]);
});

test('an id that was never given is a session of its own, whether or not the station used the right one', () => {
  const station = new Station();
  const start = station.started16({ transactionId: '7001' });
  const stray = station.ended16({ transactionId: '4711', ...later });
  assert.deepEqual(shown([start, stray]), [goesOn(0), toBeLookedAt]);
});

test('an end from before the start, or below its register, is not its end; at both borders it is', () => {
  const station = new Station();
  const start = station.started16({ meterStart: 1_000 });
  const end = (at: number, meterStop: number) =>
    shown([start, station.ended16({ transactionId: '-1', at, meterStop })]);
  assert.deepEqual(end(noon, 1_000), [['ended', 0, []]]);
  assert.deepEqual(end(noon - 1, 1_000), [goesOn(0), toBeLookedAt]);
  assert.deepEqual(end(noon, 999), [goesOn(0), toBeLookedAt]);
});

test('two connectors: the one whose id was used keeps charging, the other one is ended; of two unused ids none is guessed', () => {
  const station = new Station();
  const one = station.started16({ evseId: 1, transactionId: '1', token: 'aa' });
  const two = station.started16({ evseId: 2, transactionId: '2', token: 'bb' });
  const used = station.metered({ transactionId: '1', evseId: 1, readings: [register(1, 1_100)] });
  const end = station.ended16({ transactionId: '-1', ...later });
  assert.deepEqual(shown([one, two, used, end]), [goesOn(100_000), endedWell]);
  assert.deepEqual(shown([one, two, end]), [goesOn(0), goesOn(0), toBeLookedAt]);
});

test('readings for the whole station under 0 or -1 are no register of a session whose id was used', () => {
  const station = new Station();
  const start = station.started16({});
  const used = station.metered({ readings: [register(1, 1_100)] });
  const main = (transactionId: string) =>
    station.metered({ transactionId, evseId: 0, connectorId: 0, readings: [register(2, 9_000_000)] });
  const [zero] = shown([start, used, main('0')]);
  const [minusOne] = shown([start, used, main('-1')]);
  assert.deepEqual([zero, minusOne], [goesOn(100_000), goesOn(100_000)]);
  const here = station.metered({ transactionId: '-1', evseId: 1, readings: [register(2, 1_500)] });
  assert.deepEqual(shown([start, used, here]), [goesOn(500_000)]);
});

test('2.x: an id 0 that the station itself gave is told apart by its place alone', () => {
  const station = new Station();
  const start = station.started2({ transactionId: '0', evseId: 1 });
  const end = (evseId: number) => station.ended2({ transactionId: '0', evseId, at: noon + minuteMs });
  assert.equal(told([start, end(1)]).state.sessions.length, 1);
  assert.equal(told([start, end(1)]).state.sessions[0]?.life.phase, 'ended');
  assert.equal(told([start, end(2)]).state.sessions[0]?.life.phase, 'charging');
});
