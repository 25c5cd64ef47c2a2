// The sessions fold as a specification: what each tale of a station makes of its sessions, for both versions.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sessionIdOf } from '#contracts/keys';
import { energyOf, meterStopOf } from '#services/sessions/domain/session';
import { Station, flags, minuteMs, noon, only, register, spoken, told } from '../station-tale.ts';

test('1.6: start, readings and stop make one ended session with the energy of the registers', () => {
  const station = new Station();
  const tale = told([
    station.started16({ meterStart: 1_000 }),
    station.metered({ readings: [register(10, 2_500)] }),
    station.ended16({ at: noon + 30 * minuteMs, meterStop: 6_021, token: 'bb', reason: 'Remote' }),
  ]);
  const session = only(tale);
  assert.equal(session.life.phase, 'ended');
  assert.equal(energyOf(session), 5_021_000);
  assert.equal(meterStopOf(session), 6_021_000);
  assert.equal(session.tokenRef, 'aa');
  assert.deepEqual(session.life.phase === 'ended' && [session.life.stopReason, session.life.stoppedByTokenRef], [
    'Remote',
    'bb',
  ]);
  assert.deepEqual(flags(session), []);
  assert.deepEqual(spoken(tale), ['SessionStarted', 'SessionUpdated', 'SessionEnded']);
});

test('2.x: the registers at begin and end are the readings of these contexts, whatever was sampled between', () => {
  const station = new Station();
  const session = only(
    told([
      station.started2({ transactionId: 'tx-1', remoteStartId: 42 }),
      station.metered({ transactionId: 'tx-1', readings: [register(0, 100, 'Transaction.Begin')] }),
      station.updated2({ at: noon + minuteMs, chargingState: 'Charging' }),
      station.metered({ transactionId: 'tx-1', readings: [register(10, 900), register(20, 1_800)] }),
      station.metered({
        transactionId: 'tx-1',
        at: noon + 20 * minuteMs,
        readings: [register(20, 1_850, 'Transaction.End')],
      }),
      station.ended2({ at: noon + 20 * minuteMs, reason: 'EVDisconnected' }),
    ]),
  );
  assert.equal(session.sessionId, sessionIdOf('acme', 'CS-1', 'tx-1', 0));
  assert.equal(energyOf(session), 1_750_000);
  assert.equal(session.remoteStartId, 42);
  assert.equal(session.chargingState, 'Charging');
  assert.deepEqual(flags(session), []);
});

test('2.x: without an end reading the last register before the end is the stop register', () => {
  const station = new Station();
  const session = only(
    told([
      station.started2({}),
      station.metered({ transactionId: 'tx-1', readings: [register(1, 100), register(9, 777)] }),
      station.ended2({ at: noon + 10 * minuteMs }),
    ]),
  );
  assert.equal(energyOf(session), 677_000);
});

test('a repeated start is no news, under any message id and on any connection', () => {
  const station = new Station();
  const start = station.started16({});
  const resent = station.resent(start);
  station.reconnects();
  const resentLater = station.resent(start);
  const tale = told([start, resent, resentLater]);
  only(tale);
  assert.deepEqual(spoken(tale), ['SessionStarted']);
});

test('a repeated start is no news after the session has ended, too', () => {
  const station = new Station();
  const start = station.started16({});
  const tale = told([start, station.ended16({ at: noon + minuteMs }), station.resent(start)]);
  assert.equal(only(tale).life.phase, 'ended');
});

test('a start with a known transactionId but another key is a session of its own, and later facts join it', () => {
  const station = new Station();
  const { state } = told([
    station.started16({ evseId: 1, meterStart: 10 }),
    station.started16({ evseId: 2, meterStart: 20 }),
    station.ended16({ at: noon + minuteMs, meterStop: 30 }),
  ]);
  assert.deepEqual(
    state.sessions.map(({ evseId, life }) => [evseId, life.phase]),
    [
      [1, 'charging'],
      [2, 'ended'],
    ],
  );
});

test('a refused start is a session too, with what was decided', () => {
  const station = new Station();
  const session = only(told([{ ...station.started16({}), authorization: 'Invalid' as const }]));
  assert.equal(session.authorization, 'Invalid');
  assert.equal(session.life.phase, 'charging');
});

test('1.6: a stop without start is an ended session, flagged; its late start completes it under the same id', () => {
  const station = new Station();
  const stop = station.ended16({ at: noon + 30 * minuteMs, meterStop: 6_000 });
  const before = told([stop]);
  assert.deepEqual(flags(only(before)), ['start-missing']);
  assert.equal(energyOf(only(before)), null);
  assert.deepEqual(spoken(before), ['SessionEnded']);

  const start = station.started16({ at: noon, meterStart: 1_000 });
  const after = told([start, station.resent(start)], before.state, 1);
  const session = only(after);
  assert.equal(session.sessionId, only(before).sessionId);
  assert.deepEqual(flags(session), []);
  assert.equal(session.startedAt, noon);
  assert.equal(energyOf(session), 5_000_000);
  assert.deepEqual(spoken(after), ['SessionEnded']);
});

test('2.x: delivered in any order, the same facts make the same session', () => {
  const station = new Station();
  const start = station.started2({ at: noon, seqNo: 0 });
  const begin = station.metered({ transactionId: 'tx-1', readings: [register(0, 100, 'Transaction.Begin')] });
  const charging = station.updated2({ at: noon + minuteMs, seqNo: 1, chargingState: 'Charging' });
  const suspended = station.updated2({ at: noon + 5 * minuteMs, seqNo: 2, chargingState: 'SuspendedEV' });
  const reading = station.metered({ transactionId: 'tx-1', readings: [register(5, 400)] });
  const end = station.ended2({ at: noon + 6 * minuteMs, seqNo: 3 });
  const inOrder = only(told([start, begin, charging, suspended, reading, end]));
  for (const mixed of [
    [end, start, begin, charging, suspended, reading],
    [reading, suspended, end, charging, begin, start],
    [charging, start, end, reading, suspended, begin],
  ]) {
    const delivered = mixed.map((event, index) => ({
      ...event,
      meta: { ...event.meta, connectionEpoch: 100, seq: index },
    }));
    const session = only(told(delivered));
    assert.equal(session.sessionId, inOrder.sessionId);
    assert.equal(energyOf(session), 300_000);
    assert.equal(session.chargingState, 'SuspendedEV');
    assert.equal(session.startedAt, noon);
    assert.equal(session.tokenRef, 'aa');
    assert.deepEqual(
      flags(session).filter((flag) => flag !== 'meter-after-end'),
      [],
    );
  }
});

test('updates and readings of an unknown transaction make a flagged session, which their end completes', () => {
  const station = new Station();
  const updates = told([station.updated2({ transactionId: 'tx-9' })]);
  assert.deepEqual([flags(only(updates)), spoken(updates)], [['start-missing'], ['SessionFlagged']]);
  const readings = told([
    station.metered({ transactionId: '4711', readings: [register(1, 500)] }),
    station.metered({ transactionId: '4711', readings: [register(2, 600)] }),
    station.ended16({ transactionId: '4711', at: noon + 3 * minuteMs, meterStop: 700 }),
  ]);
  assert.equal(energyOf(only(readings)), 200_000);
  assert.deepEqual(flags(only(readings)), ['start-missing']);
});

test('transactionId -1 belongs to the one live session of its connector, or of the station for a stop', () => {
  const station = new Station();
  const { state } = told([
    station.started16({ evseId: 1, transactionId: '1' }),
    station.started16({ evseId: 2, transactionId: '2', meterStart: 50 }),
    station.metered({ transactionId: '-1', evseId: 2, readings: [register(1, 90)] }),
    station.ended16({ transactionId: '2', at: noon + 2 * minuteMs, meterStop: 95 }),
    station.ended16({ transactionId: '-1', at: noon + 3 * minuteMs, meterStop: 1_234 }),
  ]);
  assert.deepEqual(
    state.sessions.map((session) => [session.evseId, energyOf(session), flags(session)]),
    [
      [1, 234_000, []],
      [2, 45_000, []],
    ],
  );
});

test('a stop without transactionId where two sessions are live is a flagged session of its own, once', () => {
  const station = new Station();
  const starts = [
    station.started16({ evseId: 1, transactionId: '1' }),
    station.started16({ evseId: 2, transactionId: '2' }),
  ];
  const stop = station.ended16({ transactionId: '0', at: noon + 3 * minuteMs, meterStop: 1_234 });
  const tale = told([...starts, stop, station.resent(stop)]);
  assert.deepEqual(tale.state.sessions.map(flags), [[], [], ['start-missing']]);
  assert.deepEqual(
    tale.state.sessions.map(({ life }) => life.phase),
    ['charging', 'charging', 'ended'],
  );
});

test('an end of transaction 0 while nobody charges is no session; with a card, a claim or an id it is one to look at', () => {
  const end = (fields: Parameters<Station['ended16']>[0]) => {
    const station = new Station();
    const before = [station.started16({ transactionId: '1' }), station.ended16({ transactionId: '1', meterStop: 9 })];
    const { state } = told([...before, station.ended16({ at: noon + 3 * minuteMs, meterStop: 4_711, ...fields })]);
    return state.sessions.slice(1).map(flags);
  };
  assert.deepEqual(end({ transactionId: '0' }), []);
  assert.deepEqual(end({ transactionId: '' }), []);
  assert.deepEqual(end({ transactionId: '0', token: 'card' }), [['start-missing']]);
  assert.deepEqual(end({ transactionId: '-1' }), [['start-missing']]);
  assert.deepEqual(end({ transactionId: '7' }), [['start-missing']]);
});

test('a resent stop without transactionId does not end the next session', () => {
  const station = new Station();
  const first = station.started16({ transactionId: '1' });
  const stop = station.ended16({ transactionId: '-1', at: noon + minuteMs, meterStop: 2_000 });
  const { state } = told([
    first,
    stop,
    station.started16({ transactionId: '2', at: noon + 2 * minuteMs, meterStart: 2_000 }),
    station.resent(stop),
  ]);
  assert.deepEqual(
    state.sessions.map(({ life }) => life.phase),
    ['ended', 'charging'],
  );
});

test("readings that name no transaction are the session's at its place only, and make no session of their own", () => {
  const station = new Station();
  assert.deepEqual(told([station.metered({ transactionId: null, readings: [register(0, 1)] })]).state.sessions, []);
  assert.deepEqual(told([station.metered({ transactionId: '0', readings: [register(0, 1)] })]).state.sessions, []);
  const start = station.started16({ meterStart: 1 });
  const elsewhere = station.metered({ transactionId: null, evseId: 0, connectorId: 0, readings: [register(1, 9_999)] });
  const here = station.metered({ transactionId: null, evseId: 1, readings: [register(2, 5)] });
  assert.equal(energyOf(only(told([start, elsewhere]))), 0);
  assert.equal(energyOf(only(told([start, elsewhere, here]))), 4_000);
});

test('readings with -1 and no live session make one flagged session, which a stop with -1 ends', () => {
  const station = new Station();
  const session = only(
    told([
      station.metered({ transactionId: '-1', readings: [register(0, 10)] }),
      station.metered({ transactionId: '-1', readings: [register(1, 25)] }),
      station.ended16({ transactionId: '-1', at: noon + 2 * minuteMs, meterStop: 40 }),
    ]),
  );
  assert.equal(energyOf(session), 30_000);
  assert.deepEqual(flags(session), ['start-missing']);
});

test('a new start at a place says that the end of the earlier session is missing; its late end heals it', () => {
  const station = new Station();
  const lost = station.started16({ transactionId: '1', meterStart: 10 });
  const tale = told([lost, station.started16({ transactionId: '2', at: noon + minuteMs, meterStart: 20 })]);
  assert.deepEqual(tale.state.sessions.map(flags), [['stop-missing'], []]);
  assert.deepEqual(
    tale.emissions.map(({ type, number }) => [type, number]),
    [
      ['SessionStarted', 0],
      ['SessionStarted', 0],
      ['SessionFlagged', 1],
    ],
  );
  const healed = told([station.ended16({ transactionId: '1', at: noon + 1, meterStop: 20 })], tale.state, 2);
  assert.deepEqual(healed.state.sessions.map(flags), [[], []]);
});

test('the first end stands: the same one again is no news, a differing one is flagged once', () => {
  const station = new Station();
  const start = station.started16({});
  const end = station.ended16({ at: noon + minuteMs, meterStop: 2_000 });
  const given = told([start, end]);
  assert.deepEqual(spoken(told([station.resent(end)], given.state, 2)), []);
  const differing = station.ended16({ at: noon + 2 * minuteMs, meterStop: 9_000 });
  const after = told([differing, station.resent(differing)], given.state, 2);
  assert.equal(meterStopOf(only(after)), 2_000_000);
  assert.deepEqual([flags(only(after)), spoken(after)], [['end-differs'], ['SessionFlagged']]);
});

test('an event of the same connection that was applied is dropped; one of an older connection counts by its natural key', () => {
  const station = new Station();
  const start = station.started16({});
  const old = station.metered({ readings: [register(1, 1_100)] });
  station.reconnects();
  const recent = station.metered({ readings: [register(2, 1_200)] });
  const tale = told([start, recent, old, old, recent]);
  assert.equal(only(tale).readingKeys.length, 2);
  assert.equal(tale.state.connectionEpoch, recent.meta.connectionEpoch);
});
