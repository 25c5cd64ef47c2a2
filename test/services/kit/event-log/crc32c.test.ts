// The checksum of record batches, against its published vectors and against the definition bit by bit.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32c } from '#kit/event-log/crc32c';

test('the published vectors of CRC-32C hold (RFC 3720 B.4)', () => {
  const vectors: [Buffer, number][] = [
    [Buffer.from('123456789'), 0xe3069283],
    [Buffer.alloc(32, 0), 0x8a9136aa],
    [Buffer.alloc(32, 0xff), 0x62a8ab43],
    [Buffer.from(Array.from({ length: 32 }, (_, index) => index)), 0x46dd794e],
    [Buffer.alloc(0), 0],
  ];
  for (const [bytes, expected] of vectors) assert.equal(crc32c(bytes, 0, bytes.length), expected);
});

test('every alignment and length gives what the definition gives', () => {
  const bytes = Buffer.from(Array.from({ length: 80 }, (_, index) => (index * 151 + 7) & 0xff));
  for (let start = 0; start < 17; start += 1) {
    for (let end = start; end <= bytes.length; end += 3) {
      assert.equal(crc32c(bytes, start, end), bitByBit(bytes.subarray(start, end)), `${start} to ${end}`);
    }
  }
});

function bitByBit(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}
