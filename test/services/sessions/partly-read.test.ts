// The fold reads only part of each event; what it makes of a fleet's day is what it would make of the whole events.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeRecord } from '#contracts/codec';
import { topicsFor } from '#contracts/topics';
import type { PartitionBatch } from '#kit/event-log/types';
import { foldEvents, readBatches, type Work } from '#kit/projection/fold-batch';
import { stationDays } from '#load-tests/bench/station-days';
import type { StationSessions } from '#services/sessions/domain/session';
import { sessionsProjection } from '#services/sessions/projection';
import type { SessionEvent } from '#services/sessions/tables';

const projection = sessionsProjection(topicsFor(1));

function foldedWith(decode: (value: Uint8Array) => SessionEvent, batch: PartitionBatch): Work<StationSessions> {
  const { events } = readBatches({ ...projection, decode }, [batch], () => false);
  return foldEvents(projection, events, { states: new Map(), muted: false });
}

test('given a day of four stations, when it is read in part, then sessions and what they say are those of the whole', () => {
  const [records = []] = stationDays({ stations: 4, days: 1, partitions: 1 });
  const batch = { partition: 0, endOffset: records.length, records };
  const inPart = foldedWith((value) => projection.decode(value), batch);
  const whole = foldedWith((value) => decodeRecord(value) as SessionEvent, batch);
  assert.deepEqual(inPart, whole);
  assert.deepEqual(inPart.parked, []);
  assert.ok(inPart.emitted.length > 200);
  assert.ok([...inPart.changed.values()].every(({ sessions }) => sessions.some(({ life }) => life.phase === 'ended')));
});
