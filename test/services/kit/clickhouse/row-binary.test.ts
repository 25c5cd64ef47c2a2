import { test } from 'node:test';
import assert from 'node:assert/strict';
import { RowBinaryWriter } from '#kit/clickhouse/row-binary';

function bytesOf(write: (writer: RowBinaryWriter) => void): string {
  const writer = new RowBinaryWriter();
  write(writer);
  return writer.take().toString('hex');
}

test('integers are little-endian, negative ones in two’s complement', () => {
  assert.equal(
    bytesOf((w) => w.uint8(255)),
    'ff',
  );
  assert.equal(
    bytesOf((w) => w.uint16(0x1234)),
    '3412',
  );
  assert.equal(
    bytesOf((w) => w.uint32(0xdeadbeef)),
    'efbeadde',
  );
  assert.equal(
    bytesOf((w) => w.int32(-2)),
    'feffffff',
  );
});

test('64-bit integers agree with BigInt over the whole safe range', () => {
  for (const value of [
    0,
    1,
    -1,
    2 ** 32 - 1,
    2 ** 32,
    -(2 ** 32),
    -(2 ** 32) - 1,
    2 ** 53 - 1,
    -(2 ** 53) + 1,
    1_234.0,
  ]) {
    const expected = Buffer.alloc(8);
    expected.writeBigInt64LE(BigInt(value));
    assert.equal(
      bytesOf((w) => w.int64(value)),
      expected.toString('hex'),
      String(value),
    );
  }
  assert.throws(() => bytesOf((w) => w.int64(2 ** 53)));
  assert.throws(() => bytesOf((w) => w.uint64(-1)));
});

test('a UUID’s halves are each in little-endian order', () => {
  assert.equal(
    bytesOf((w) => w.uuidText('00112233-4455-6677-8899-aabbccddeeff')),
    '7766554433221100ffeeddccbbaa9988',
  );
});

test('strings carry their length in bytes, on both sides of 127 and of 3 bytes per character', () => {
  for (const text of [
    '',
    'a',
    'ä€😀',
    'x'.repeat(42),
    'x'.repeat(43),
    'x'.repeat(127),
    'x'.repeat(128),
    'ß'.repeat(9_000),
  ]) {
    const bytes = Buffer.from(text);
    const length = bytesOf((w) => w.stringBytes(bytes, 0, bytes.length)).slice(
      0,
      bytes.length < 128 ? 2 : bytes.length < 16_384 ? 4 : 6,
    );
    assert.equal(
      bytesOf((w) => w.string(text)),
      length + bytes.toString('hex'),
    );
  }
  assert.equal(bytesOf((w) => w.string('x'.repeat(300))).slice(0, 4), 'ac02');
});

test('rows that were taken are not written again, and the slab grows past its first size', () => {
  const writer = new RowBinaryWriter();
  writer.string('first');
  writer.endRow();
  const first = writer.take();
  for (let row = 0; row < 300_000; row += 1) {
    writer.int64(row);
    writer.endRow();
  }
  assert.equal(writer.rows, 300_000);
  assert.equal(writer.bytes, 2_400_000);
  const second = writer.take();
  assert.equal(second.readBigInt64LE(8 * 299_999), 299_999n);
  assert.equal(first.toString('hex'), '056669727374');
  assert.equal(writer.rows, 0);
});

test('a number that its column does not hold is a bug, never another number', () => {
  const writer = new RowBinaryWriter();
  assert.throws(() => writer.uint16(65_536));
  assert.throws(() => writer.uint16(-1));
  assert.throws(() => writer.uint32(2 ** 32));
  assert.throws(() => writer.int32(2 ** 31));
  assert.throws(() => writer.int64(2 ** 53));
  assert.throws(() => writer.nullableInt64s(Float64Array.of(0.5), 1, 1));
});

test('nullable columns written at once are those written one by one', () => {
  const values = [5, -5, 2 ** 52, 0];
  const one = bytesOf((writer) => {
    for (const value of [5, null, 2 ** 52, null]) writer.nullableInt64(value);
  });
  assert.equal(
    bytesOf((writer) => writer.nullableInt64s(Float64Array.from(values), 0b0101, 4)),
    one,
  );
});
