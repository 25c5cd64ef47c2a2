import { test } from 'node:test';
import assert from 'node:assert/strict';
import type { LogRecord, PartitionBatch } from '#kit/event-log/types';
import { CutCollector, tokenOf } from '#kit/sink/cut';

const limits = { recordsMax: 5, bytesMax: 100, ageMsMax: 1_000 };

function batch(partition: number, from: number, types: readonly string[], bytes = 1): PartitionBatch {
  const records: LogRecord[] = types.map((type, n) => ({
    offset: from + n,
    timestampMs: 0,
    key: 'k',
    type,
    value: Buffer.alloc(bytes),
  }));
  return { partition, records, endOffset: from + types.length };
}

test('a cut is due by records, by bytes or by age, and never while there is nothing', () => {
  const collector = new CutCollector(['N'], limits);
  collector.reset([{ partition: 0, nextOffset: 0 }]);
  assert.equal(collector.dueInMs(0), undefined);
  collector.add([batch(0, 0, ['N', 'N', 'N', 'N'])], 100);
  assert.equal(collector.dueInMs(400), 700);
  assert.equal(collector.dueInMs(1_100), 0);
  collector.add([batch(0, 4, ['N'])], 400);
  assert.equal(collector.dueInMs(400), 0);
  collector.takeAll(400);
  collector.add([batch(0, 5, ['N'], 100)], 500);
  assert.equal(collector.dueInMs(500), 0);
});

test('a range covers records that the sink does not read as well', () => {
  const collector = new CutCollector(['N'], limits);
  collector.reset([{ partition: 1, nextOffset: 7 }]);
  assert.equal(collector.add([batch(1, 7, ['X', 'N', 'X'])], 0), 2);
  const cut = collector.takeAll(0);
  assert.deepEqual(cut.ranges, [{ partition: 1, from: 7, to: 10 }]);
  assert.deepEqual(
    cut.batches[0]?.records.map(({ offset }) => offset),
    [8],
  );
});

test('a noted cut is taken exactly; what lies behind it begins the next', () => {
  const collector = new CutCollector(['N'], limits);
  collector.reset([
    { partition: 0, nextOffset: 0 },
    { partition: 1, nextOffset: 0 },
  ]);
  const noted = [{ partition: 0, from: 0, to: 2 }];
  collector.add([batch(0, 0, ['N'])], 0);
  assert.equal(collector.holds(noted), false);
  collector.add([batch(0, 1, ['N', 'N']), batch(1, 0, ['N'])], 0);
  assert.equal(collector.holds(noted), true);
  assert.equal(collector.take(noted, 0).records, 2);
  assert.deepEqual(collector.takeAll(0).ranges, [
    { partition: 0, from: 2, to: 3 },
    { partition: 1, from: 0, to: 1 },
  ]);
});

test('the same ranges have the same token, others another', () => {
  const ranges = [{ partition: 0, from: 1, to: 2 }];
  assert.equal(tokenOf('s', 't', ranges), tokenOf('s', 't', [{ partition: 0, from: 1, to: 2 }]));
  assert.notEqual(tokenOf('s', 't', ranges), tokenOf('s', 't', [{ partition: 0, from: 1, to: 3 }]));
  assert.notEqual(tokenOf('s', 't', ranges), tokenOf('other', 't', ranges));
});
