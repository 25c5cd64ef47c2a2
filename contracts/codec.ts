// Encodes and decodes every wire record: Confluent framing (0, 4-byte schema id, Avro), ids from the lock file only.
import avro from 'avsc';
import { newestByType, readLock, type LockedSchema } from '#contracts/lock';
import type { Records } from '#contracts/generated/types';

export type RecordType = keyof Records;

/** Bytes that are no record of ours: not framed, cut short, or of a schema id that the lock does not know. */
export class UnreadableRecord extends Error {
  readonly code: 'RECORD_UNREADABLE' | 'SCHEMA_UNKNOWN';

  constructor(code: 'RECORD_UNREADABLE' | 'SCHEMA_UNKNOWN', detail: string, cause?: unknown) {
    super(`${code}: ${detail}`, { cause });
    this.code = code;
  }
}

/** A decoded record of any type, with its type's name. */
export type AnyRecord = { [T in RecordType]: { readonly type: T } & Records[T] }[RecordType];

const frameBytes = 5;
const slabBytesFirst = 256 * 1024;
const slabBytesMax = 16 * 1024 * 1024;

const locked = readLock();
const newest = newestByType(locked);
const writers = new Map<string, { id: number; type: avro.Type }>(
  [...newest].map(([type, entry]) => [type, { id: entry.id, type: avroType(entry) }]),
);
const lockedById = new Map(locked.map((entry) => [entry.id, entry]));
const readers = new Map<number, { name: string; type: avro.Type; resolver: avro.Resolver | undefined }>();

let slab = Buffer.allocUnsafe(slabBytesFirst);
let slabUsed = 0;

/**
 * Frames and encodes a record of the given type.
 * @returns bytes of a slab that is never written again; an own copy is not needed.
 * @throws when the value does not fit its schema (a bug of ours: check at the edge).
 */
export function encodeRecord<T extends RecordType>(name: T, value: Records[T]): Buffer {
  const writer = writers.get(name);
  if (writer === undefined) throw new UnreadableRecord('SCHEMA_UNKNOWN', `no schema is locked for ${name}`);
  for (let room = slabBytesFirst; ; room *= 2) {
    const end = slabUsed + frameBytes <= slab.length ? writer.type.encode(value, slab, slabUsed + frameBytes) : -1;
    if (end > 0) return take(writer.id, end);
    if (room > slabBytesMax)
      throw new UnreadableRecord('RECORD_UNREADABLE', `a ${name} is larger than ${slabBytesMax} bytes`);
    slab = Buffer.allocUnsafe(room);
    slabUsed = 0;
  }
}

/**
 * Decodes a framed record, written by this or any earlier version of its schema.
 * @throws UnreadableRecord.
 */
export function decodeRecord(bytes: Uint8Array): AnyRecord {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < frameBytes || buffer[0] !== 0)
    throw new UnreadableRecord('RECORD_UNREADABLE', 'a record is not in Confluent framing');
  const reader = readerOf(buffer.readUInt32BE(1));
  try {
    const { value, offset } = reader.type.decode(buffer, frameBytes, reader.resolver);
    if (value === undefined || offset !== buffer.length) {
      throw new Error(value === undefined ? 'cut short' : `${buffer.length - offset} bytes too long`);
    }
    (value as { type: string }).type = reader.name;
    return value as AnyRecord;
  } catch (error) {
    throw new UnreadableRecord('RECORD_UNREADABLE', `a ${reader.name} cannot be decoded: ${String(error)}`, error);
  }
}

/** Decodes a record that must be of one of the given types. */
export function decodeAs<T extends RecordType>(name: T, bytes: Uint8Array): Records[T] {
  const record = decodeRecord(bytes);
  if (record.type !== name)
    throw new UnreadableRecord('RECORD_UNREADABLE', `expected a ${name}, found a ${record.type}`);
  return record as unknown as Records[T];
}

function take(id: number, end: number): Buffer {
  const framed = slab.subarray(slabUsed, end);
  framed[0] = 0;
  framed.writeUInt32BE(id, 1);
  slabUsed = end;
  return framed;
}

function readerOf(id: number): { name: string; type: avro.Type; resolver: avro.Resolver | undefined } {
  const known = readers.get(id);
  if (known !== undefined) return known;
  const written = lockedById.get(id);
  const current = written === undefined ? undefined : writers.get(written.type);
  if (written === undefined || current === undefined)
    throw new UnreadableRecord('SCHEMA_UNKNOWN', `schema id ${id} is not in the lock file`);
  // One resolver per writer id, made once; the newest version needs none.
  const resolver = current.id === id ? undefined : current.type.createResolver(avroType(written));
  const reader = { name: written.type, type: current.type, resolver };
  readers.set(id, reader);
  return reader;
}

function avroType(entry: LockedSchema): avro.Type {
  return avro.Type.forSchema(structuredClone(entry.schema) as avro.Schema, {
    wrapUnions: 'never',
    omitRecordMethods: true,
  });
}
