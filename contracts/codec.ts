// Encodes and decodes every wire record: Confluent framing (0, 4-byte schema id, Avro), ids from the lock file only.
import avro from 'avsc';
import { newestByType, readLock, type LockedSchema } from '#contracts/lock';
import type { Records } from '#contracts/generated/types';
import { partialSchema, type FieldsRead } from '#contracts/partial-schema';
import { wellFormedString } from '#contracts/well-formed-string';

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

/** The records of these names, by name: what a fold reads. */
export type RecordsOf<Name extends RecordType> = { readonly [N in Name]: Extract<AnyRecord, { type: N }> };

const frameBytes = 5;
const slabBytesFirst = 256 * 1024;
const slabBytesMax = 16 * 1024 * 1024;

const locked = readLock();
const newest = newestByType(locked);
const writers = new Map<string, { id: number; type: avro.Type }>(
  [...newest].map(([type, entry]) => [type, { id: entry.id, type: avroType(entry.schema) }]),
);
const lockedById = new Map(locked.map((entry) => [entry.id, entry]));
/** How to read a schema id; the newest version read whole needs no resolver. */
type Reader = { readonly name: string; readonly type: avro.Type; readonly resolver: avro.Resolver | undefined };
const wholeReaders = new Map<number, Reader>();

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

/** Names of the fields, at the top of a record, in which a value does not fit its schema. */
export function faultyFields<T extends RecordType>(name: T, value: Records[T]): ReadonlySet<string> {
  const fields = new Set<string>();
  const errorHook = ([field = '']: readonly string[]): void => void fields.add(field);
  writers.get(name)?.type.isValid(value, { errorHook });
  return fields;
}

/**
 * Decodes a framed record, written by this or any earlier version of its schema.
 * @throws UnreadableRecord.
 */
export function decodeRecord(bytes: Uint8Array): AnyRecord {
  return decodeBy(wholeReaderOf, bytes) as AnyRecord;
}

/**
 * Makes a decoder that reads only these fields and steps over the others: a fold that needs half of a record's fields
 * decodes it in a third of the time. What it returns has exactly these fields (and `type`); its caller names that type.
 * The decoder throws UnreadableRecord as decodeRecord does.
 */
export function partialDecoder(fields: FieldsRead): (bytes: Uint8Array) => { readonly type: RecordType } {
  const known = new Map<number, Reader>();
  const types = new Map<string, avro.Type>();
  const readerOf = (id: number): Reader => {
    const { written, current } = lockedOf(id);
    const type = types.get(written.type) ?? avroType(partialSchema(current.schema, fields));
    types.set(written.type, type);
    const reader = { name: written.type, type, resolver: type.createResolver(avroType(written.schema)) };
    known.set(id, reader);
    return reader;
  };
  return (bytes) => decodeBy((id) => known.get(id) ?? readerOf(id), bytes);
}

function decodeBy(readerOf: (id: number) => Reader, bytes: Uint8Array): { readonly type: RecordType } {
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
    return value as { readonly type: RecordType };
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

/**
 * Decodes a record that must be of a type that the fold reads: its header said so, or it would have been skipped.
 * @param fold table whose keys are names of records.
 */
export function decodeOneOf<Fold extends object>(
  fold: Fold,
  bytes: Uint8Array,
): Extract<AnyRecord, { type: Extract<keyof Fold, string> }> {
  const record = decodeRecord(bytes);
  if (!Object.hasOwn(fold, record.type))
    throw new UnreadableRecord('RECORD_UNREADABLE', `a ${record.type} came under the header of another type`);
  return record as Extract<AnyRecord, { type: Extract<keyof Fold, string> }>;
}

function take(id: number, end: number): Buffer {
  const framed = slab.subarray(slabUsed, end);
  framed[0] = 0;
  framed.writeUInt32BE(id, 1);
  slabUsed = end;
  return framed;
}

function wholeReaderOf(id: number): Reader {
  const known = wholeReaders.get(id);
  if (known !== undefined) return known;
  const { written, current } = lockedOf(id);
  const type = writers.get(written.type)?.type ?? avroType(current.schema);
  // One resolver per writer id, made once; the newest version needs none.
  const resolver = current.id === id ? undefined : type.createResolver(avroType(written.schema));
  const reader = { name: written.type, type, resolver };
  wholeReaders.set(id, reader);
  return reader;
}

/** The schema that a record of this id was written with, and the newest of its type. */
function lockedOf(id: number): { readonly written: LockedSchema; readonly current: LockedSchema } {
  const written = lockedById.get(id);
  const current = written === undefined ? undefined : newest.get(written.type);
  if (written === undefined || current === undefined)
    throw new UnreadableRecord('SCHEMA_UNKNOWN', `schema id ${id} is not in the lock file`);
  return { written, current };
}

function avroType(schema: LockedSchema['schema']): avro.Type {
  return avro.Type.forSchema(structuredClone(schema) as avro.Schema, {
    wrapUnions: 'never',
    omitRecordMethods: true,
    typeHook: (each) => (each === 'string' ? wellFormedString : undefined),
  });
}
