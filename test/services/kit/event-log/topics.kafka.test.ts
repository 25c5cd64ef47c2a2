// Topics and tables on a real broker.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Kafka, logLevel } from 'kafkajs';
import { openTable } from '#kit/event-log/table';
import { ensureTopics } from '#kit/event-log/topics';
import { openLogWriter } from '#kit/event-log/writer';
import { Fault } from '#kit/fault';
import { createTopic, freshTopic, runnerBrokers, writerOptions } from './kafka-log.ts';
import { silent } from './model-broker.ts';
import { record } from './writing.ts';
import { until } from '#test/support/until';

const brokers = runnerBrokers();
/** kafkajs' enum of it is no named export for ESM. */
const topicResource = 2;
const one = { replicationFactor: 1 };

test('topics are created as declared, once, whoever asks at the same time', async () => {
  const specs = [freshTopic(3), { ...freshTopic(1, 'compact') }, { ...freshTopic(2), retentionMs: 86_400_000 }];
  await Promise.all([ensureTopics(brokers, specs, one), ensureTopics(brokers, specs.toReversed(), one)]);
  await ensureTopics(brokers, specs, one);
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: specs.map(({ name }) => ({ type: topicResource, name })),
  });
  await admin.disconnect();
  const setting = (topic: number, key: string): string | undefined =>
    resources
      .find(({ resourceName }) => resourceName === specs[topic]?.name)
      ?.configEntries.find(({ configName }) => configName === key)?.configValue;
  assert.equal(setting(0, 'retention.ms'), '-1');
  assert.equal(setting(1, 'cleanup.policy'), 'compact');
  assert.equal(setting(2, 'retention.ms'), '86400000');
  // Only closed segments are deleted.
  assert.equal(setting(2, 'segment.ms'), '14400000');
});

test('a topic with another partition count refuses start and says both counts', async () => {
  const spec = await createTopic(brokers, freshTopic(3));
  await assert.rejects(
    ensureTopics(brokers, [freshTopic(1), { ...spec, partitions: 4 }], one),
    (error) =>
      error instanceof Fault && error.code === 'LOG_TOPIC_MISMATCH' && /has 3 partitions.* says 4/.test(error.detail),
  );
});

test('a table has every record below the end when it says so, tombstones included, and follows on', async () => {
  const spec = await createTopic(brokers, freshTopic(4, 'compact'));
  const writer = await openLogWriter(writerOptions(brokers), silent);
  const appends = Array.from({ length: 1_000 }, (_, key) => writer.append(spec.name, key % 4, [record(key)]));
  appends.push(writer.append(spec.name, 0, [{ key: '0', type: 'Forgotten', value: null }]));
  await Promise.all(appends);
  const table = new Map<string, Buffer>();
  const opened = openTable({
    brokers,
    clientId: 'table',
    topic: spec.name,
    logger: silent,
    onRecord: ({ key, value }) => {
      if (value === null) table.delete(key);
      else table.set(key, value);
    },
  });
  await opened.caughtUp;
  assert.equal(table.size, 999);
  assert.equal(table.has('0'), false);
  await writer.append(spec.name, 1, [record('later')]);
  await until(() => table.has('later'));
  await opened.close();
  await writer.close();
});

test('an empty table has caught up at once', async () => {
  const spec = await createTopic(brokers, freshTopic(2, 'compact'));
  const onRecord = (): void => assert.fail('there is no record');
  const table = openTable({ brokers, clientId: 'table', topic: spec.name, logger: silent, onRecord });
  await table.caughtUp;
  await table.close();
});
