// The producer's sequences: given once, never taken back, wrapped as Kafka wraps them, kept while a broker is away.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IdempotentProducer, type ProducerLink } from '#kit/event-log/idempotent-producer';
import { createPartitionQueue, cutBatch } from '#kit/event-log/partition-queue';
import type { ProduceBatch } from '#kit/event-log/produce-batch';
import { Fault } from '#kit/fault';
import { ModelBroker, silent } from './model-broker.ts';
import { record, topic } from './writing.ts';

const identity = { producerId: 1n, producerEpoch: 0 };
const everything = { records: 1_000, bytes: 1_000_000 };

function batch(partition: number, recordCount: number): ProduceBatch {
  const queue = createPartitionQueue(topic, partition);
  const records = Array.from({ length: recordCount }, (_, key) => record(key));
  const nobody = (): void => {};
  queue.appends.push({ records, bytes: 1, queuedAtMs: 0, resolve: nobody, reject: nobody, isAbandoned: false });
  const cut = cutBatch(queue, everything, true);
  assert.ok(cut !== undefined);
  return cut;
}

function withCount(recordCount: number): ProduceBatch {
  return { ...batch(0, 1), recordCount };
}

/** A link that acknowledges whatever it is sent, without looking. */
function acknowledging(): ProducerLink {
  const partitions = [{ partition: 0, errorCode: 0, baseOffset: '1' }];
  return {
    ...new ModelBroker().link(),
    send: <R>() => Promise.resolve({ topics: [{ topicName: topic, partitions }] } as unknown as R),
  };
}

test('each partition counts its own sequence', async () => {
  const broker = new ModelBroker();
  const producer = new IdempotentProducer(broker.link(), identity, silent);
  await producer.produce([batch(0, 3), batch(1, 2)]);
  await producer.produce([batch(0, 1), batch(1, 4)]);
  await producer.produce([batch(0, 1)]);
  assert.deepEqual(
    broker.requests.map((batches) => batches.map(({ firstSequence }) => firstSequence)),
    [[0, 0], [3, 2], [4]],
  );
});

test('records stay in the partition they were given, on every attempt (defect 8)', async () => {
  const broker = new ModelBroker({ errorFor: (request) => (request < 3 ? 6 : 0) });
  const producer = new IdempotentProducer(broker.link(), identity, silent);
  const one = batch(5, 2);
  while (one.state === 'unacknowledged') await producer.produce([one]);
  assert.deepEqual(
    broker.requests.map(([sent]) => [sent?.partition, sent?.firstSequence]),
    [
      [5, 0],
      [5, 0],
      [5, 0],
      [5, 0],
    ],
  );
});

test('a sequence wraps to where Kafka expects it (defect 6)', async () => {
  const producer = new IdempotentProducer(acknowledging(), identity, silent);
  await producer.produce([withCount(2 ** 31 - 3)]);
  const spanning = withCount(5);
  await producer.produce([spanning]);
  assert.equal(spanning.firstSequence, 2 ** 31 - 3);
  const next = withCount(1);
  await producer.produce([next]);
  // 2147483645, …646, …647, then 0 and 1: five records.
  assert.equal(next.firstSequence, 2);
});

test('a producer says long before the wrap that it is worn (defect 6)', async () => {
  const producer = new IdempotentProducer(acknowledging(), identity, silent);
  await producer.produce([withCount(2 ** 30)]);
  assert.equal(producer.isWorn, false);
  await producer.produce([withCount(1)]);
  assert.equal(producer.isWorn, true);
});

test('a broker that is away costs no sequence: the batch goes again as it was', async () => {
  const broker = new ModelBroker();
  let isAway = true;
  const link: ProducerLink = {
    ...broker.link(),
    learn: () => (isAway ? Promise.reject(new Fault('LOG_UNAVAILABLE')) : Promise.resolve()),
  };
  const producer = new IdempotentProducer(link, identity, silent);
  const one = batch(0, 2);
  await producer.produce([one]);
  assert.deepEqual([one.state, one.firstSequence], ['unacknowledged', 0]);
  isAway = false;
  await producer.produce([one]);
  assert.deepEqual([one.state, one.baseOffset], ['acknowledged', 0]);
});

test('a partition that the answer does not mention is not acknowledged', async () => {
  const link: ProducerLink = {
    ...new ModelBroker().link(),
    send: <R>() => Promise.resolve({ topics: [] } as unknown as R),
  };
  const one = batch(0, 1);
  await assert.rejects(new IdempotentProducer(link, identity, silent).produce([one]), Fault);
  assert.equal(one.state, 'unacknowledged');
});
