// Golden: the fused path writes byte for byte what the plain path writes, for any event; bytes that are none are refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeAs, encodeRecord } from '#contracts/codec';
import type { MeterValuesSampled, Reading, Sample } from '#contracts/generated/types';
import { RowBinaryWriter } from '#kit/clickhouse/row-binary';
import type { LogRecord, PartitionBatch } from '#kit/event-log/types';
import { toBlocksSafely } from '#kit/sink/blocks';
import { writePlainRows } from '#services/analytics/sinks/plain-rows';
import { readingBlocks } from '#services/analytics/sinks/readings';
import { metaOf, readingOf, sampled } from '../charging-facts.ts';

/** The greatest that avsc writes. */
const avroLongMax = Number.MAX_SAFE_INTEGER - 1;

const milli = fc.oneof(
  fc.integer({ min: -300, max: 300 }),
  fc.integer({ min: -avroLongMax, max: avroLongMax }),
  fc.constantFrom(avroLongMax, -avroLongMax, 2 ** 27, 2 ** 28, -(2 ** 28), 2 ** 31, 2 ** 35, 2 ** 52),
);
const nullableMilli = fc.option(milli);
const text = fc.string({ unit: 'grapheme', maxLength: 60 });
const instant = fc.integer({ min: 0, max: 4_102_444_800_000 });

const sample: fc.Arbitrary<Sample> = fc.record({
  measurand: text,
  phase: fc.option(text),
  location: fc.option(text),
  unit: fc.option(text),
  valueMilli: nullableMilli,
  text: fc.option(text),
  signed: fc.option(
    fc.record({
      data: fc.string({ maxLength: 400 }),
      method: fc.option(text),
      encoding: fc.option(text),
      publicKey: fc.option(text),
    }),
  ),
});

const reading: fc.Arbitrary<Reading> = fc.record({
  sampledAt: fc.option(instant),
  context: text,
  energyImportMilliWh: nullableMilli,
  energyExportMilliWh: nullableMilli,
  powerImportMilliW: nullableMilli,
  powerExportMilliW: nullableMilli,
  powerOfferedMilliW: nullableMilli,
  currentOfferedMilliA: nullableMilli,
  currentMilliA: nullableMilli,
  currentL1MilliA: nullableMilli,
  currentL2MilliA: nullableMilli,
  currentL3MilliA: nullableMilli,
  voltageL1MilliV: nullableMilli,
  voltageL2MilliV: nullableMilli,
  voltageL3MilliV: nullableMilli,
  socDeciPercent: fc.option(fc.integer({ min: 0, max: 1000 })),
  others: fc.array(sample, { maxLength: 4 }),
});

const event: fc.Arbitrary<MeterValuesSampled> = fc
  .record({
    meta: fc.record({
      eventId: text,
      tenantId: text,
      stationId: text,
      occurredAt: fc.option(instant),
      recordedAt: fc.integer({ min: Date.UTC(2024, 0), max: Date.UTC(2090, 0) }),
      source: fc.constantFrom('station' as const, 'gateway' as const, 'timer' as const),
      connectionEpoch: fc.option(fc.nat({ max: avroLongMax })),
      seq: fc.option(fc.nat()),
      ocppVersion: fc.option(text),
      messageId: fc.option(text),
      traceparent: fc.option(text),
    }),
    transactionId: fc.option(text),
    reportedId: fc.uint8Array({ minLength: 16, maxLength: 16 }),
    evseId: fc.integer({ min: -5, max: 100_000 }),
    connectorId: fc.integer({ min: -5, max: 100_000 }),
    offline: fc.option(fc.boolean()),
    readings: fc.array(reading, { maxLength: 5 }),
  })
  .map((made) => ({ ...made, reportedId: Buffer.from(made.reportedId) }));

function batchOf(values: readonly Buffer[]): PartitionBatch[] {
  const records = values.map<LogRecord>((value, offset) => ({
    offset,
    timestampMs: 0,
    key: 'k',
    type: 'MeterValuesSampled',
    value,
  }));
  return [{ partition: 0, records, endOffset: records.length }];
}

test('the fused path equals the plain one for any event', () => {
  const toBlocks = readingBlocks();
  const property = fc.property(fc.array(event, { maxLength: 3 }), (events) => {
    const encoded = events.map((made) => encodeRecord('MeterValuesSampled', made));
    const plain = { readings: new RowBinaryWriter(), samples: new RowBinaryWriter() };
    for (const bytes of encoded) writePlainRows(decodeAs('MeterValuesSampled', bytes), plain);
    const { blocks } = toBlocks(batchOf(encoded));
    for (const [index, writer] of [plain.readings, plain.samples].entries()) {
      assert.equal(blocks[index]?.rowCount, writer.rows);
      assert.deepEqual(Buffer.from(blocks[index]?.rows ?? []).toString('hex'), writer.take().toString('hex'));
    }
  });
  const { failed, seed, counterexample, errorInstance } = fc.check(property, { numRuns: 300 });
  assert.ok(!failed, `seed ${seed}: ${String(errorInstance)} ${JSON.stringify(counterexample)}`);
});

test('a reading without any column of its own makes no row; its samples do', () => {
  const other: Sample = {
    measurand: 'Frequency',
    phase: null,
    location: null,
    unit: 'Hz',
    valueMilli: 50_010,
    text: null,
    signed: null,
  };
  const value = encodeRecord('MeterValuesSampled', sampled(1_772_000_000_000, [readingOf(null, { others: [other] })]));
  const { blocks } = readingBlocks()(batchOf([value]));
  assert.deepEqual(
    blocks.map(({ table, rowCount }) => [table, rowCount]),
    [
      ['meter_readings_raw', 0],
      ['meter_samples_other', 1],
    ],
  );
});

test('an event that is cut short, or too long, is refused alone and the others go on', () => {
  const sound = encodeRecord('MeterValuesSampled', {
    ...sampled(1_772_000_000_000, [readingOf(1_772_000_000_000, { energyImportMilliWh: 1_000 })]),
    meta: metaOf(1_772_000_000_000, { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' }),
  });
  const toBlocks = readingBlocks();
  for (let cut = 1; cut < sound.length - 5; cut += 1) {
    const broken = Buffer.from(sound.subarray(0, sound.length - cut));
    const { blocks, refused } = toBlocksSafely(toBlocks, batchOf([sound, broken, sound]));
    assert.equal(blocks[0]?.rowCount, 2, `${cut} bytes missing`);
    assert.deepEqual(
      refused.map(({ record }) => record.offset),
      [1],
    );
  }
  const longer = Buffer.concat([sound, Buffer.from([0])]);
  assert.equal(toBlocksSafely(toBlocks, batchOf([longer])).refused.length, 1);
});

test('random bytes in the right frame are refused, and never take long', () => {
  const frame = encodeRecord('MeterValuesSampled', sampled(1, [])).subarray(0, 5);
  const toBlocks = readingBlocks();
  const property = fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
    const { blocks } = toBlocksSafely(toBlocks, batchOf([Buffer.concat([frame, noise])]));
    assert.ok((blocks[0]?.rowCount ?? 0) < 300);
  });
  const { failed, seed, counterexample } = fc.check(property, { numRuns: 2_000 });
  assert.ok(!failed, `seed ${seed}: ${JSON.stringify(counterexample)}`);
});
