// What the tests of the writer share: records with a number as key, and a writer over a model broker.
import type { AppendRecord, LogWriterOptions } from '#kit/event-log/types';
import { LaneWriter } from '#kit/event-log/writer';
import { type ModelBroker, silent } from './model-broker.ts';

export const topic = 'facts';

export function record(key: string | number, valueBytes = 10): AppendRecord {
  return { key: String(key), type: 'Happened', value: Buffer.alloc(valueBytes, 7) };
}

export const testOptions: LogWriterOptions = {
  brokers: ['none:1'],
  clientId: 'test',
  lanes: 1,
  lingerMs: 1,
  batchRecordsMax: 1000,
  batchBytesMax: 900_000,
  queueBytesMax: 10_000_000,
  appendTimeoutMs: 30_000,
  closeTimeoutMs: 5_000,
};

export async function openWriter(broker: ModelBroker, options: Partial<LogWriterOptions> = {}): Promise<LaneWriter> {
  const writer = new LaneWriter({ ...testOptions, ...options }, silent, broker.openProducer);
  await writer.open();
  return writer;
}
