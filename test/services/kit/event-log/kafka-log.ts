// What the tests with a real Kafka share: its address, topics of their own, readers that collect.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after } from 'node:test';
import { openLogReader } from '#kit/event-log/reader';
import { ensureTopics } from '#kit/event-log/topics';
import type { LogReader, LogReaderOptions, LogRecord, LogWriterOptions, TopicSpec } from '#kit/event-log/types';
import { silent } from './model-broker.ts';
import { testOptions } from './writing.ts';

const opened: LogReader[] = [];
// A reader left open by a failed test would keep its process alive.
after(() => Promise.all(opened.map((reader) => reader.close())));

/** The brokers the runner started. */
export function runnerBrokers(): string[] {
  const brokers = process.env['KAFKA_BROKERS'];
  assert.ok(brokers !== undefined, 'KAFKA_BROKERS names the broker; npm test starts one');
  return brokers.split(',');
}

export function freshTopic(partitions = 4, cleanup: TopicSpec['cleanup'] = 'delete'): TopicSpec {
  return { name: `log-test-${randomBytes(6).toString('hex')}`, partitions, cleanup, retentionMs: -1 };
}

export async function createTopic(brokers: readonly string[], spec: TopicSpec = freshTopic()): Promise<TopicSpec> {
  await ensureTopics(brokers, [spec], { replicationFactor: 1 });
  return spec;
}

export function writerOptions(brokers: readonly string[]): LogWriterOptions {
  return { ...testOptions, brokers, clientId: 'log-test' };
}

export async function openReader(
  brokers: readonly string[],
  topic: string,
  options: Partial<LogReaderOptions> = {},
): Promise<LogReader> {
  const defaults: LogReaderOptions = {
    brokers,
    clientId: 'log-test',
    topic,
    fetchWaitMs: 50,
    fetchBytesMax: 1024 * 1024,
    bufferBytesMax: 4 * 1024 * 1024,
    onLost: (_partition, fault) => {
      throw fault;
    },
  };
  const reader = await openLogReader({ ...defaults, ...options }, silent);
  opened.push(reader);
  return reader;
}

/** Reads until as many records came; by partition. */
export async function collect(reader: LogReader, count: number, recordsMax = 500): Promise<Map<number, LogRecord[]>> {
  const collected = new Map<number, LogRecord[]>();
  for (let left = count; left > 0;) {
    const batches = await reader.next(recordsMax);
    assert.ok(batches.length > 0, 'the reader was closed');
    for (const { partition, records } of batches) {
      assert.ok(records.length > 0, 'a batch is never empty');
      collected.set(partition, [...(collected.get(partition) ?? []), ...records]);
      left -= records.length;
    }
  }
  return collected;
}
