// Pinned vectors of every derived identity: a change here would split sessions, tokens and partitions in two.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  cdrIdOf,
  commandIdOf,
  partitionOf,
  remoteStartIdOf,
  reportedIdOf,
  formatUuid,
  groupIdOf,
  isNilUuid,
  macAddressOf,
  sessionIdOf,
  startKeyOf,
  tokenRefOf,
  transactionIdOf,
} from '#contracts/keys';

const start = {
  tenantId: 'default',
  stationId: 'CS-001',
  connectorId: 1,
  timestamp: '2026-11-25T10:00:00Z',
  meterStart: '1000',
  tokenRef: '00112233445566778899aabbccddeeff',
};

test('a partition is what the Java client computes: murmur2 of the UTF-8 key, made positive, modulo the count', () => {
  // Vectors of org.apache.kafka.common.utils.UtilsTest.testMurmur2, made positive.
  const java: readonly [string, number][] = [
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ];
  for (const [key, hash] of java) assert.equal(partitionOf(key, 0x7fffffff), (hash & 0x7fffffff) % 0x7fffffff, key);
  assert.equal(partitionOf('default/CS-001', 24), 23);
  assert.equal(partitionOf('default/CS-001', 96), 95);
});

test('a repeated 1.6 start has the same transactionId on any gateway, and any other start another', () => {
  assert.equal(transactionIdOf(start), transactionIdOf({ ...start }));
  assert.equal(transactionIdOf(start), 798419708);
  for (const other of [
    { connectorId: 2 },
    { timestamp: '2026-11-25T10:00:01Z' },
    { meterStart: '1001' },
    { tokenRef: 'ff' },
    { stationId: 'CS-002' },
    { tenantId: 'x' },
  ]) {
    assert.notEqual(transactionIdOf({ ...start, ...other }), transactionIdOf(start), JSON.stringify(other));
  }
});

test('a transactionId is a positive 31-bit number', () => {
  for (let meterStart = 0; meterStart < 2000; meterStart++) {
    const id = transactionIdOf({ ...start, meterStart: String(meterStart) });
    assert.ok(id >= 1 && id <= 0x7fffffff);
  }
});

test('a sessionId is a version 8 UUID of the natural key', () => {
  const id = sessionIdOf('default', 'CS-001', startKeyOf(start), 0);
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(id, 'ee8f6748-8e85-8242-8d4c-0e62bd2dd773');
  assert.notEqual(sessionIdOf('default', 'CS-001', startKeyOf(start), 1), id);
});

test('one card has one tokenRef, however the reader writes its uid', () => {
  const key = Buffer.alloc(32, 7);
  const ref = tokenRefOf(key, 'ISO14443', '04a2b3c4d5');
  assert.equal(ref, 'e590278e06ec7b55d328187285356b00');
  for (const [type, uid] of [
    ['Unknown', '04A2B3C4D5'],
    ['Central', ' 04a2b3c4d5 '],
    ['ISO15693', '04A2b3c4D5'],
  ] as const) {
    assert.equal(tokenRefOf(key, type, uid), ref);
  }
  assert.notEqual(tokenRefOf(key, 'KeyCode', '04a2b3c4d5'), ref);
  assert.notEqual(tokenRefOf(key, 'MacAddress', '04a2b3c4d5'), tokenRefOf(key, 'KeyCode', '04a2b3c4d5'));
  assert.notEqual(tokenRefOf(Buffer.alloc(32, 8), 'ISO14443', '04a2b3c4d5'), ref);
});

test('readings without a transaction have the nil reportedId', () => {
  for (const none of [null, '', '0', '-1']) assert.ok(isNilUuid(reportedIdOf('default', 'CS-001', none)));
  assert.equal(formatUuid(reportedIdOf('default', 'CS-001', '42')), '95594839-d9d4-86d9-8711-c8c02a327d44');
});

test('a remote start, a command of an idempotency key and a CDR have ids that any process finds alike', () => {
  assert.equal(remoteStartIdOf('c1'), 1_528_909_796);
  assert.equal(remoteStartIdOf('4970e26e-4851-42fb-8ae3-6f79945a546b'), 505_707_108);
  assert.equal(commandIdOf('default', 'CS-1', 'k-1'), '746cad42-201c-86a6-a8fb-7c3b42e9691f');
  assert.notEqual(commandIdOf('default', 'CS-2', 'k-1'), commandIdOf('default', 'CS-1', 'k-1'));
  assert.equal(cdrIdOf('default', '8f2f3b8e-0000-8000-8000-000000000001'), 'b5e26b53caa38ca0b01705125e06afc1');
});

test('stations are told of a group by a pseudonym that fits their version, always the same', () => {
  const groupRef = '0123456789abcdef0123456789abcdef';
  assert.equal(groupIdOf(groupRef, '1.6'), '0123456789abcdef0123');
  assert.equal(groupIdOf(groupRef, '2.0.1'), groupRef);
  assert.equal(groupIdOf(groupRef, '2.1'), groupRef);
});

test('a vehicle is one token, however its station writes the address', () => {
  for (const uid of [
    'VID:00B052A1C2D3',
    'vid:00b052a1c2d3',
    '00:B0:52:A1:C2:D3',
    '00-b0-52-a1-c2-d3',
    ' 00B052A1C2D3 ',
  ])
    assert.equal(macAddressOf(uid), '00B052A1C2D3', uid);
  assert.equal(macAddressOf('00B052FFFEA1C2D3'), '00B052FFFEA1C2D3', 'EUI-64');
  for (const uid of ['', 'VID:', '00B052A1C2D', '00B052A1C2D3E', 'VID:00B052A1C2DG', '04A1B2C3'])
    assert.equal(macAddressOf(uid), undefined, uid);
});
