import assert from 'node:assert/strict';
import { test } from 'node:test';
import { minuteMs, noon, only, spoken, Station, told, type SessionEvent, type Told } from '../station-tale.ts';

/** All states that the session told of or will tell of, as minutes after noon. */
const statesOf = (tale: Told): [minutes: number, state: string][] =>
  [...tale.emissions.flatMap(({ readings }) => readings), ...tale.state.sessions.flatMap(({ pending }) => pending)]
    .filter(({ chargingState }) => chargingState !== null)
    .map(({ at, chargingState }) => [(at - noon) / minuteMs, chargingState ?? '']);

const at = (minutes: number): number => noon + minutes * minuteMs;

test('given a 2.x session, each change of its charging state is told, and what lasts is not told again', () => {
  const station = new Station();
  const tale = told([
    station.started2({}),
    station.updated2({ at: at(1), seqNo: 1, chargingState: 'Charging' }),
    station.updated2({ at: at(2), seqNo: 2, chargingState: 'Charging' }),
    station.updated2({ at: at(3), seqNo: 3, chargingState: 'SuspendedEV' }),
    station.ended2({ at: at(9) }),
  ]);
  assert.deepEqual(statesOf(tale), [
    [0, 'EVConnected'],
    [1, 'Charging'],
    [3, 'SuspendedEV'],
  ]);
});

test('given a change that comes late, it is told with what it interrupted; once more, it is no news', () => {
  const station = new Station();
  const late = station.updated2({ at: at(3), seqNo: 2, chargingState: 'SuspendedEV' });
  const events: SessionEvent[] = [
    station.started2({}),
    station.updated2({ at: at(1), seqNo: 1, chargingState: 'Charging' }),
    station.updated2({ at: at(5), seqNo: 3, chargingState: 'Charging' }),
    station.resent(late),
  ];
  const tale = told(events);
  assert.deepEqual(statesOf(tale).slice(1), [
    [1, 'Charging'],
    [3, 'SuspendedEV'],
    [5, 'Charging'],
  ]);
  assert.equal(only(tale).chargingState, 'Charging');
  const again = told([station.resent(late)], tale.state, events.length);
  assert.deepEqual(only(again).pending, only(tale).pending);
  assert.deepEqual(spoken(again), []);
});

test('given a 1.6 session, the status of its connector tells its states; another connector and other statuses do not', () => {
  const station = new Station();
  const tale = told([
    station.status16('Charging', { at: at(-1) }),
    station.started16({}),
    station.status16('Charging', { at: at(1) }),
    station.status16('SuspendedEV', { at: at(2), evseId: 2 }),
    station.status16('Faulted', { at: at(3) }),
    station.status16('SuspendedEVSE', { at: at(4) }),
    station.status16('SuspendedEV', { at: at(5) }),
    station.ended16({ at: at(6) }),
    station.status16('Finishing', { at: at(7) }),
  ]);
  assert.deepEqual(statesOf(tale), [
    [1, 'Charging'],
    [4, 'SuspendedEVSE'],
    [5, 'SuspendedEV'],
  ]);
  assert.equal(only(tale).chargingState, 'SuspendedEV');
  assert.equal(spoken(tale).at(-1), 'SessionEnded');
});

test('given a newer connection, a status of the older one does not touch the session', () => {
  const station = new Station();
  const started = station.started16({});
  const stale = station.status16('SuspendedEV', { at: at(1) });
  station.reconnects();
  const tale = told([started, station.status16('Charging', { at: at(2) }), stale]);
  assert.deepEqual(statesOf(tale), [[2, 'Charging']]);
});

test('given two states of one second, both are told in the order in which they came', () => {
  const station = new Station();
  const tale = told([
    station.started16({}),
    station.status16('SuspendedEVSE', { at: at(1) }),
    station.status16('Charging', { at: at(1) }),
  ]);
  assert.deepEqual(statesOf(tale), [
    [1, 'SuspendedEVSE'],
    [1, 'Charging'],
  ]);
});
