import { test } from 'node:test';
import assert from 'node:assert/strict';
import type { AppendRecord, LogWriter } from '#kit/event-log/types';
import { Fault } from '#kit/fault';
import { appendAll } from '#kit/projection/append-all';

type Request = { readonly partition: number; readonly records: readonly AppendRecord[] };

function recordingWriter(requests: Request[], fail: (request: Request) => boolean = () => false): LogWriter {
  return {
    queuedBytes: 0,
    oldestUnackedMs: () => 0,
    close: async () => {},
    async append(_topic, partition, records) {
      const request = { partition, records };
      requests.push(request);
      if (fail(request)) throw new Fault('LOG_FULL');
      return 0;
    },
  };
}

function numbered(partition: number, count: number, bytes = 1) {
  return Array.from({ length: count }, (_, n) => ({
    topic: 't',
    partition,
    record: { key: String(n), type: 'N', value: Buffer.alloc(bytes) },
  }));
}

test('many records go in requests of bounded size, in their order per partition', async () => {
  const requests: Request[] = [];
  await appendAll(recordingWriter(requests), [...numbered(0, 1_100), ...numbered(1, 3)]);
  assert.deepEqual(
    requests.map(({ partition, records }) => [partition, records.length]),
    [
      [0, 500],
      [1, 3],
      [0, 500],
      [0, 100],
    ],
  );
  const keys = requests.flatMap(({ partition, records }) => (partition === 0 ? records.map(({ key }) => key) : []));
  assert.deepEqual(
    keys,
    numbered(0, 1_100).map(({ record }) => record.key),
  );
});

test('a large record goes alone, however large it is', async () => {
  const requests: Request[] = [];
  await appendAll(recordingWriter(requests), [...numbered(0, 2, 300 * 1024), ...numbered(0, 1, 600 * 1024)]);
  assert.deepEqual(
    requests.map(({ records }) => records.length),
    [1, 1, 1],
  );
});

test('what the writer refuses is thrown after all of the round has ended, and nothing follows', async () => {
  const requests: Request[] = [];
  const writer = recordingWriter(requests, ({ partition }) => partition === 0);
  await assert.rejects(
    appendAll(writer, [...numbered(0, 600), ...numbered(1, 1)]),
    (error) => error instanceof Fault && error.code === 'LOG_FULL',
  );
  assert.equal(requests.length, 2);
});
