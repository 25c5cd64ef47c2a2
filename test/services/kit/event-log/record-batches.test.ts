// Record batches: what we encode, kafkajs decodes alike; what a broker may answer, we decode without losing our place.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { crc32c } from '#kit/event-log/crc32c';
import { decodeFetchResponse } from '#kit/event-log/fetch-response';
import { type EncodableBatch, ProduceEncoder } from '#kit/event-log/produce-request';
import { decodeRecordBatches } from '#kit/event-log/record-batches';
import type { AppendRecord } from '#kit/event-log/types';
import { Fault } from '#kit/fault';
import { parseProduce } from './model-broker.ts';

const load = createRequire(import.meta.url);
const identity = { producerId: 77n, producerEpoch: 3 };
const batchHeaderBytes = 61;

function batchOf(records: readonly AppendRecord[], partition = 0, topic = 'facts'): EncodableBatch {
  return { topic, partition, firstSequence: 5, groups: [{ records }], recordCount: records.length };
}

/** The record batch alone, as it stands in the log at firstOffset. */
function encode(records: readonly AppendRecord[], firstOffset = 0): Buffer {
  const body = new ProduceEncoder().encode([batchOf(records)], identity, 1000);
  const set = Buffer.from(body.subarray(12 + 2 + 'facts'.length + 4 + 8));
  set.writeBigInt64BE(BigInt(firstOffset));
  return set;
}

/** Changes a batch's fields and mends its checksum. */
function patched(set: Buffer, patch: (set: Buffer) => void): Buffer {
  patch(set);
  set.writeUInt32BE(crc32c(set, 21, set.length), 17);
  return set;
}

const sample: readonly AppendRecord[] = [
  { key: 'cpo/one', type: 'Happened', value: Buffer.from('first') },
  { key: 'größe/✓', type: 'Häppened', value: Buffer.alloc(70_000, 9) },
  { key: '', type: 'Forgotten', value: null },
  { key: 'k'.repeat(200), type: 'Happened', value: Buffer.alloc(0) },
];

test('kafkajs decodes what we encode: keys, values, tombstones, headers, producer and sequence', async () => {
  const Decoder = load('kafkajs/src/protocol/decoder') as new (buffer: Buffer) => unknown;
  const decode = load('kafkajs/src/protocol/recordBatch/v0/decoder') as (decoder: unknown) => Promise<{
    producerId: string;
    producerEpoch: number;
    firstSequence: number;
    lastOffsetDelta: number;
    records: { offset: string; key: Buffer; value: Buffer | null; headers: { type: Buffer } }[];
  }>;
  const batch = await decode(new Decoder(encode(sample, 40)));
  assert.deepEqual([batch.producerId, batch.producerEpoch, batch.firstSequence], ['77', 3, 5]);
  assert.equal(batch.lastOffsetDelta, 3);
  for (const [index, record] of sample.entries()) {
    const decoded = batch.records[index];
    assert.equal(decoded?.offset, String(40 + index));
    assert.equal(decoded.key.toString(), record.key);
    assert.equal(decoded.headers.type.toString(), record.type);
    assert.deepEqual(decoded.value, record.value);
  }
});

test('we decode what we encode, with offsets and times', () => {
  const beforeMs = Date.now();
  const { records, nextOffset } = decodeRecordBatches(encode(sample, 1_000_000), 1_000_000);
  assert.equal(nextOffset, 1_000_004);
  assert.deepEqual(
    records.map(({ offset, key, type, value }) => ({ offset, key, type, value })),
    sample.map((record, index) => ({ offset: 1_000_000 + index, ...record })),
  );
  for (const { timestampMs } of records) assert.ok(timestampMs >= beforeMs && timestampMs <= Date.now());
});

test('several topics and partitions go in one request, and an encoder is used again', () => {
  const encoder = new ProduceEncoder();
  const small = { key: 'k', type: 'Happened', value: Buffer.from('v') };
  encoder.encode([batchOf(Array.from({ length: 5_000 }, () => small))], identity, 1000);
  const body = encoder.encode(
    [batchOf([small], 1), batchOf([small], 2, 'other'), batchOf([small, small], 7)],
    identity,
    1000,
  );
  assert.deepEqual(
    parseProduce(body).map(({ topic, partition, records }) => [topic, partition, records.length]),
    [
      ['facts', 1, 1],
      ['facts', 7, 2],
      ['other', 2, 1],
    ],
  );
});

test('a broker answers with whole batches: records below the wanted offset are dropped', () => {
  const { records, nextOffset } = decodeRecordBatches(encode(sample, 10), 12);
  assert.deepEqual(
    records.map(({ offset }) => offset),
    [12, 13],
  );
  assert.equal(nextOffset, 14);
});

test('a batch that is cut off is left for the next fetch', () => {
  const set = Buffer.concat([encode(sample, 0), encode(sample, 4).subarray(0, 100)]);
  const { records, nextOffset } = decodeRecordBatches(set, 0);
  assert.equal(records.length, 4);
  assert.equal(nextOffset, 4);
});

test('a batch that compaction emptied moves the position past it', () => {
  const empty = patched(encode(sample, 20).subarray(0, batchHeaderBytes), (set) => {
    set.writeInt32BE(batchHeaderBytes - 12, 8);
    set.writeInt32BE(9, 23);
    set.writeInt32BE(0, 57);
  });
  assert.deepEqual(decodeRecordBatches(empty, 20), { records: [], nextOffset: 30, bytes: 0 });
});

test('control records are no records, but they move the position', () => {
  const control = patched(encode(sample.slice(0, 1), 20), (set) => set.writeInt16BE(0x30, 21));
  assert.deepEqual(decodeRecordBatches(control, 20), { records: [], nextOffset: 21, bytes: 0 });
});

test('holes of compaction stay holes: each record keeps its own offset', () => {
  // Given a batch of four whose last record alone was kept, as the cleaner writes it: same first offset, one record.
  const one = patched(encode([{ key: 'k', type: 'Happened', value: Buffer.from('v') }], 100), (set) => {
    set.writeInt32BE(3, 23);
    set[batchHeaderBytes + 3] = 6; // offset delta 3, zigzag
  });
  const { records, nextOffset } = decodeRecordBatches(one, 100);
  assert.deepEqual([records.map(({ offset }) => offset), nextOffset], [[103], 104]);
});

test('gzip of other tools is read, another codec is a fault and no gap', () => {
  const plain = encode(sample, 0);
  const body = gzipSync(plain.subarray(batchHeaderBytes));
  const compress = (codec: number): Buffer =>
    patched(Buffer.concat([plain.subarray(0, batchHeaderBytes), body]), (set) => {
      set.writeInt32BE(set.length - 12, 8);
      set.writeInt16BE(codec, 21);
    });
  assert.equal(decodeRecordBatches(compress(1), 0).records.length, 4);
  assert.throws(() => decodeRecordBatches(compress(4), 0), isUnreadable);
});

test('a changed bit is noticed', () => {
  const set = encode(sample, 0);
  set.writeUInt8((set[100] ?? 0) ^ 1, 100);
  assert.throws(() => decodeRecordBatches(set, 0), isUnreadable);
});

test('a fetch response tells each partition, errors and empty ones included', () => {
  const set = encode(sample, 7);
  const header = (partition: number, errorCode: number, setBytes: number): Buffer => {
    const bytes = Buffer.alloc(42);
    bytes.writeInt32BE(partition, 0);
    bytes.writeInt16BE(errorCode, 4);
    bytes.writeBigInt64BE(11n, 6);
    bytes.writeInt32BE(-1, 30);
    bytes.writeInt32BE(-1, 34);
    bytes.writeInt32BE(setBytes, 38);
    return bytes;
  };
  const top = Buffer.alloc(14);
  top.writeInt32BE(1, 10);
  const topic = Buffer.concat([Buffer.from([0, 5]), Buffer.from('facts'), Buffer.from([0, 0, 0, 3])]);
  const { partitions } = decodeFetchResponse(
    Buffer.concat([top, topic, header(4, 1, -1), header(9, 0, set.length), set, header(2, 6, 0)]),
  );
  assert.deepEqual(
    partitions.map(({ partition, errorCode, highWatermark, set: { length } }) => [
      partition,
      errorCode,
      highWatermark,
      length,
    ]),
    [
      [4, 1, 11, 0],
      [9, 0, 11, set.length],
      [2, 6, 11, 0],
    ],
  );
});

function isUnreadable(error: unknown): boolean {
  return error instanceof Fault && error.code === 'RECORD_UNREADABLE';
}
