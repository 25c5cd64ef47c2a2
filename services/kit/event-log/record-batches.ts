// Decodes the record batches of a fetch (format 2, KIP-98) into records of ours, and says how far they reach.
import { gunzipSync } from 'node:zlib';
import { Fault } from '#kit/fault';
import { crc32c } from './crc32c.ts';
import type { LogRecord } from './types.ts';

export type Decoded = {
  readonly records: LogRecord[];
  /** Offset after the last whole batch, which may hold no record any more (compaction) or only control records. */
  readonly nextOffset: number;
  /** Bytes that the records keep in memory, for bounds. */
  readonly bytes: number;
};

const batchOverheadBytes = 61;
const lengthFieldsBytes = 12;
const recordObjectBytes = 100;
const magic = 2;
const compressionMask = 0x07;
const gzip = 1;
const logAppendTime = 0x08;
const control = 0x20;

/**
 * Decodes a fetched set. A broker answers with whole batches, so records below fromOffset are dropped; the last batch
 * may be cut off and is left for the next fetch. Throws Fault RECORD_UNREADABLE.
 */
export function decodeRecordBatches(set: Buffer, fromOffset: number): Decoded {
  const records: LogRecord[] = [];
  let nextOffset = fromOffset;
  let bytes = 0;
  let at = 0;
  while (set.length - at >= batchOverheadBytes) {
    const end = at + lengthFieldsBytes + set.readInt32BE(at + 8);
    if (end > set.length) break;
    const batch = readHeader(set, at, end);
    if (!batch.isControl) bytes += readRecords(batch, fromOffset, records);
    nextOffset = Math.max(nextOffset, batch.lastOffset + 1);
    at = end;
  }
  return { records, nextOffset, bytes };
}

type Batch = {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly isControl: boolean;
  readonly firstTimestampMs: number;
  /** The broker's time for all records of the batch, where the topic is so configured. */
  readonly appendedAtMs: number | undefined;
  readonly recordCount: number;
  readonly body: Buffer;
};

function readHeader(set: Buffer, at: number, end: number): Batch {
  const firstOffset = readInt64(set, at);
  if (set[at + 16] !== magic) throw unreadable(firstOffset, `has format ${set[at + 16]}, older than Kafka 0.11`);
  if (crc32c(set, at + 21, end) !== set.readUInt32BE(at + 17)) throw unreadable(firstOffset, 'fails its checksum');
  const attributes = set.readInt16BE(at + 21);
  return {
    firstOffset,
    lastOffset: firstOffset + set.readInt32BE(at + 23),
    isControl: (attributes & control) !== 0,
    firstTimestampMs: readInt64(set, at + 27),
    appendedAtMs: (attributes & logAppendTime) === 0 ? undefined : readInt64(set, at + 35),
    recordCount: set.readInt32BE(at + 57),
    body: bodyOf(set.subarray(at + batchOverheadBytes, end), attributes & compressionMask, firstOffset),
  };
}

// We never compress; a topic filled by other tools may hold gzip.
function bodyOf(body: Buffer, compression: number, firstOffset: number): Buffer {
  if (compression === 0) return body;
  if (compression === gzip) return gunzipSync(body);
  throw unreadable(firstOffset, `is compressed by codec ${compression}; only gzip is read`);
}

function readRecords(batch: Batch, fromOffset: number, records: LogRecord[]): number {
  const cursor = new Cursor(batch.body);
  let bytes = 0;
  for (let index = 0; index < batch.recordCount; index += 1) {
    const bodyBytes = cursor.varint();
    const end = cursor.at + bodyBytes;
    cursor.at += 1; // attributes, unused
    const timestampDelta = cursor.varint();
    const offset = batch.firstOffset + cursor.varint();
    if (offset >= fromOffset) {
      const timestampMs = batch.appendedAtMs ?? batch.firstTimestampMs + timestampDelta;
      const key = cursor.text();
      const value = cursor.bytes();
      records.push({ offset, timestampMs, key, type: cursor.typeHeader(), value });
      bytes += bodyBytes + recordObjectBytes;
    }
    cursor.at = end;
  }
  return bytes;
}

class Cursor {
  at = 0;
  readonly #body: Buffer;

  constructor(body: Buffer) {
    this.#body = body;
  }

  /** A zigzag varint of up to 53 bits; deltas of time may need more than 32. */
  varint(): number {
    let byte = this.#next();
    if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1);
    let value = byte & 0x7f;
    for (let factor = 0x80; byte >= 0x80; factor *= 0x80) {
      byte = this.#next();
      value += (byte & 0x7f) * factor;
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  bytes(): Buffer | null {
    const length = this.varint();
    if (length < 0) return null;
    const start = this.at;
    this.at += length;
    return this.#body.subarray(start, this.at);
  }

  text(): string {
    const length = this.varint();
    if (length <= 0) return '';
    const start = this.at;
    this.at += length;
    return this.#body.toString('utf8', start, this.at);
  }

  /** The value of header `type`, '' where a record of others has none. */
  typeHeader(): string {
    for (let left = this.varint(); left > 0; left -= 1) {
      const name = this.text();
      if (name === 'type') return this.text();
      this.at += Math.max(0, this.varint());
    }
    return '';
  }

  #next(): number {
    const byte = this.#body[this.at++];
    if (byte === undefined) throw new Fault('RECORD_UNREADABLE', { detail: 'a record batch ends within a record' });
    return byte;
  }
}

/** A signed 64-bit number; offsets and times stay far below 2^53. */
export function readInt64(buffer: Buffer, at: number): number {
  return buffer.readInt32BE(at) * 0x1_0000_0000 + buffer.readUInt32BE(at + 4);
}

function unreadable(offset: number, why: string): Fault {
  return new Fault('RECORD_UNREADABLE', { detail: `the record batch at offset ${offset} ${why}` });
}
