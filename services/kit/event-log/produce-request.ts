// Encodes a Produce request (version 7) in one pass into one slab; kafkajs builds four objects and buffers per record.
import type { AppendRecord } from './types.ts';
import { crc32c } from './crc32c.ts';

/** Records of one partition as they go into one record batch. */
export type EncodableBatch = {
  readonly topic: string;
  readonly partition: number;
  readonly firstSequence: number;
  /** Groups of records, appended in this order. */
  readonly groups: readonly { readonly records: readonly AppendRecord[] }[];
  readonly recordCount: number;
};

export type ProducerIdentity = { readonly producerId: bigint; readonly producerEpoch: number };

/** Of a producer without sequences: the broker keeps no account of what it sends. */
export const anonymous: ProducerIdentity = { producerId: -1n, producerEpoch: -1 };

/** Who must have a batch before it is acknowledged: all in-sync replicas, or its leader alone. */
export const acks = { all: -1, leader: 1 } as const;
export type Acks = (typeof acks)[keyof typeof acks];

const slabBytesAtFirst = 64 * 1024;
const batchHeaderBytes = 61;
const requestHeaderBytes = 64;
/** Lengths, deltas and counts around one record, all as long as they may be. */
const recordOverheadBytes = 40;
const magic = 2;
const sendersClock = 0;

/** Bytes a record takes in the log, for bounds; keys count as ASCII. */
export function recordBytes(record: AppendRecord): number {
  return record.key.length + (record.value === null ? 0 : record.value.length) + record.type.length + 24;
}

/** Encodes requests into a slab of its own, which the next call of encode() overwrites. */
export class ProduceEncoder {
  #slab: Buffer = Buffer.allocUnsafeSlow(slabBytesAtFirst);
  #at = 0;
  readonly #headers = new Map<string, Buffer>();

  /** The request's body; valid until the next call. Batches of one topic stand next to each other. */
  encode(
    batches: readonly EncodableBatch[],
    identity: ProducerIdentity,
    ackTimeoutMs: number,
    wanted: Acks = acks.all,
  ): Buffer {
    this.#at = 0;
    this.#ensure(requestHeaderBytes);
    this.#int16(-1); // no transactional id
    this.#int16(wanted);
    this.#int32(ackTimeoutMs);
    const byTopic = groupByTopic(batches);
    this.#int32(byTopic.size);
    const nowMs = Date.now();
    for (const [topic, ofTopic] of byTopic) {
      this.#ensure(requestHeaderBytes + topic.length * 3);
      const lengthAt = this.#at;
      this.#at += 2;
      const topicBytes = this.#slab.write(topic, this.#at);
      this.#slab.writeInt16BE(topicBytes, lengthAt);
      this.#at += topicBytes;
      this.#int32(ofTopic.length);
      for (const batch of ofTopic) this.#batch(batch, identity, nowMs);
    }
    return this.#slab.subarray(0, this.#at);
  }

  /** partition, length of the set, then one record batch (KIP-98). */
  #batch(batch: EncodableBatch, identity: ProducerIdentity, nowMs: number): void {
    this.#ensure(batchHeaderBytes + 8);
    this.#int32(batch.partition);
    const setAt = this.#at + 4;
    const crcAt = setAt + 17;
    this.#at = crcAt + 4;
    this.#int16(sendersClock); // attributes: no compression, producer's timestamps
    this.#int32(batch.recordCount - 1);
    this.#int64(nowMs);
    this.#int64(nowMs);
    this.#slab.writeBigInt64BE(identity.producerId, this.#at);
    this.#at += 8;
    this.#int16(identity.producerEpoch);
    this.#int32(batch.firstSequence);
    this.#int32(batch.recordCount);
    let offsetDelta = 0;
    for (const { records } of batch.groups) for (const record of records) this.#record(record, offsetDelta++);
    const slab = this.#slab;
    slab.writeInt32BE(this.#at - setAt, setAt - 4);
    slab.fill(0, setAt, setAt + 8); // base offset: the broker's
    slab.writeInt32BE(this.#at - setAt - 12, setAt + 8);
    slab.writeInt32BE(-1, setAt + 12); // leader epoch: the broker's
    slab[setAt + 16] = magic;
    slab.writeUInt32BE(crc32c(slab, crcAt + 4, this.#at), crcAt);
  }

  #record(record: AppendRecord, offsetDelta: number): void {
    const { key, value } = record;
    const headers = this.#headersOf(record.type);
    const valueBytes = value === null ? 0 : value.length;
    this.#ensure(recordOverheadBytes + key.length * 3 + valueBytes + headers.length);
    const keyBytes = Buffer.byteLength(key);
    this.#varint(
      2 + // attributes and timestamp delta
        varintBytes(offsetDelta) +
        varintBytes(keyBytes) +
        keyBytes +
        (value === null ? 1 : varintBytes(valueBytes)) +
        valueBytes +
        headers.length,
    );
    this.#slab[this.#at++] = 0;
    this.#slab[this.#at++] = 0;
    this.#varint(offsetDelta);
    this.#varint(keyBytes);
    if (keyBytes === key.length) this.#ascii(key);
    else this.#at += this.#slab.write(key, this.#at);
    this.#varint(value === null ? -1 : valueBytes);
    if (value !== null) this.#slab.set(value, this.#at);
    this.#at += valueBytes;
    this.#slab.set(headers, this.#at);
    this.#at += headers.length;
  }

  /** The one header `type`, encoded once per type; a process writes a few dozen types. */
  #headersOf(type: string): Buffer {
    const known = this.#headers.get(type);
    if (known !== undefined) return known;
    const name = Buffer.from('type');
    const made = Buffer.concat([
      varint(1),
      varint(name.length),
      name,
      varint(Buffer.byteLength(type)),
      Buffer.from(type),
    ]);
    this.#headers.set(type, made);
    return made;
  }

  // Keys are short: a loop is faster than a call into the runtime.
  #ascii(text: string): void {
    const slab = this.#slab;
    let at = this.#at;
    for (let index = 0; index < text.length; index += 1) slab[at++] = text.charCodeAt(index);
    this.#at = at;
  }

  #varint(value: number): void {
    let rest = ((value << 1) ^ (value >> 31)) >>> 0;
    while (rest > 0x7f) {
      this.#slab[this.#at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#slab[this.#at++] = rest;
  }

  #int16(value: number): void {
    this.#at = this.#slab.writeInt16BE(value, this.#at);
  }

  #int32(value: number): void {
    this.#at = this.#slab.writeInt32BE(value, this.#at);
  }

  #int64(value: number): void {
    this.#at = this.#slab.writeBigInt64BE(BigInt(value), this.#at);
  }

  #ensure(bytes: number): void {
    if (this.#at + bytes <= this.#slab.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#slab.length * 2, this.#at + bytes));
    this.#slab.copy(larger, 0, 0, this.#at);
    this.#slab = larger;
  }
}

function groupByTopic(batches: readonly EncodableBatch[]): Map<string, EncodableBatch[]> {
  const byTopic = new Map<string, EncodableBatch[]>();
  for (const batch of batches) {
    const ofTopic = byTopic.get(batch.topic);
    if (ofTopic === undefined) byTopic.set(batch.topic, [batch]);
    else ofTopic.push(batch);
  }
  return byTopic;
}

function varintBytes(value: number): number {
  const zigzag = ((value << 1) ^ (value >> 31)) >>> 0;
  return zigzag < 0x80 ? 1 : zigzag < 0x4000 ? 2 : zigzag < 0x200000 ? 3 : zigzag < 0x10000000 ? 4 : 5;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}
