// A producer for records that may be lost, on a real broker: taken by the leader, and counted where it is not.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openRelaxedProducer } from '#kit/event-log/relaxed-producer';
import { collect, createTopic, openReader, runnerBrokers } from './kafka-log.ts';
import { silent } from './model-broker.ts';
import { record } from './writing.ts';

const brokers = runnerBrokers();
const options = { clientId: 'relaxed', requestTimeoutMs: 5_000, logger: silent };
const producer = openRelaxedProducer({ ...options, brokers });
after(() => producer.close());

test('records of several partitions are taken in one call, in their order, and the next ones behind them', async () => {
  const { name } = await createTopic(brokers);
  const first = new Map([
    [0, [record(0), record(1)]],
    [3, [record(2)]],
  ]);
  assert.deepEqual(await producer.send(name, first), { acknowledged: 3, lost: 0 });
  assert.deepEqual(await producer.send(name, new Map([[0, [record(3)]]])), { acknowledged: 1, lost: 0 });
  const reader = await openReader(brokers, name);
  for (const partition of [0, 3]) reader.assign(partition, 0);
  const read = await collect(reader, 4);
  const keys = (partition: number): string[] => (read.get(partition) ?? []).map(({ key }) => key);
  assert.deepEqual([keys(0), keys(3)], [[record(0), record(1), record(3)].map(({ key }) => key), [record(2).key]]);
});

test('a partition that nobody leads loses its records, not those of the others', async () => {
  const { name } = await createTopic(brokers);
  const sent = await producer.send(
    name,
    new Map([
      [1, [record(1)]],
      [99, [record(2), record(3)]],
    ]),
  );
  assert.deepEqual(sent, { acknowledged: 1, lost: 2 });
});

test('a record that the broker never takes is lost alone', async () => {
  const { name } = await createTopic(brokers);
  const large = { ...record(1), value: Buffer.alloc(2 * 1024 * 1024) };
  const sent = await producer.send(
    name,
    new Map([
      [0, [large]],
      [1, [record(2)]],
    ]),
  );
  assert.deepEqual(sent, { acknowledged: 1, lost: 1 });
});

test('without a broker everything is lost, soon, and nothing is thrown', async () => {
  const nobody = openRelaxedProducer({ ...options, brokers: ['127.0.0.1:1'] });
  assert.deepEqual(await nobody.send('anything', new Map([[0, [record(1)]]])), { acknowledged: 0, lost: 1 });
  await nobody.close();
});
