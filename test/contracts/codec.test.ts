import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import avro from 'avsc';
import { decodeAs, decodeRecord, encodeRecord, UnreadableRecord } from '#contracts/codec';
import { extendLock, typesUrl } from '#contracts/generate';
import type { Meta } from '#contracts/generated/types';
import { readLock, type LockedSchema } from '#contracts/lock';
import { renderTypes } from '#contracts/render-types';
import { fingerprint, readNamedTypes } from '#contracts/schema-files';

const meta: Meta = {
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
};
const disconnected = { meta, cause: 'closed', closeCode: 1000 };

test('a record comes back as it was written, with its type', () => {
  const back = decodeRecord(encodeRecord('StationDisconnected', disconnected));
  assert.equal(back.type, 'StationDisconnected');
  assert.deepEqual(JSON.parse(JSON.stringify(back)), { ...disconnected, type: 'StationDisconnected' });
});

test('records carry Confluent framing: a zero, the id of the lock file, Avro', () => {
  const bytes = encodeRecord('StationDisconnected', disconnected);
  const locked = readLock().findLast(({ type }) => type === 'StationDisconnected');
  assert.equal(bytes[0], 0);
  assert.equal(bytes.readUInt32BE(1), locked?.id);
});

test('encoded records never share bytes', () => {
  const many = Array.from({ length: 10_000 }, (_, n) =>
    encodeRecord('StationDisconnected', { ...disconnected, closeCode: n }),
  );
  many.forEach((bytes, n) => assert.equal(decodeAs('StationDisconnected', bytes).closeCode, n));
});

test('a record larger than the slab is encoded all the same', () => {
  const payloadJson = 'x'.repeat(1_000_000);
  const bytes = encodeRecord('StationMessageRecorded', { meta, action: 'DataTransfer', payloadJson, answerJson: null });
  assert.equal(decodeAs('StationMessageRecorded', bytes).payloadJson, payloadJson);
});

test('what has no UTF-8 is one replacement character, in short texts and long ones; pairs stay', () => {
  for (const filler of ['', 'x'.repeat(100)]) {
    const cause = `${filler}\ud800-\udc00-🔌`;
    const bytes = encodeRecord('StationDisconnected', { ...disconnected, cause });
    assert.ok(bytes.includes(Buffer.from(`${filler}\ufffd-\ufffd-🔌`)));
    assert.equal(decodeAs('StationDisconnected', bytes).cause, `${filler}\ufffd-\ufffd-🔌`);
  }
  assert.throws(() => encodeRecord('StationDisconnected', { ...disconnected, cause: 7 as never }), TypeError);
});

test('bytes that are no record of ours are refused with a reason', () => {
  const good = encodeRecord('StationDisconnected', disconnected);
  const unknownId = Buffer.from(good);
  unknownId.writeUInt32BE(999_999, 1);
  const cases: readonly [string, Uint8Array, string][] = [
    ['empty', Buffer.alloc(0), 'RECORD_UNREADABLE'],
    ['not framed', Buffer.from('hello'), 'RECORD_UNREADABLE'],
    ['cut short', good.subarray(0, good.length - 3), 'RECORD_UNREADABLE'],
    ['too long', Buffer.concat([good, Buffer.from([0])]), 'RECORD_UNREADABLE'],
    ['unknown schema', unknownId, 'SCHEMA_UNKNOWN'],
  ];
  for (const [name, bytes, code] of cases) {
    assert.throws(
      () => decodeRecord(bytes),
      (error) => error instanceof UnreadableRecord && error.code === code,
      name,
    );
  }
});

test('the lock file and the generated types are in line with the .avsc files', () => {
  const named = readNamedTypes();
  assert.equal(extendLock(readLock(), named).length, readLock().length, 'run npm run generate');
  assert.equal(readFileSync(typesUrl, 'utf8'), renderTypes(named), 'run npm run generate');
});

test('no locked schema was edited, and ids only grow', () => {
  assert.deepEqual(faultsOf(readLock()), []);
});

test('an edited schema and a doubled id are seen', () => {
  const [first, ...rest] = readLock();
  assert.ok(first !== undefined);
  const edited: LockedSchema = { ...first, schema: { ...first.schema, doc: 'edited' } };
  assert.equal(faultsOf([edited, ...rest]).length, 1);
  assert.ok(faultsOf([first, { ...first }, ...rest]).length > 0);
});

test('every version of a schema can be read by the newest: backward, transitively', () => {
  assert.deepEqual(incompatibleOf(readLock()), []);
});

test('a new field without a default is seen as incompatible, one with a default is not', () => {
  const base = readLock().find(({ type }) => type === 'GatewayLease');
  assert.ok(base?.schema.fields !== undefined);
  const grown = (field: object): LockedSchema => ({
    ...base,
    id: 9999,
    version: 2,
    schema: { ...base.schema, fields: [...(base.schema.fields ?? []), field as never] },
  });
  assert.equal(incompatibleOf([base, grown({ name: 'zone', type: 'string' })]).length, 1);
  assert.equal(incompatibleOf([base, grown({ name: 'zone', type: 'string', default: '' })]).length, 0);
});

function faultsOf(lock: readonly LockedSchema[]): string[] {
  return lock.flatMap((entry, index) => {
    const faults: string[] = [];
    if (fingerprint(entry.schema) !== entry.fingerprint) faults.push(`${entry.type} ${entry.id} was edited`);
    if (entry.id !== index + 1) faults.push(`${entry.type} has id ${entry.id}, expected ${index + 1}`);
    return faults;
  });
}

function incompatibleOf(lock: readonly LockedSchema[]): string[] {
  const typeOf = (entry: LockedSchema): avro.Type =>
    avro.Type.forSchema(structuredClone(entry.schema) as avro.Schema, { wrapUnions: 'never' });
  return lock.flatMap((written) => {
    const newest = lock.findLast(({ type }) => type === written.type);
    if (newest === undefined || newest === written) return [];
    try {
      typeOf(newest).createResolver(typeOf(written));
      return [];
    } catch (error) {
      return [`${written.type} version ${written.version}: ${String(error)}`];
    }
  });
}
