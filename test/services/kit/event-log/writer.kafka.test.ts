// The writer on a real broker: offsets, order, idempotence, bounds.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { BrokerLink } from '#kit/event-log/broker-link';
import { IdempotentProducer, type ProducerLink } from '#kit/event-log/idempotent-producer';
import type { LogWriter, TopicSpec } from '#kit/event-log/types';
import { LaneWriter, openLogWriter } from '#kit/event-log/writer';
import { Fault } from '#kit/fault';
import { collect, createTopic, openReader, runnerBrokers, writerOptions } from './kafka-log.ts';
import { silent } from './model-broker.ts';
import { record } from './writing.ts';
import { until } from '#test/support/until';

const brokers = runnerBrokers();
let spec: TopicSpec;
let writer: LogWriter;

before(async () => {
  spec = await createTopic(brokers);
  writer = await openLogWriter({ ...writerOptions(brokers), lanes: 2 }, silent);
});
after(() => writer.close());

test('acknowledged records stand at the offsets that were told, over lanes and partitions', async () => {
  const told: { partition: number; key: string; offset: number }[] = [];
  const appends = Array.from({ length: 2_000 }, async (_, number) => {
    const partition = number % spec.partitions;
    const offset = await writer.append(spec.name, partition, [record(`${number}.0`), record(`${number}.1`)]);
    told.push({ partition, key: `${number}.0`, offset }, { partition, key: `${number}.1`, offset: offset + 1 });
  });
  await Promise.all(appends);
  assert.equal(writer.queuedBytes, 0);
  const reader = await openReader(brokers, spec.name);
  for (let partition = 0; partition < spec.partitions; partition += 1) reader.assign(partition, 0);
  const read = await collect(reader, told.length);
  for (const { partition, key, offset } of told) assert.equal(read.get(partition)?.[offset]?.key, key);
  await reader.close();
});

test('a topic that does not exist is waited for; other topics are not held up', async () => {
  const late = { ...spec, name: `${spec.name}-late` };
  const early = writer.append(late.name, 0, [record('early')]);
  await writer.append(spec.name, 0, [record('meanwhile')]);
  await createTopic(brokers, late);
  assert.equal(await early, 0);
});

test('a record larger than a broker takes is refused before it is queued', async () => {
  const large = writer.append(spec.name, 0, [record('large', 2_000_000)]);
  await assert.rejects(large, (error) => error instanceof Fault && error.code === 'LOG_REFUSED');
});

test('a real broker recognises a batch whose acknowledgement was lost, and tells its first offset again (defect 5)', async () => {
  const own = await createTopic(brokers);
  const link = new BrokerLink({ brokers, clientId: 'lost-ack', requestTimeoutMs: 10_000, logger: silent });
  let toLose = 3;
  let sent = 0;
  const losing: ProducerLink = {
    learn: (topics) => link.learn(topics),
    leaderOf: (topic, partition) => link.leaderOf(topic, partition),
    markStale: () => link.markStale(),
    hangUp: () => link.hangUp(),
    send: async (node, request) => {
      const answer = await link.send(node, request);
      sent += 1;
      if (toLose-- > 0) throw new Error('the acknowledgement was lost');
      return answer;
    },
  };
  const producers = new LaneWriter(writerOptions(brokers), silent, async () => {
    await link.learn([]);
    const broker = await link.broker(link.controllerId);
    const { producerId, producerEpoch } = await broker.initProducerId({ transactionTimeout: 60_000 });
    return new IdempotentProducer(losing, { producerId: BigInt(producerId), producerEpoch }, silent);
  });
  await producers.open();
  const first = producers.append(own.name, 0, [record('a'), record('b')]);
  await until(() => sent > 0);
  const second = producers.append(own.name, 0, [record('c'), record('d')]);
  assert.deepEqual(await Promise.all([first, second]), [0, 2]);
  const reader = await openReader(brokers, own.name);
  assert.equal((await reader.endOffsets()).get(0), 4);
  await reader.close();
  await producers.close();
  await link.close();
});

test('without a broker, opening fails with LOG_UNAVAILABLE within its timeout', async () => {
  const nobody = { ...writerOptions(['127.0.0.1:1']), appendTimeoutMs: 300 };
  await assert.rejects(
    openLogWriter(nobody, silent),
    (error) => error instanceof Fault && error.code === 'LOG_UNAVAILABLE',
  );
});
