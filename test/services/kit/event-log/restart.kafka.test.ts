// A broker that restarts under load: nothing acknowledged is lost, nothing is out of order, readers go on by themselves.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { join } from 'node:path';
import { startEmbeddedKafka } from '#infra/local/kafka';
import { freePorts } from '#infra/local/ports';
import { openLogWriter } from '#kit/event-log/writer';
import { makeThrowAway } from '#infra/local/throw-away';
import { createTopic, openReader, writerOptions } from './kafka-log.ts';
import { silent } from './model-broker.ts';
import { record } from './writing.ts';
import { until } from '#test/support/until';

test('a broker restart under load loses nothing that was acknowledged and stops nobody', async () => {
  // Given a broker of our own, a writer under load and a reader that follows.
  const place = makeThrowAway();
  const [port = 0, controllerPort = 0] = await freePorts(2);
  const partPlace = { dataDir: place.dir, logDir: join(place.dir, 'logs'), pidDir: place.pidDir, throwAway: true };
  let kafka = await startEmbeddedKafka(partPlace, { port, controllerPort });
  try {
    const brokers = [`127.0.0.1:${port}`];
    const spec = await createTopic(brokers);
    const writer = await openLogWriter({ ...writerOptions(brokers), lanes: 2, appendTimeoutMs: 180_000 }, silent);
    const reader = await openReader(brokers, spec.name);
    for (let partition = 0; partition < spec.partitions; partition += 1) reader.assign(partition, 0);
    const read = Array.from({ length: spec.partitions }, (): string[] => []);
    const following = (async () => {
      for (let batches = await reader.next(1_000); batches.length > 0; batches = await reader.next(1_000)) {
        for (const { partition, records } of batches) {
          for (const { key, offset } of records) {
            assert.equal(offset, read[partition]?.length, 'no gap and no repetition');
            read[partition]?.push(key);
          }
        }
      }
    })();
    const told: { partition: number; key: string; offset: number }[] = [];
    let isLoading = true;
    const load = async (partition: number): Promise<void> => {
      for (let number = 0; isLoading; number += 1) {
        const key = `${partition}.${number}`;
        told.push({ partition, key, offset: await writer.append(spec.name, partition, [record(key)]) });
      }
    };
    const loads = [0, 1, 2, 3].map(load);
    await until(() => told.length > 200);
    // When it restarts,
    await kafka.close();
    const acknowledgedBefore = told.length;
    kafka = await startEmbeddedKafka(partPlace, { port, controllerPort });
    await until(() => told.length > acknowledgedBefore + 200, 'more acknowledgements', 60_000);
    isLoading = false;
    await Promise.all(loads);
    // Then every acknowledged record is read where it was told, once, and in order.
    await until(
      () => read.reduce((sum, keys) => sum + keys.length, 0) >= told.length,
      'every record to be read',
      60_000,
    );
    for (const { partition, key, offset } of told) assert.equal(read[partition]?.[offset], key);
    for (const keys of read) assert.deepEqual(keys, [...new Set(keys)]);
    await writer.close();
    await reader.close();
    await following;
  } finally {
    await kafka.close();
    place.remove();
  }
});
