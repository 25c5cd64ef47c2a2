// Laws of the sessions fold over random tales: replays, repetitions, interleavings, and energy that adds up.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { energyOf, noSessions, type StationSessions } from '#services/sessions/domain/session';
import { Station, fold, minuteMs, noon, register, told, type SessionEvent, type Told } from '../station-tale.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
console.log(`properties of the sessions fold: SEED=${seed}`);
const runs = { seed, numRuns: 300 };

type Step = { kind: number; id: number; evse: number; minutes: number; wh: number; reconnects: boolean };

const steps = fc.array(
  fc.record<Step>({
    kind: fc.nat(8),
    id: fc.nat(4),
    evse: fc.nat(2),
    minutes: fc
      .integer({ min: -40_000_000, max: 600 })
      .map((minutes) => (minutes < -1_000 ? minutes : Math.abs(minutes))),
    wh: fc.integer({ min: -5, max: 90_000 }),
    reconnects: fc.boolean(),
  }),
  { maxLength: 40 },
);
const ids = ['7001', '7002', 'tx-1', '-1', '0'];

function eventsOf(story: readonly Step[], stationId = 'CS-1'): SessionEvent[] {
  const station = new Station(stationId);
  const events: SessionEvent[] = [];
  for (const step of story) {
    if (step.reconnects) station.reconnects();
    events.push(eventOf(station, step, events));
  }
  return events;
}

function eventOf(
  station: Station,
  { kind, id, evse, minutes, wh }: Step,
  before: readonly SessionEvent[],
): SessionEvent {
  const transactionId = ids[id] ?? '1';
  const at = noon + minutes * minuteMs;
  const recordedAt = noon + Math.abs(minutes) * 1_000;
  const facts = { transactionId, evseId: evse, at, recordedAt };
  switch (kind) {
    case 0:
      return station.started16({ ...facts, meterStart: wh });
    case 1:
      return station.started2(facts);
    case 2:
      return station.updated2({ ...facts, chargingState: wh % 2 === 0 ? 'Charging' : 'SuspendedEV' });
    case 3:
      return station.ended16({ ...facts, meterStop: wh });
    case 4:
      return station.ended2(facts);
    case 5: {
      const earlier = before[wh % Math.max(1, before.length)];
      return earlier === undefined ? station.started2(facts) : station.resent(earlier);
    }
    case 6:
      return station.status16(wh % 2 === 0 ? 'SuspendedEV' : 'Charging', facts);
    default:
      return station.metered({
        ...facts,
        transactionId: wh % 9 === 0 ? null : transactionId,
        readings: [register(minutes, wh)],
      });
  }
}

test('replaying a prefix and then the rest is replaying all', () => {
  fc.assert(
    fc.property(steps, fc.nat(40), (story, cut) => {
      const events = eventsOf(story);
      const at = Math.min(cut, events.length);
      const prefix = told(events.slice(0, at));
      const rest = told(events.slice(at), structuredClone(prefix.state), at);
      const all = told(events);
      assert.deepEqual(rest.state, all.state);
      assert.deepEqual([...prefix.emissions, ...rest.emissions], all.emissions);
    }),
    runs,
  );
});

test('an event that comes twice does what it does once', () => {
  fc.assert(
    fc.property(steps, (story) => {
      const events = eventsOf(story);
      let state: StationSessions = noSessions;
      for (const [offset, event] of events.entries()) {
        const once = fold(state, event, offset);
        const twice = fold(once.state, event, offset);
        assert.deepEqual(twice.state, once.state);
        assert.deepEqual(twice.emit ?? [], []);
        state = once.state;
      }
    }),
    runs,
  );
});

test('stations do not see each other: any interleaving gives each its own sessions', () => {
  fc.assert(
    fc.property(steps, steps, fc.array(fc.boolean(), { maxLength: 80 }), (one, other, picks) => {
      const queues = [eventsOf(one, 'CS-1'), eventsOf(other, 'CS-2')];
      const alone = queues.map((events) => told(events).state.sessions.map(withoutOffsets));
      const states = new Map<string, StationSessions>();
      for (let offset = 0; queues.some((queue) => queue.length > 0); offset++) {
        const wanted = picks[offset % Math.max(1, picks.length)] === true ? 0 : 1;
        const event = queues[wanted]?.shift() ?? queues[1 - wanted]?.shift();
        if (event === undefined) break;
        const { stationId } = event.meta;
        states.set(stationId, fold(states.get(stationId) ?? noSessions, event, offset).state);
      }
      const mixed = ['CS-1', 'CS-2'].map((id) => (states.get(id) ?? noSessions).sessions.map(withoutOffsets));
      assert.deepEqual(mixed, alone);
    }),
    runs,
  );
});

test('energy is never negative, a session speaks at most once per event, and identities are unique', () => {
  fc.assert(
    fc.property(steps, (story) => {
      const events = eventsOf(story);
      const tale: Told = told(events);
      for (const session of tale.state.sessions) assert.ok((energyOf(session) ?? 0) >= 0);
      const identities = tale.state.sessions.map(({ sessionId }) => sessionId);
      assert.equal(new Set(identities).size, identities.length);
      const spoken = tale.emissions.map(({ session }) => `${session.appliedOffset} ${session.sessionId}`);
      assert.equal(new Set(spoken).size, spoken.length);
    }),
    runs,
  );
});

test('an honest session delivers stop minus start, and its readings are each told once', () => {
  fc.assert(
    fc.property(fc.nat(1_000_000), fc.array(fc.nat(5_000), { maxLength: 300 }), (meterStart, stepsWh) => {
      const station = new Station();
      let wh = meterStart;
      const events: SessionEvent[] = [station.started16({ meterStart })];
      for (const [minute, step] of stepsWh.entries()) {
        wh += step;
        events.push(station.metered({ readings: [register(minute + 1, wh)] }));
      }
      events.push(station.ended16({ at: noon + (stepsWh.length + 1) * minuteMs, meterStop: wh }));
      const tale = told(events);
      const [session] = tale.state.sessions;
      assert.ok(session !== undefined);
      assert.equal(energyOf(session), (wh - meterStart) * 1000);
      assert.equal(tale.emissions.flatMap(({ readings }) => readings).length, stepsWh.length);
    }),
    { seed, numRuns: 50 },
  );
});

/** Offsets tell where an event stands, which an interleaving changes; all else must not. */
function withoutOffsets(session: StationSessions['sessions'][number]) {
  return { ...session, startOffset: 0, appliedOffset: 0 };
}
