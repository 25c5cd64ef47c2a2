// The reader on a real broker: from any offset, bounded, without a silent jump.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Kafka, logLevel } from 'kafkajs';
import type { LogWriter, TopicSpec } from '#kit/event-log/types';
import { openLogWriter } from '#kit/event-log/writer';
import { Fault } from '#kit/fault';
import { collect, createTopic, openReader, runnerBrokers, writerOptions } from './kafka-log.ts';
import { silent } from './model-broker.ts';
import { record } from './writing.ts';
import { until } from '#test/support/until';

const brokers = runnerBrokers();
const perPartition = 1_000;
let spec: TopicSpec;
let writer: LogWriter;

before(async () => {
  spec = await createTopic(brokers);
  writer = await openLogWriter(writerOptions(brokers), silent);
  const appends: Promise<number>[] = [];
  for (let key = 0; key < perPartition; key += 1) {
    for (let partition = 0; partition < spec.partitions; partition += 1) {
      appends.push(writer.append(spec.name, partition, [record(key, 200)]));
    }
  }
  await Promise.all(appends);
});
after(() => writer.close());

test('every record comes once and in order, from the offset that was assigned, also within a batch', async () => {
  const reader = await openReader(brokers, spec.name);
  const starts = [0, 1, 777, perPartition - 1];
  for (const [partition, start] of starts.entries()) reader.assign(partition, start);
  const read = await collect(
    reader,
    starts.reduce((sum, start) => sum + perPartition - start, 0),
  );
  for (const [partition, start] of starts.entries()) {
    const records = read.get(partition) ?? [];
    assert.deepEqual(
      records.map(({ offset, key }) => [offset, key]),
      Array.from({ length: perPartition - start }, (_, index) => [start + index, String(start + index)]),
    );
  }
  await reader.close();
});

test('start and end offsets are told for every partition', async () => {
  const reader = await openReader(brokers, spec.name);
  const ends = await reader.endOffsets();
  assert.deepEqual(
    [...ends.keys()].toSorted((one, other) => one - other),
    [0, 1, 2, 3],
  );
  assert.deepEqual([...new Set(ends.values())], [perPartition]);
  assert.deepEqual([...new Set((await reader.startOffsets()).values())], [0]);
  await reader.close();
});

test('next() hands over no more than it was asked for, and says how far the partition reaches', async () => {
  const reader = await openReader(brokers, spec.name);
  reader.assign(0, 0);
  const [first] = await reader.next(7);
  assert.equal(first?.records.length, 7);
  assert.equal(first.endOffset, perPartition);
  const [second] = await reader.next(3);
  assert.deepEqual(
    second?.records.map(({ offset }) => offset),
    [7, 8, 9],
  );
  await reader.close();
});

test('small buffers and fetches read everything all the same', async () => {
  const reader = await openReader(brokers, spec.name, { fetchBytesMax: 2_000, bufferBytesMax: 3_000 });
  for (let partition = 0; partition < spec.partitions; partition += 1) reader.assign(partition, 0);
  const read = await collect(reader, perPartition * spec.partitions, 50);
  for (const records of read.values()) {
    assert.deepEqual(
      records.map(({ offset }) => offset),
      Array.from({ length: perPartition }, (_, offset) => offset),
    );
  }
  await reader.close();
});

test('assigning again drops what is buffered and reads on from the new offset', async () => {
  const reader = await openReader(brokers, spec.name);
  reader.assign(1, 0);
  await reader.next(1);
  reader.assign(1, 500);
  const [batch] = await reader.next(1);
  assert.equal(batch?.records[0]?.offset, 500);
  await reader.close();
});

test('an unassigned partition says nothing more', async () => {
  const reader = await openReader(brokers, spec.name);
  reader.assign(1, 0);
  reader.assign(2, 0);
  await reader.next(1);
  reader.unassign(1);
  const seen = new Set<number>();
  for (let round = 0; round < 20; round += 1) for (const { partition } of await reader.next(40)) seen.add(partition);
  assert.deepEqual([...seen], [2]);
  await reader.close();
});

test('a record is read as soon as it is written; closing ends the wait for more with []', async () => {
  const reader = await openReader(brokers, spec.name, { fetchWaitMs: 5_000 });
  const own = await createTopic(brokers);
  const following = await openReader(brokers, own.name, { fetchWaitMs: 5_000 });
  following.assign(0, 0);
  const pending = following.next(10);
  await writer.append(own.name, 0, [record('now')]);
  const [batch] = await pending;
  assert.equal(batch?.records[0]?.key, 'now');
  const last = following.next(10);
  const startedMs = performance.now();
  await following.close();
  assert.deepEqual(await last, []);
  assert.ok(performance.now() - startedMs < 1_000, 'a long poll does not hold up the end');
  await reader.close();
});

test('a position beyond the end is reported as a gap, never reset (defect 13)', async () => {
  const lost: [number, Error][] = [];
  const reader = await openReader(brokers, spec.name, { onLost: (partition, fault) => lost.push([partition, fault]) });
  reader.assign(0, perPartition + 100);
  reader.assign(1, 0);
  await until(() => lost.length > 0);
  const [partition, fault] = lost[0] ?? [];
  assert.equal(partition, 0);
  assert.ok(fault instanceof Fault && fault.code === 'LOG_GAP');
  await collect(reader, perPartition);
  assert.equal(lost.length, 1);
  await reader.close();
});

test('a position whose records were deleted is reported as a gap, never skipped (defect 13)', async () => {
  const own = await createTopic(brokers);
  await Promise.all([0, 1, 2, 3, 4].map((key) => writer.append(own.name, 0, [record(key)])));
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.fetchTopicOffsets(own.name);
  await admin.deleteTopicRecords({ topic: own.name, partitions: [{ partition: 0, offset: '3' }] });
  await admin.disconnect();
  const lost: Error[] = [];
  const reader = await openReader(brokers, own.name, { onLost: (_partition, fault) => lost.push(fault) });
  reader.assign(0, 1);
  await until(() => lost.length > 0);
  assert.match(lost[0]?.message ?? '', /LOG_GAP.*offset 1 is not in the log/);
  assert.equal((await reader.startOffsets()).get(0), 3);
  await reader.close();
});

test('the end is reached when the caller came back for more', async () => {
  const reader = await openReader(brokers, spec.name);
  reader.assign(0, 0);
  let isReached = false;
  const reached = reader.reached(new Map([[0, perPartition]])).then(() => {
    isReached = true;
  });
  let read = 0;
  while (read < perPartition) {
    for (const { records } of await reader.next(300)) read += records.length;
    assert.equal(isReached, false);
  }
  const last = reader.next(1);
  await reached;
  await reader.close();
  await last;
});

test('a topic that somebody still has to create is waited for', async () => {
  const opening = openReader(brokers, `${spec.name}-later`);
  await createTopic(brokers, { ...spec, name: `${spec.name}-later` });
  const reader = await opening;
  assert.equal((await reader.endOffsets()).size, spec.partitions);
  await reader.close();
});
