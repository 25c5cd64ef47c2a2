import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportedIdOf } from '#contracts/keys';
import { ageMsMax, aheadMsMax, takenOver, takeoverFaults } from '#services/stations/domain/taken-over';

const nowMs = Date.parse('2026-11-26T10:00:00Z');
const open = {
  stationId: 'S',
  transactionId: '4711',
  evseId: 2,
  meterStartWh: '1000.5',
  startedAt: '2026-11-26T11:00:00+02:00',
  tokenUid: 'card',
};
const taking = { tenantId: 'acme', nowMs, refOf: (...parts: string[]) => parts.join('/') };
const pathsAt = (startedAtMs: number) =>
  takeoverFaults({ ...open, startedAt: new Date(startedAtMs).toISOString() }, nowMs, undefined).map(({ path }) => path);

test('a transaction taken over began when and where its earlier system says, by an operator', () => {
  const start = takenOver(open, taking);
  assert.equal(start.meta.occurredAt, Date.parse('2026-11-26T09:00:00Z'));
  assert.deepEqual([start.meta.source, start.meta.connectionEpoch], ['operator', null]);
  assert.deepEqual([start.evseId, start.connectorId, start.meterStartMilliWh], [2, 1, 1_000_500]);
  assert.equal(start.tokenRef, 'acme/Unknown/card');
  assert.deepEqual(start.reportedId, reportedIdOf('acme', 'S', '4711'), 'readings of it are found by the same id');
  const { tokenUid: _uid, ...free } = open;
  assert.equal(takenOver(free, taking).tokenRef, null);
});

test('taken over again, even in other words, it is the same start', () => {
  const again = takenOver({ ...open, meterStartWh: 7, startedAt: '2026-11-26T08:00:00Z' }, taking);
  const { startKey, meta } = takenOver(open, taking);
  assert.deepEqual([again.startKey, again.meta.eventId], [startKey, meta.eventId]);
  assert.notEqual(takenOver({ ...open, transactionId: '4712' }, taking).startKey, startKey);
});

test('a start of the future or of long ago is none', () => {
  assert.deepEqual(pathsAt(nowMs + aheadMsMax), []);
  assert.deepEqual(pathsAt(nowMs + aheadMsMax + 1), ['startedAt']);
  assert.deepEqual(pathsAt(nowMs - ageMsMax), []);
  assert.deepEqual(pathsAt(nowMs - ageMsMax - 1), ['startedAt']);
  const wrong = takeoverFaults({ ...open, startedAt: '2026-13-01T00:00:00Z' }, nowMs, undefined);
  assert.deepEqual(
    wrong.map(({ path }) => path),
    ['startedAt'],
  );
});

test('a 1.6 station names its transactions by numbers: one by another word would never end', () => {
  const faults = (transactionId: string, version: '1.6' | '2.1' | undefined) =>
    takeoverFaults({ ...open, transactionId }, nowMs, version).map(({ path }) => path);
  assert.deepEqual(faults('4711', '1.6'), []);
  for (const other of ['abc', '04711', '4711.0', '-4', '1e3'])
    assert.deepEqual(faults(other, '1.6'), ['transactionId']);
  assert.deepEqual([faults('abc', '2.1'), faults('abc', undefined)], [[], []], 'nobody knows yet what it speaks');
});
