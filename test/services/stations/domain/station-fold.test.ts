// The live state of a station: both sides of every fence, and the properties that make it rebuildable.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { stationFold } from '#services/stations/domain/station-fold';
import { withoutNews, type Station } from '#services/stations/domain/station';
import { booted, connected, disconnected, reported, status } from '../records.ts';

type Event =
  | ({ type: 'StationConnected' } & ReturnType<typeof connected>)
  | ({ type: 'StationDisconnected' } & ReturnType<typeof disconnected>)
  | ({ type: 'StationBooted' } & ReturnType<typeof booted>)
  | ({ type: 'ConnectorStatusChanged' } & ReturnType<typeof status>)
  | ({ type: 'VariablesReported' } & ReturnType<typeof reported>);

type At = { readonly offset: number; readonly event: Event };

function apply(state: Station | undefined, { offset, event }: At): Station {
  const at = { partition: 0, offset };
  switch (event.type) {
    case 'StationConnected':
      return stationFold.StationConnected(state, event, at).state;
    case 'StationDisconnected':
      return stationFold.StationDisconnected(state, event).state;
    case 'StationBooted':
      return stationFold.StationBooted(state, event, at).state;
    case 'ConnectorStatusChanged':
      return stationFold.ConnectorStatusChanged(state, event).state;
    case 'VariablesReported':
      return stationFold.VariablesReported(state, event, at).state;
  }
}

/** Folds without ever writing, so that all news are kept. */
function fold(events: readonly At[], from?: Station): Station {
  let state = from;
  for (const each of events) state = apply(state, each);
  assert.ok(state !== undefined);
  return state;
}

const open = (offset: number, gatewayId = 'gw-a'): At => ({
  offset,
  event: { type: 'StationConnected', ...connected({ eventId: `open-${offset}`, recordedAt: offset * 10 }, gatewayId) },
});
const end = (offset: number, epoch: number, seq: number | null = null, cause = 'closed'): At => ({
  offset,
  event: {
    type: 'StationDisconnected',
    ...disconnected({ connectionEpoch: epoch, seq, recordedAt: offset * 10 }, cause),
  },
});
const boot = (offset: number, epoch: number, seq: number, model = 'M1'): At => ({
  offset,
  event: { type: 'StationBooted', ...booted({ connectionEpoch: epoch, seq, recordedAt: offset * 10 }, model) },
});
const statusAt = (offset: number, epoch: number, seq: number, named: 'Available' | 'Faulted' = 'Available'): At => ({
  offset,
  event: { type: 'ConnectorStatusChanged', ...status({ connectionEpoch: epoch, seq, recordedAt: offset * 10 }, named) },
});
const report = (offset: number, epoch: number, seq: number, value: string): At => ({
  offset,
  event: { type: 'VariablesReported', ...reported({ connectionEpoch: epoch, seq }, { HeartbeatInterval: value }) },
});
const kinds = (state: Station): string[] => state.news.map(({ kind }) => kind);

test('a connection opens with the offset of its StationConnected as epoch', () => {
  const { connectivity, lastSeenAt } = fold([open(7)]);
  assert.equal(connectivity.phase, 'connected');
  assert.equal(connectivity.connection.firstEpoch, 7);
  assert.equal(lastSeenAt, 70);
});

test('a connection ends with its own StationDisconnected, and keeps its cause', () => {
  const { connectivity } = fold([open(7), end(9, 7, 1, 'timeout')]);
  assert.equal(connectivity.phase, 'disconnected');
  assert.deepEqual(connectivity.end, { at: 90, cause: 'timeout', closeCode: 1000 });
});

test('the lease timer ends a connection as the gateway would, and the gateway that wakes later changes nothing', () => {
  const { connectivity, news } = fold([open(7), end(9, 7, null, 'lease-expired'), end(10, 7, 4, 'lost')]);
  assert.ok(connectivity.phase === 'disconnected' && connectivity.end.cause === 'lease-expired');
  assert.equal(news.filter(({ kind }) => kind === 'closed').length, 1);
});

test('from an older epoch, status, boot and disconnect do not touch live state', () => {
  const live = fold([open(7), boot(8, 7, 0), open(20, 'gw-b'), boot(21, 20, 0, 'M2')]);
  const after = fold([statusAt(22, 7, 5, 'Faulted'), boot(23, 7, 6, 'OLD'), end(24, 7, 7)], live);
  assert.deepEqual(after, live);
});

test('from the live epoch they do', () => {
  const after = fold([open(7), open(20), statusAt(22, 20, 0, 'Faulted'), boot(23, 20, 1, 'M2'), end(24, 20, 2)]);
  assert.deepEqual(kinds(after), ['opened', 'closed', 'opened', 'status', 'booted', 'closed']);
  assert.equal(after.boot?.model, 'M2');
  assert.equal(after.connectivity.phase, 'disconnected');
});

test('an (epoch, seq) already applied is dropped, the next one is not', () => {
  const once = fold([open(7), boot(8, 7, 3, 'M1')]);
  assert.deepEqual(fold([boot(9, 7, 3, 'again'), boot(10, 7, 2, 'late')], once), once);
  assert.equal(fold([boot(11, 7, 4, 'M2')], once).boot?.model, 'M2');
});

test('a StationConnected with a lower offset never wins', () => {
  const live = fold([open(7), open(20)]);
  assert.deepEqual(fold([open(7)], live), live);
});

test('a newer connection displaces the older, which ends as replaced', () => {
  const { news } = fold([open(7), open(20)]);
  assert.deepEqual(news[1], { kind: 'closed', firstEpoch: 7, end: { at: 200, cause: 'replaced', closeCode: null } });
});

test('a StationConnected appended twice is one connection under both offsets', () => {
  const twice: At = { ...open(7), offset: 9 };
  const after = fold([open(7), twice, boot(10, 7, 0, 'first'), boot(11, 9, 0, 'repeat'), boot(12, 9, 1, 'second')]);
  assert.equal(after.boot?.model, 'second');
  assert.deepEqual(kinds(after), ['opened', 'booted', 'booted']);
  assert.equal(fold([end(13, 7, 2)], after).connectivity.phase, 'disconnected');
  const late = fold([open(7), end(8, 7, 0), twice]);
  assert.equal(late.connectivity.phase, 'disconnected');
});

test("an older connection's report is kept with its epoch, a repeated one is dropped", () => {
  const { news } = fold([
    open(7),
    report(8, 7, 0, '60'),
    open(20),
    report(21, 7, 1, '90'),
    report(22, 20, 0, '30'),
    report(23, 20, 0, '30'),
  ]);
  const epochs = news.flatMap((item) => (item.kind === 'variables' ? [item.epoch] : []));
  assert.deepEqual(epochs, [7, 7, 20]);
});

test('a station heard of first by an event of a connection that the log no longer holds is known all the same', () => {
  const state = fold([boot(30, 12, 0)]);
  assert.equal(state.connectivity.phase, 'never');
  assert.equal(state.boot?.model, 'M1');
});

test('what was written is not news any more', () => {
  const state = fold([open(7), statusAt(8, 7, 0)]);
  assert.deepEqual(kinds(state), ['opened', 'status']);
  assert.deepEqual(kinds(fold([statusAt(9, 7, 1)], withoutNews(state))), ['status']);
});

test('an event that changes nothing leaves the very same state, so that nothing is written', () => {
  const state = fold([open(7), boot(8, 7, 0), open(20)]);
  assert.equal(fold([boot(21, 7, 1), end(22, 7, 2), boot(23, 7, 0)], state), state);
});

/** A log of one station: connections open at their own offsets, events name any connection opened so far, some twice. */
const logs = fc.array(fc.tuple(fc.nat(9), fc.nat(5), fc.nat(6)), { minLength: 1, maxLength: 40 }).map((steps) => {
  const opened: number[] = [];
  return steps.map(([what, which, seq], index): At => {
    const offset = index * 2;
    const epoch = opened[opened.length - 1 - (which % Math.max(opened.length, 1))];
    if (what < 2 || epoch === undefined) {
      opened.push(offset);
      return open(offset);
    }
    if (what < 4) return end(offset, epoch, what === 2 ? null : seq);
    if (what < 6) return boot(offset, epoch, seq, `M${offset}`);
    return what < 8 ? statusAt(offset, epoch, seq) : report(offset, epoch, seq, String(offset));
  });
});
const seed = Number(process.env['SEED'] ?? Math.floor(performance.timeOrigin + performance.now()) % 2 ** 31);

test(`wherever the log is cut into batches, state and news are the same (seed ${seed})`, () => {
  fc.assert(
    fc.property(logs, fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), (log, cuts) => {
      const whole = fold(log);
      let state: Station | undefined;
      const written: unknown[] = [];
      for (const [index, each] of log.entries()) {
        state = apply(state, each);
        if (cuts[index] !== true && index !== log.length - 1) continue;
        written.push(...state.news);
        state = withoutNews(state);
      }
      assert.deepEqual(written, whole.news);
      assert.deepEqual(state, withoutNews(whole));
    }),
    { seed, numRuns: 300 },
  );
});

test(`reading the log again changes no live state (seed ${seed})`, () => {
  fc.assert(
    fc.property(logs, (log) => {
      const { connectivity, boot: boots } = fold(log);
      const again = fold(log, fold(log));
      assert.deepEqual({ connectivity: again.connectivity, boots: again.boot }, { connectivity, boots });
    }),
    { seed, numRuns: 300 },
  );
});
