// What gateways are told of running sessions: given what a station reports, then which sessions run, and whose they are.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeRecord } from '#contracts/codec';
import { partitionOf } from '#contracts/keys';
import { topicsFor } from '#contracts/topics';
import { activeRecordOf } from '#services/sessions/active-record';
import { heardEveryMs, type ActiveChange } from '#services/sessions/domain/active';
import { Station, minuteMs, noon, only, register, told, type SessionEvent } from '../station-tale.ts';

const topic = topicsFor(24).activeSessions;

function shown(changes: readonly ActiveChange[]): (string | null)[] {
  return changes.map(({ session, heardAt }) => (heardAt === null ? null : session.tokenRef));
}

/** What the compacted topic holds after these records: the last of each key. */
function held(changes: readonly ActiveChange[]): Map<string, string | undefined> {
  const last = new Map<string, string | undefined>();
  for (const change of changes) {
    const { record } = activeRecordOf(change, topic);
    if (record.value === null) last.delete(record.key);
    else last.set(record.key, Buffer.from(record.value).toString('hex'));
  }
  return last;
}

test('a session runs from its start to its end', () => {
  const station = new Station();
  assert.deepEqual(shown(told([station.started16({ token: 'aa' }), station.ended16({ at: noon + minuteMs })]).active), [
    'aa',
    null,
  ]);
});

test('the record names session, place, token and when it was heard of, under the key of the session', () => {
  const tale = told([new Station().started16({ token: 'aa', recordedAt: noon + 5 })]);
  const [change] = tale.active;
  assert.ok(change !== undefined);
  const { topic: name, partition, record } = activeRecordOf(change, topic);
  const { sessionId } = only(tale);
  assert.deepEqual([name, record.key], ['sessions.active.v1', `acme/${sessionId}`]);
  assert.equal(partition, partitionOf(record.key, 4));
  const expected = {
    tenantId: 'acme',
    sessionId,
    stationId: 'CS-1',
    transactionId: '7001',
    evseId: 1,
    tokenRef: 'aa',
    authorization: 'Accepted',
    startedAt: noon,
    heardAt: noon + 5,
  } as const;
  assert.deepEqual(record.value, encodeRecord('ActiveSession', expected));
});

test('a session without a token is nobody\u2019s; it is told with the first one, at once', () => {
  const station = new Station();
  const tale = told([
    station.started2({ token: null }),
    station.updated2({ at: noon + 5_000, token: 'bb', trigger: 'Authorized' }),
    station.updated2({ at: noon + 10_000, seqNo: 2, token: 'cc', trigger: 'StopAuthorized' }),
  ]);
  assert.deepEqual(shown(tale.active), ['bb']);
});

test('one that goes on is heard of in each quarter of an hour, not more often', () => {
  const station = new Station();
  const at = (ms: number) => station.metered({ readings: [register(ms / minuteMs, 1_000 + ms / 1000)] });
  const start = station.started16({});
  assert.equal(told([start, at(minuteMs), at(heardEveryMs - 1)]).active.length, 1);
  const tale = told([start, at(heardEveryMs), at(heardEveryMs + minuteMs), at(2 * heardEveryMs)]);
  assert.deepEqual(
    tale.active.map(({ heardAt }) => heardAt),
    [noon, noon + heardEveryMs, noon + 2 * heardEveryMs],
  );
});

test('one whose end was lost runs no more once its place begins another', () => {
  const station = new Station();
  const tale = told([
    station.started16({ transactionId: '1', token: 'aa' }),
    station.started16({ at: noon + minuteMs, transactionId: '2', token: 'bb' }),
  ]);
  assert.equal(held(tale.active).size, 1);
  assert.equal(shown(tale.active).filter((tokenRef) => tokenRef === null).length, 1);
});

test('an end that comes before its start leaves nothing running', () => {
  const station = new Station();
  const tale = told([station.ended2({ at: noon + minuteMs }), station.started2({})]);
  assert.deepEqual(held(tale.active).size, 0);
});

test('wherever a crash repeats what was said, the topic ends up with the same', () => {
  const station = new Station();
  const events: SessionEvent[] = [
    station.started16({ transactionId: '1', token: 'aa' }),
    station.started16({ evseId: 2, at: noon + minuteMs, transactionId: '2', token: 'bb' }),
    station.metered({ transactionId: '1', readings: [register(20, 2_000)] }),
    station.ended16({ transactionId: '1', at: noon + 30 * minuteMs }),
    station.started16({ at: noon + 40 * minuteMs, transactionId: '3', token: 'cc' }),
    station.ended16({ transactionId: '3', at: noon + 50 * minuteMs }),
  ];
  const whole = told(events);
  assert.deepEqual([...held(whole.active).keys()].length, 1, 'the second transaction runs');
  for (let committed = 0; committed <= events.length; committed += 1) {
    const before = told(events.slice(0, committed));
    for (let said = committed; said <= events.length; said += 1) {
      // Said up to here and acknowledged, then a crash before the commit: told again from where the rows stand.
      const lost = told(events.slice(committed, said), before.state, committed);
      const again = told(events.slice(committed), before.state, committed);
      assert.deepEqual(held([...before.active, ...lost.active, ...again.active]), held(whole.active));
    }
  }
});
