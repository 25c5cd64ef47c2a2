// Folding a batch: what it says is a function of state and event; muted, the same states come of it and nothing is said.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AppendRecord, PartitionBatch } from '#kit/event-log/types';
import { foldEvents, readBatches } from '#kit/projection/fold-batch';
import { added, doubled, tallyProjection } from './tally.ts';

const projection = tallyProjection({ poison: 13 });

function batchOf(records: readonly AppendRecord[], partition = 0): PartitionBatch {
  return {
    partition,
    endOffset: records.length,
    records: records.map(({ key, type, value }, offset) => {
      return { offset, timestampMs: offset, key, type, value: value === null ? null : Buffer.from(value) };
    }),
  };
}

function folded(records: readonly AppendRecord[], muted: boolean) {
  const { events } = readBatches(projection, [batchOf(records)], () => false);
  return foldEvents(projection, events, { states: new Map(), muted });
}

const records = [added('a', 60), added('b', 5), added('a', 60), doubled('a'), added('b', 13), added('b', 100)];

test('given a total that passes a hundred, when it is folded, then it says so once', () => {
  const { emitted, changed } = folded(records, false);
  assert.equal(emitted.length, 1);
  assert.deepEqual(changed.get('a'), { total: 240, events: 3 });
});

test('given the same events, when the fold is muted, then states and parked keys are the same and nothing is said', () => {
  const speaking = folded(records, false);
  const muted = folded(records, true);
  assert.deepEqual(muted, { ...speaking, emitted: [] });
  assert.deepEqual(
    muted.parked.map(({ key, firstOffset }) => [key, firstOffset]),
    [['b', 4]],
  );
});

test('given a type that the fold does not read, when the batch is read, then it is skipped undecoded', () => {
  const unread = { key: 'a', type: 'Heard', value: Buffer.from('no JSON') };
  const { events, skipped } = readBatches(projection, [batchOf([added('a', 1), unread])], () => false);
  assert.deepEqual(skipped, { 'type-not-read': 1, 'key-parked': 0, tombstone: 0 });
  assert.deepEqual(
    events.map(({ content }) => content.kind),
    ['event'],
  );
});
