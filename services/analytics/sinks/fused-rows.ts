// Writes the rows of an encoded MeterValuesSampled straight from its Avro bytes: no object per event, reading or value.
// The fields stand here in the order of MeterValuesSampled.avsc and Reading.avsc as the newest locked schema has them.
import type { RowBinaryWriter } from '#kit/clickhouse/row-binary';
import { instantOf, valueColumns, versionOf } from '../domain/reading-row.ts';
import { AvroCursor } from './avro-cursor.ts';
import { numberOf, type ReadingRows } from './plain-rows.ts';

/** Values of Decimal(18,3); the last column is Decimal(9,1). */
const milliColumns = valueColumns.length - 1;
const columns = valueColumns.length;
const absent = Number.NEGATIVE_INFINITY;

// The state of the event being read. One sink runs on one thread and an event is read to its end at once.
const cursor = new AvroCursor();
const values = new Float64Array(columns);
const event = {
  tenantFrom: 0,
  tenantTo: 0,
  stationFrom: 0,
  stationTo: 0,
  recordedAt: 0,
  seq: 0,
  reportedFrom: 0,
  evseId: 0,
  connectorId: 0,
};
const reading = { ts: 0, version: 0, contextFrom: 0, contextTo: 0 };

/** Reads the datum that begins at `at`. Throws where the bytes are none; what was written by then is to be thrown away. */
export function writeFusedRows(bytes: Buffer, at: number, rows: ReadingRows): void {
  cursor.begin(bytes, at);
  readEvent();
  let index = 0;
  for (let count = blockCount(); count !== 0; count = blockCount()) {
    for (let n = 0; n < count; n += 1, index += 1) {
      writeReading(index, rows);
      if (cursor.isBeyondEnd) throw new RangeError('a MeterValuesSampled is cut short');
    }
  }
  if (!cursor.isAtEnd) throw new RangeError('a MeterValuesSampled does not end where its bytes do');
}

function readEvent(): void {
  cursor.string(); // meta.eventId
  cursor.string();
  event.tenantFrom = cursor.from;
  event.tenantTo = cursor.to;
  cursor.string();
  event.stationFrom = cursor.from;
  event.stationTo = cursor.to;
  cursor.optionalLong(0); // meta.occurredAt
  event.recordedAt = cursor.long();
  cursor.long(); // meta.source
  cursor.optionalLong(0); // meta.connectionEpoch
  event.seq = cursor.optionalLong(0);
  cursor.skipOptionalStrings(4); // meta.ocppVersion, messageId, traceparent; transactionId
  cursor.fixed(16);
  event.reportedFrom = cursor.from;
  event.evseId = numberOf(cursor.long());
  event.connectorId = numberOf(cursor.long());
  if (cursor.long() !== 0) cursor.fixed(1); // offline
}

/** Items of the next block of an array; 0 at its end. A negative count is followed by the block's size in bytes. */
function blockCount(): number {
  const count = cursor.long();
  if (count >= 0) return count;
  cursor.long();
  return -count;
}

function writeReading(index: number, rows: ReadingRows): void {
  const sampledAt = cursor.optionalLong(absent);
  cursor.string();
  reading.contextFrom = cursor.from;
  reading.contextTo = cursor.to;
  reading.ts = instantOf(sampledAt, event.recordedAt, index);
  reading.version = versionOf(reading.ts, event.recordedAt, event.seq);
  const mask = cursor.optionalLongs(values, columns);
  if (mask !== 0) writeValues(mask, rows.readings);
  let ordinal = 0;
  for (let count = blockCount(); count !== 0; count = blockCount()) {
    for (let n = 0; n < count; n += 1, ordinal += 1) {
      writeSample(ordinal, rows.samples);
      if (cursor.isBeyondEnd) throw new RangeError('a MeterValuesSampled is cut short');
    }
  }
}

function writeValues(mask: number, writer: RowBinaryWriter): void {
  writeStart(writer);
  writer.nullableInt64s(values, mask, milliColumns);
  if ((mask & (1 << milliColumns)) === 0) writer.null();
  else {
    writer.present();
    writer.int32(values[milliColumns] ?? 0);
  }
  writer.uint16(mask);
  writer.endRow();
}

function writeSample(ordinal: number, writer: RowBinaryWriter): void {
  writeStart(writer);
  writer.uint16(Math.min(ordinal, 0xffff));
  cursor.string();
  copyString(writer); // measurand
  for (let n = 0; n < 3; n += 1) copyOptional(writer); // phase, location, unit
  if (cursor.long() === 0) writer.null();
  else {
    writer.present();
    writer.int64(cursor.long());
  }
  copyOptional(writer); // text
  const isSigned = cursor.long() !== 0;
  writer.uint8(isSigned ? 1 : 0);
  if (isSigned) {
    cursor.string();
    copyString(writer); // data
    for (let n = 0; n < 3; n += 1) copyOptional(writer); // method, encoding, publicKey
  } else {
    for (let n = 0; n < 4; n += 1) writer.string('');
  }
  writer.endRow();
}

function writeStart(writer: RowBinaryWriter): void {
  const { bytes } = cursor;
  writer.stringBytes(bytes, event.tenantFrom, event.tenantTo);
  writer.stringBytes(bytes, event.stationFrom, event.stationTo);
  writer.uint16(event.evseId);
  writer.uint16(event.connectorId);
  writer.int64(reading.ts);
  writer.stringBytes(bytes, reading.contextFrom, reading.contextTo);
  writer.uuid(bytes, event.reportedFrom);
  writer.uint64(reading.version);
}

function copyString(writer: RowBinaryWriter): void {
  writer.stringBytes(cursor.bytes, cursor.from, cursor.to);
}

function copyOptional(writer: RowBinaryWriter): void {
  cursor.optionalString();
  copyString(writer);
}
