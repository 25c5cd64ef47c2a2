// What append() promises, over a broker that keeps Kafka's rules and fails as it is told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '#kit/fault';
import { LaneWriter } from '#kit/event-log/writer';
import { ModelBroker, silent } from './model-broker.ts';
import { openWriter, record, testOptions, topic } from './writing.ts';
import { until } from '#test/support/until';

const notLeader = 6;
const messageTooLarge = 10;
const outOfOrderSequence = 45;
const unknownProducerId = 59;

function withCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof Fault && error.code === code;
}

test('several appends to one partition share a request and each learns its own base offset', async () => {
  const broker = new ModelBroker();
  const writer = await openWriter(broker);
  const offsets = await Promise.all([
    writer.append(topic, 3, [record('a'), record('b')]),
    writer.append(topic, 3, [record('c')]),
    writer.append(topic, 5, [record('d')]),
    writer.append(topic, 3, [record('e'), record('f')]),
  ]);
  assert.deepEqual(offsets, [0, 2, 0, 3]);
  assert.equal(broker.requests.length, 1);
  assert.equal(writer.answeredBatches, 2, 'one per partition');
  assert.deepEqual(broker.keys(topic, 3), ['a', 'b', 'c', 'e', 'f']);
  await writer.close();
});

test('records carry key, type and value as given; null is a tombstone', async () => {
  const broker = new ModelBroker();
  const writer = await openWriter(broker);
  await writer.append(topic, 0, [
    { key: 'clé', type: 'Happened', value: Buffer.from('payload') },
    { key: 'gone', type: 'Forgotten', value: null },
  ]);
  const [first, second] = broker.logs.get(`${topic}/0`) ?? [];
  assert.deepEqual([first?.key, first?.type, first?.value?.toString()], ['clé', 'Happened', 'payload']);
  assert.deepEqual([second?.key, second?.type, second?.value], ['gone', 'Forgotten', null]);
  await writer.close();
});

test('a lane has one request in flight; what comes meanwhile goes together with the next', async () => {
  const broker = new ModelBroker();
  const writer = await openWriter(broker, { lingerMs: 0 });
  const appends: Promise<number>[] = [];
  for (let round = 0; round < 20; round += 1) {
    for (let partition = 0; partition < 8; partition += 1)
      appends.push(writer.append(topic, partition, [record(round)]));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(appends);
  assert.equal(broker.inFlightMax, 1);
  for (let partition = 0; partition < 8; partition += 1) {
    assert.deepEqual(
      broker.keys(topic, partition),
      Array.from({ length: 20 }, (_, round) => String(round)),
    );
  }
  await writer.close();
});

test('the lane of a partition is its number modulo the lanes', async () => {
  const opened: number[] = [];
  const brokers = [new ModelBroker(), new ModelBroker(), new ModelBroker()];
  const writer = new LaneWriter({ ...testOptions, lanes: 3 }, silent, (lane) => {
    opened.push(lane);
    return (brokers[lane] ?? new ModelBroker()).openProducer();
  });
  await writer.open();
  await Promise.all([0, 1, 2, 3, 4, 5].map((partition) => writer.append(topic, partition, [record(partition)])));
  assert.deepEqual(opened, [0, 1, 2]);
  for (const [lane, broker] of brokers.entries()) {
    assert.deepEqual([...broker.logs.keys()].toSorted(), [`${topic}/${lane}`, `${topic}/${lane + 3}`]);
  }
  await writer.close();
});

test('a request holds at most batchRecordsMax records, and exactly as many when more wait', async () => {
  const broker = new ModelBroker();
  const writer = await openWriter(broker, { batchRecordsMax: 10 });
  await Promise.all(Array.from({ length: 25 }, (_, key) => writer.append(topic, 0, [record(key)])));
  const sizes = broker.requests.map((batches) => batches.reduce((sum, { records }) => sum + records.length, 0));
  assert.deepEqual(sizes, [10, 10, 5]);
  assert.deepEqual(
    broker.keys(topic, 0),
    Array.from({ length: 25 }, (_, key) => String(key)),
  );
  await writer.close();
});

test('a request holds at most batchBytesMax bytes over all its partitions', async () => {
  const broker = new ModelBroker();
  const writer = await openWriter(broker, { batchBytesMax: 5_000 });
  await Promise.all(Array.from({ length: 40 }, (_, key) => writer.append(topic, key % 4, [record(key, 1_000)])));
  assert.ok(broker.requests.length >= 10);
  for (const batches of broker.requests) {
    const count = batches.reduce((sum, { records }) => sum + records.length, 0);
    assert.ok(count <= 4, `${count} records of more than 1,000 bytes in a request of 5,000`);
  }
  await writer.close();
});

test('records of one append stay in one request, also when they exceed its count bound', async () => {
  const broker = new ModelBroker();
  const writer = await openWriter(broker, { batchRecordsMax: 3 });
  const offsets = await Promise.all([
    writer.append(topic, 0, [record(1), record(2)]),
    writer.append(topic, 0, [record(3), record(4)]),
    writer.append(topic, 0, [record(5), record(6), record(7), record(8), record(9)]),
  ]);
  assert.deepEqual(offsets, [0, 2, 4]);
  assert.deepEqual(
    broker.requests.map(([batch]) => batch?.records.length),
    [2, 2, 5],
  );
  await writer.close();
});

test('an append larger than a request may be is refused and nothing is queued', async () => {
  const broker = new ModelBroker();
  const writer = await openWriter(broker, { batchBytesMax: 5_000 });
  await assert.rejects(writer.append(topic, 0, [record('large', 5_000)]), withCode('LOG_REFUSED'));
  assert.equal(writer.queuedBytes, 0);
  assert.equal(await writer.append(topic, 0, [record('fits', 4_900)]), 0);
  await writer.close();
});

test('a full queue refuses with LOG_FULL and queues nothing; room again, it takes again', async () => {
  const broker = new ModelBroker();
  const writer = await openWriter(broker, { queueBytesMax: 3_000 });
  const taken = [writer.append(topic, 0, [record('a', 1_000)]), writer.append(topic, 1, [record('b', 1_000)])];
  const queuedBytes = writer.queuedBytes;
  await assert.rejects(writer.append(topic, 2, [record('c', 1_000)]), withCode('LOG_FULL'));
  assert.equal(writer.queuedBytes, queuedBytes);
  await Promise.all(taken);
  assert.equal(writer.queuedBytes, 0);
  await writer.append(topic, 2, [record('d', 1_000)]);
  assert.deepEqual(broker.keys(topic, 2), ['d']);
  await writer.close();
});

test('order is kept under retry: what failed goes again before anything later of its partition (defect 10)', async () => {
  const broker = new ModelBroker({
    errorFor: (request, _topic, partition) => (partition === 1 && request < 4 ? notLeader : 0),
  });
  const writer = await openWriter(broker, { lingerMs: 0 });
  const appends: Promise<number>[] = [];
  for (let key = 0; key < 30; key += 1) {
    appends.push(writer.append(topic, 1, [record(key)]), writer.append(topic, 2, [record(key)]));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const offsets = await Promise.all(appends);
  const inOrder = Array.from({ length: 30 }, (_, key) => String(key));
  assert.deepEqual(broker.keys(topic, 1), inOrder);
  assert.deepEqual(broker.keys(topic, 2), inOrder);
  assert.deepEqual(
    offsets.filter((_, index) => index % 2 === 0),
    inOrder.map(Number),
  );
  assert.equal(broker.producers, 1, 'a retriable error keeps the producer');
  await writer.close();
});

test('a partition without a leader holds up no other partition of its lane', async () => {
  let hasLeader = false;
  const broker = new ModelBroker({ leaderOf: (_topic, partition) => (partition === 1 && !hasLeader ? -1 : 1) });
  const writer = await openWriter(broker);
  let isAcknowledged = false;
  const stuck = writer.append(topic, 1, [record('stuck')]).then((offset) => {
    isAcknowledged = true;
    return offset;
  });
  for (let key = 0; key < 20; key += 1) await writer.append(topic, 2, [record(key)]);
  assert.equal(isAcknowledged, false);
  assert.equal(broker.keys(topic, 2).length, 20);
  hasLeader = true;
  assert.equal(await stuck, 0);
  await writer.close();
});

test('a partial failure resends only the partition that failed (defect 9)', async () => {
  const broker = new ModelBroker({
    errorFor: (request, _topic, partition) => (request === 0 && partition === 2 ? notLeader : 0),
  });
  const writer = await openWriter(broker);
  await Promise.all([1, 2, 3].map((partition) => writer.append(topic, partition, [record(partition)])));
  assert.deepEqual(
    broker.requests.map((batches) => batches.map(({ partition }) => partition)),
    [[1, 2, 3], [2]],
  );
  for (const partition of [1, 2, 3]) assert.deepEqual(broker.keys(topic, partition), [String(partition)]);
  await writer.close();
});

test('an acknowledgement that got lost doubles nothing: the same records go again under the same sequence (defect 5)', async () => {
  const broker = new ModelBroker({ fateOf: (request) => (request < 2 ? 'ack-lost' : 'ok') });
  const writer = await openWriter(broker);
  const first = writer.append(topic, 0, [record('a'), record('b')]);
  await until(() => broker.requests.length > 0);
  const second = writer.append(topic, 0, [record('c'), record('d')]);
  assert.deepEqual(await Promise.all([first, second]), [0, 2]);
  assert.deepEqual(broker.keys(topic, 0), ['a', 'b', 'c', 'd']);
  assert.equal(broker.producers, 1);
  await writer.close();
});

test('records that follow a lost acknowledgement are never taken for the lost ones (defect 5)', async () => {
  // Given the first batch is written, its ack lost, and then the producer fails for good.
  const broker = new ModelBroker({
    fateOf: (request) => (request === 0 ? 'ack-lost' : 'ok'),
    errorFor: (request) => (request === 1 ? unknownProducerId : 0),
  });
  const writer = await openWriter(broker);
  const first = writer.append(topic, 0, [record('a'), record('b')]);
  await until(() => broker.requests.length > 0);
  // When other records of the same count follow,
  const second = writer.append(topic, 0, [record('c'), record('d')]);
  const [firstOffset, secondOffset] = await Promise.all([first, second]);
  // Then both are in the log where their callers were told; the first may be there twice.
  const keys = broker.keys(topic, 0);
  assert.deepEqual(keys.slice(firstOffset, firstOffset + 2), ['a', 'b']);
  assert.deepEqual(keys.slice(secondOffset, secondOffset + 2), ['c', 'd']);
  await writer.close();
});

for (const [name, code] of [
  ['OUT_OF_ORDER_SEQUENCE_NUMBER', outOfOrderSequence],
  ['UNKNOWN_PRODUCER_ID', unknownProducerId],
] as const) {
  test(`${name} ends the producer: a new one sends all unacknowledged again, in order (defects 6 and 7)`, async () => {
    const broker = new ModelBroker({
      errorFor: (request, _topic, partition) => (request === 1 && partition === 0 ? code : 0),
    });
    const writer = await openWriter(broker);
    await Promise.all([0, 1].map((partition) => writer.append(topic, partition, [record('before')])));
    const offsets = await Promise.all([
      writer.append(topic, 0, [record('x')]),
      writer.append(topic, 1, [record('y')]),
      writer.append(topic, 0, [record('z')]),
    ]);
    assert.deepEqual(offsets, [1, 1, 2]);
    assert.deepEqual(broker.keys(topic, 0), ['before', 'x', 'z']);
    assert.deepEqual(broker.keys(topic, 1), ['before', 'y']);
    assert.equal(broker.producers, 2);
    assert.equal(broker.requests.at(-1)?.[0]?.producerId, 2n);
    await writer.close();
  });
}

test('what the broker will never take is refused to its caller alone; the others go on', async () => {
  const broker = new ModelBroker({
    errorFor: (request, _topic, partition) => (request === 0 && partition === 1 ? messageTooLarge : 0),
  });
  const writer = await openWriter(broker);
  const [refused, taken] = [writer.append(topic, 1, [record('too large')]), writer.append(topic, 2, [record('fine')])];
  await assert.rejects(refused, withCode('LOG_REFUSED'));
  assert.equal(await taken, 0);
  assert.equal(await writer.append(topic, 1, [record('next')]), 0);
  assert.equal(writer.queuedBytes, 0);
  await writer.close();
});

test('an append that takes too long is rejected as unknown, goes on all the same, and nothing overtakes it', async () => {
  let hasLeader = false;
  const broker = new ModelBroker({ leaderOf: () => (hasLeader ? 1 : -1) });
  const writer = await openWriter(broker, { appendTimeoutMs: 100 });
  await assert.rejects(writer.append(topic, 0, [record('late')]), withCode('LOG_UNAVAILABLE'));
  assert.ok(writer.queuedBytes > 0, 'it is still queued');
  assert.ok(writer.oldestUnackedMs() >= 100);
  hasLeader = true;
  // On a busy machine this one may be given up too; what counts is that both arrive, in their order.
  writer.append(topic, 0, [record('later')]).catch(() => {});
  while (writer.queuedBytes > 0) await delay(5);
  assert.deepEqual(broker.keys(topic, 0), ['late', 'later']);
  assert.equal(writer.oldestUnackedMs(), 0);
  await writer.close();
});

test('a worn producer is replaced between two requests', async () => {
  const broker = new ModelBroker();
  let opened = 0;
  const writer = new LaneWriter(testOptions, silent, async () => {
    const producer = await broker.openProducer();
    const isWorn = opened++ === 0;
    return { produce: (batches) => producer.produce(batches), isWorn, close: () => producer.close() };
  });
  await writer.append(topic, 0, [record('a')]);
  await writer.append(topic, 0, [record('b')]);
  assert.deepEqual(broker.keys(topic, 0), ['a', 'b']);
  assert.equal(broker.producers, 2);
  await writer.close();
});

test('closing flushes what is queued without waiting for the linger, and takes nothing more', async () => {
  const broker = new ModelBroker();
  const writer = await openWriter(broker, { lingerMs: 60_000 });
  await writer.append(topic, 0, [record('first')]);
  const queued = [writer.append(topic, 0, [record('a')]), writer.append(topic, 1, [record('b')])];
  const closing = writer.close();
  await assert.rejects(writer.append(topic, 0, [record('c')]), withCode('LOG_CLOSED'));
  await closing;
  assert.deepEqual(await Promise.all(queued), [1, 0]);
  assert.deepEqual(broker.keys(topic, 0), ['first', 'a']);
});

test('closing ends within closeTimeoutMs when the broker does not come back, and says the outcome is unknown', async () => {
  const broker = new ModelBroker({ fateOf: () => 'request-lost' });
  const writer = await openWriter(broker, { closeTimeoutMs: 100 });
  const appended = assert.rejects(writer.append(topic, 0, [record('a')]), withCode('LOG_UNAVAILABLE'));
  await until(() => broker.requests.length > 0);
  const startedMs = performance.now();
  await writer.close();
  await appended;
  assert.ok(performance.now() - startedMs < 2_000);
});

test('opening without a broker fails with LOG_UNAVAILABLE after appendTimeoutMs', async () => {
  const writer = new LaneWriter({ ...testOptions, appendTimeoutMs: 150 }, silent, () =>
    Promise.reject(new Error('no')),
  );
  await assert.rejects(writer.open(), withCode('LOG_UNAVAILABLE'));
  await writer.close();
});

test('what finds its lane at rest leaves at once; the linger gathers what comes within it into the next request', async () => {
  const broker = new ModelBroker();
  const writer = await openWriter(broker, { lingerMs: 60_000 });
  await writer.append(topic, 0, [record('first')]);
  assert.equal(broker.requests.length, 1);
  const appends = [writer.append(topic, 0, [record('a')])];
  await new Promise((resolve) => setTimeout(resolve, 5));
  appends.push(writer.append(topic, 1, [record('b')]));
  assert.equal(broker.requests.length, 1);
  await writer.close();
  await Promise.all(appends);
  assert.equal(broker.requests.length, 2);
});

test('the next request leaves when the linger is over', async () => {
  const broker = new ModelBroker();
  const writer = await openWriter(broker, { lingerMs: 100 });
  const startedMs = performance.now();
  await writer.append(topic, 0, [record('first')]);
  await writer.append(topic, 0, [record('a')]);
  assert.ok(performance.now() - startedMs >= 99);
  await writer.close();
});
