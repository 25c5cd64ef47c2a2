// Reading only some fields of a record: the same values as the whole, and the same refusals.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import avro from 'avsc';
import { decodeRecord, encodeRecord, partialDecoder, UnreadableRecord } from '#contracts/codec';
import type { MeterValuesSampled } from '#contracts/generated/types';
import { newestByType, readLock } from '#contracts/lock';
import { partialSchema } from '#contracts/partial-schema';
import { reportedIdOf } from '#contracts/keys';

const sampled: MeterValuesSampled = {
  meta: {
    eventId: 'gw-1.0',
    tenantId: 'default',
    stationId: 'CS-001',
    occurredAt: 1_764_064_800_000,
    recordedAt: 1_764_064_800_123,
    source: 'station',
    connectionEpoch: 7,
    seq: 3,
    ocppVersion: '1.6',
    messageId: '19',
    traceparent: null,
  },
  transactionId: '42',
  reportedId: reportedIdOf('default', 'CS-001', '42'),
  evseId: 1,
  connectorId: 1,
  offline: true,
  readings: [
    {
      sampledAt: 1_764_064_800_000,
      context: 'Sample.Periodic',
      energyImportMilliWh: 1_234_000,
      energyExportMilliWh: null,
      powerImportMilliW: null,
      powerExportMilliW: null,
      powerOfferedMilliW: 11_000_000,
      currentOfferedMilliA: null,
      currentMilliA: null,
      currentL1MilliA: 16_000,
      currentL2MilliA: null,
      currentL3MilliA: null,
      voltageL1MilliV: 230_000,
      voltageL2MilliV: null,
      voltageL3MilliV: null,
      socDeciPercent: null,
      others: [
        {
          measurand: 'Temperature',
          phase: null,
          location: 'Body',
          unit: 'Celsius',
          valueMilli: 21_000,
          text: null,
          signed: null,
        },
      ],
    },
  ],
};
const bytes = encodeRecord('MeterValuesSampled', sampled);
const decode = partialDecoder({
  MeterValuesSampled: ['meta', 'evseId', 'readings'],
  Meta: ['seq', 'stationId'],
  Reading: ['energyImportMilliWh', 'currentL1MilliA'],
});

test('given fields to read, when a record is decoded, then it has exactly these, with the values of the whole', () => {
  assert.deepEqual(JSON.parse(JSON.stringify(decode(bytes))), {
    meta: { stationId: 'CS-001', seq: 3 },
    evseId: 1,
    readings: [{ energyImportMilliWh: 1_234_000, currentL1MilliA: 16_000 }],
    type: 'MeterValuesSampled',
  });
});

test('given a record that the table does not name, when it is decoded, then it is read whole but for what is named', () => {
  const disconnected = { meta: sampled.meta, cause: 'closed', closeCode: 1000 };
  const { type, ...content } = JSON.parse(
    JSON.stringify(decode(encodeRecord('StationDisconnected', disconnected))),
  ) as Record<string, unknown>;
  assert.equal(type, 'StationDisconnected');
  assert.deepEqual(content, { cause: 'closed', closeCode: 1000, meta: { stationId: 'CS-001', seq: 3 } });
});

test('given bytes that are cut short, too long or of an unknown schema, when read in part, then they are refused as when read whole', () => {
  const unknown = Buffer.from(bytes);
  unknown.writeUInt32BE(999_999, 1);
  const cuts = Array.from({ length: bytes.length }, (_, length) => bytes.subarray(0, length));
  for (const bad of [...cuts, Buffer.concat([bytes, Buffer.of(0)]), unknown]) {
    const codeOf = (read: (value: Uint8Array) => unknown): string => {
      try {
        read(bad);
        return 'read';
      } catch (error) {
        assert.ok(error instanceof UnreadableRecord);
        return error.code;
      }
    };
    assert.equal(codeOf(decode), codeOf(decodeRecord), `${bad.length} bytes`);
    assert.notEqual(codeOf(decode), 'read');
  }
});

test('given records written by earlier versions, when read by the partial decoder, then they say what the whole one says', () => {
  const newest = newestByType(readLock());
  const earlier = readLock().filter(({ id, type }) => newest.get(type)?.id !== id);
  assert.ok(earlier.length > 0);
  const decodeAll = partialDecoder({});
  for (const { id, schema } of earlier) {
    const writer = avro.Type.forSchema(structuredClone(schema) as avro.Schema, { wrapUnions: 'never' });
    const frame = Buffer.alloc(5);
    frame.writeUInt32BE(id, 1);
    const written = Buffer.concat([frame, writer.toBuffer(writer.random())]);
    assert.deepEqual(JSON.stringify(decodeAll(written)), JSON.stringify(decodeRecord(written)), schema.name);
  }
});

test('given a field that does not exist, when the decoder meets the record, then the mistake is named', () => {
  const schema = newestByType(readLock()).get('MeterValuesSampled')?.schema;
  assert.ok(schema !== undefined);
  assert.throws(() => partialSchema(schema, { Reading: ['sampledOn'] }), /Reading has no field sampledOn/);
});

test('given a named type whose first use is not read, when a later use is, then it is written out there', () => {
  const colour = { type: 'enum', name: 'Colour', symbols: ['red'] } as const;
  const schema = {
    type: 'record',
    name: 'Cars',
    fields: [
      { name: 'first', type: colour },
      { name: 'second', type: 'Colour' },
      { name: 'third', type: ['null', 'Colour'] },
    ],
  } as const;
  assert.deepEqual(partialSchema(schema, { Cars: ['second', 'third'] }).fields, [
    { name: 'second', type: colour },
    { name: 'third', type: ['null', 'Colour'] },
  ]);
});
