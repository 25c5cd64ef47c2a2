// The fleet's model: lines written as messages are offered, acknowledged and dropped, and read back as sessions.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identityOf } from '#load-tests/fleet/identities';
import { modelTo, readModel, type LineModel, type ModelSession } from '#load-tests/fleet/model';
import { messageOf, sessionOf } from '#test/load-tests/fleet/messages';

const station = identityOf('M', 'seed', 1);

function written(): { model: LineModel; lines: string[]; sessions(): ModelSession[] } {
  const lines: string[] = [];
  return { model: modelTo((line) => lines.push(line)), lines, sessions: () => [...readModel(lines).sessions.values()] };
}

test('a session that was acknowledged from start to end has its numbers', () => {
  const { model, sessions } = written();
  const session = sessionOf();
  const start = messageOf('started', { session });
  model.offered(station, start);
  session.transactionId = '4711';
  model.acknowledged(station, start);
  for (let count = 0; count < 3; count++) model.acknowledged(station, messageOf('metered', { session }));
  const end = messageOf('ended', { session, registerMilliWh: 7_000_000, atMs: 1_760_000_600_000 });
  model.offered(station, end);
  model.acknowledged(station, end);
  const [read] = sessions();
  assert.equal(read?.start, 'acknowledged');
  assert.equal(read?.end, 'acknowledged');
  assert.equal(read?.transactionId, '4711');
  assert.equal(read?.meterStartMilliWh, 5_000_000);
  assert.equal(read?.meterStopMilliWh, 7_000_000);
  assert.equal(read?.endedAtMs, 1_760_000_600_000);
  assert.equal(read?.readings, 3);
});

test('a start that was only offered is told apart from one that was acknowledged, and from one that was given up', () => {
  const { model, sessions } = written();
  const offered = messageOf('started', { session: sessionOf({ startedAtMs: 1 }) });
  const dropped = messageOf('started', { session: sessionOf({ startedAtMs: 2 }) });
  model.offered(station, offered);
  model.offered(station, dropped);
  model.dropped(station, dropped);
  assert.deepEqual(
    sessions().map((each) => each.start),
    ['offered', 'dropped'],
  );
});

test('a message offered again is written once', () => {
  const { model, lines } = written();
  const start = messageOf('started');
  model.offered(station, start);
  model.offered(station, start);
  assert.equal(lines.length, 1);
});

test('readings are written when flushed, cumulative, and only when there are new ones', () => {
  const { model, lines, sessions } = written();
  const session = sessionOf();
  model.offered(station, messageOf('started', { session }));
  model.acknowledged(station, messageOf('metered', { session }));
  model.acknowledged(station, messageOf('metered', { session }));
  assert.equal(lines.length, 1);
  model.flush();
  model.flush();
  // The start, the count of readings, their timestamps.
  assert.equal(lines.length, 3);
  model.acknowledged(station, messageOf('metered', { session }));
  model.flush();
  assert.equal(sessions()[0]?.readings, 3);
});

test('every acknowledged message between start and end is known by its timestamp', () => {
  const { model, sessions } = written();
  const session = sessionOf();
  model.offered(station, messageOf('started', { session }));
  model.acknowledged(station, messageOf('charging', { session, atMs: 1_001 }));
  model.flush();
  model.acknowledged(station, messageOf('metered', { session, atMs: 1_002 }));
  model.acknowledged(station, messageOf('ended', { session, atMs: 1_003 }));
  model.close();
  assert.deepEqual(sessions()[0]?.factsAtMs, [1_001, 1_002]);
  assert.equal(sessions()[0]?.readings, 1);
});

test('a line cut off by a kill, or about an unknown session, does not spoil the rest', () => {
  const { model, lines } = written();
  model.write({ kind: 'run', atMs: 5, seed: 's' });
  model.offered(station, messageOf('started'));
  lines.push('{"kind":"end-acknowledged","key":"nobody"}', '{"kind":"start-ackn');
  const read = readModel(lines);
  assert.equal(read.sinceMs, 5);
  assert.equal(read.sessions.size, 1);
});
