// Writes the rows of a decoded MeterValuesSampled: the plain path, for older schemas and as the measure of the fused one.
import type { MeterValuesSampled, Reading, Sample, SignedValue } from '#contracts/generated/types';
import type { RowBinaryWriter } from '#kit/clickhouse/row-binary';
import { instantOf, versionOf } from '../domain/reading-row.ts';

/** Both tables' rows under construction. */
export type ReadingRows = { readonly readings: RowBinaryWriter; readonly samples: RowBinaryWriter };

const noClock = Number.NEGATIVE_INFINITY;
const unsigned: SignedValue = { data: '', method: null, encoding: null, publicKey: null };

export function writePlainRows(event: MeterValuesSampled, rows: ReadingRows): void {
  for (const [index, reading] of event.readings.entries()) {
    const values = valuesOf(reading);
    const mask = maskOf(values);
    const { recordedAt, seq } = event.meta;
    const ts = instantOf(reading.sampledAt ?? noClock, recordedAt, index);
    const place = { ts, version: versionOf(ts, recordedAt, seq ?? 0) };
    if (mask !== 0) writeReading(event, reading, { ...place, values, mask }, rows.readings);
    for (const [ordinal, sample] of reading.others.entries()) {
      writeSample(event, { context: reading.context, sample }, { ...place, ordinal }, rows.samples);
    }
  }
}

type Place = { readonly ts: number; readonly version: number };
type Values = readonly (number | null)[];

function valuesOf(reading: Reading): Values {
  return [
    reading.energyImportMilliWh,
    reading.energyExportMilliWh,
    reading.powerImportMilliW,
    reading.powerExportMilliW,
    reading.powerOfferedMilliW,
    reading.currentOfferedMilliA,
    reading.currentMilliA,
    reading.currentL1MilliA,
    reading.currentL2MilliA,
    reading.currentL3MilliA,
    reading.voltageL1MilliV,
    reading.voltageL2MilliV,
    reading.voltageL3MilliV,
    reading.socDeciPercent,
  ];
}

function maskOf(values: Values): number {
  return values.reduce<number>((mask, value, bit) => (value === null ? mask : mask | (1 << bit)), 0);
}

function writeReading(
  event: MeterValuesSampled,
  reading: Reading,
  { ts, version, values, mask }: Place & { readonly values: Values; readonly mask: number },
  writer: RowBinaryWriter,
): void {
  writeStart(event, reading.context, { ts, version }, writer);
  for (const value of values.slice(0, -1)) writer.nullableInt64(value);
  writer.nullableInt32(reading.socDeciPercent);
  writer.uint16(mask);
  writer.endRow();
}

function writeSample(
  event: MeterValuesSampled,
  { context, sample }: { readonly context: string; readonly sample: Sample },
  { ordinal, ...place }: Place & { readonly ordinal: number },
  writer: RowBinaryWriter,
): void {
  writeStart(event, context, place, writer);
  writer.uint16(Math.min(ordinal, 0xffff));
  writer.string(sample.measurand);
  writer.string(sample.phase ?? '');
  writer.string(sample.location ?? '');
  writer.string(sample.unit ?? '');
  writer.nullableInt64(sample.valueMilli);
  writer.string(sample.text ?? '');
  writeSigned(sample.signed ?? unsigned, sample.signed !== null, writer);
  writer.endRow();
}

function writeSigned(signed: SignedValue, isSigned: boolean, writer: RowBinaryWriter): void {
  writer.uint8(isSigned ? 1 : 0);
  writer.string(signed.data);
  writer.string(signed.method ?? '');
  writer.string(signed.encoding ?? '');
  writer.string(signed.publicKey ?? '');
}

function writeStart(event: MeterValuesSampled, context: string, place: Place, writer: RowBinaryWriter): void {
  writer.string(event.meta.tenantId);
  writer.string(event.meta.stationId);
  writer.uint16(numberOf(event.evseId));
  writer.uint16(numberOf(event.connectorId));
  writer.int64(place.ts);
  writer.string(context);
  writer.uuid(event.reportedId);
  writer.uint64(place.version);
}

/** EVSE and connector numbers fit 16 bits; what a station invents beyond them is held at the border. */
export function numberOf(reported: number): number {
  return Math.min(Math.max(reported, 0), 0xffff);
}
