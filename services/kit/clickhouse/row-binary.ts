// Writes rows in ClickHouse's RowBinary: one growable slab, no object per value.
import assert from 'node:assert/strict';

const slabBytesFirst = 1024 * 1024;
const slabBytesMax = 512 * 1024 * 1024;
const two32 = 2 ** 32;
const shortBytesMax = 48;
/** Of a string's length in LEB128. */
const lengthBytesMax = 5;

/**
 * Values are written column by column, then endRow(). A Nullable column is null() alone, or present() and its value.
 * DateTime64(3) is int64 (ms since epoch), Decimal(18,3) int64 of thousandths, Decimal(9,1) int32 of tenths;
 * LowCardinality(String) is string.
 */
export class RowBinaryWriter {
  #slab = Buffer.alloc(0);
  #view = new DataView(new ArrayBuffer(0));
  #used = 0;
  #rows = 0;
  #bytesFirst = slabBytesFirst;

  get rows(): number {
    return this.#rows;
  }

  get bytes(): number {
    return this.#used;
  }

  uint8(value: number): void {
    this.#reserve(1);
    this.#slab[this.#used] = value;
    this.#used += 1;
  }

  uint16(value: number): void {
    if (value !== (value & 0xffff)) assert.fail(`${value} does not fit UInt16`);
    this.#reserve(2);
    this.#view.setUint16(this.#used, value, true);
    this.#used += 2;
  }

  uint32(value: number): void {
    if (value !== value >>> 0) assert.fail(`${value} does not fit UInt32`);
    this.#reserve(4);
    this.#view.setUint32(this.#used, value, true);
    this.#used += 4;
  }

  int32(value: number): void {
    if (value !== (value | 0)) assert.fail(`${value} does not fit Int32`);
    this.#reserve(4);
    this.#view.setInt32(this.#used, value, true);
    this.#used += 4;
  }

  /** A safe integer: split in halves, since BigInt would cost more than the whole row. */
  int64(value: number): void {
    // The message is made only where it is needed: it would cost more than the value.
    if (!Number.isSafeInteger(value)) assert.fail(`${value} is no safe integer`);
    this.#reserve(8);
    const high = Math.floor(value / two32);
    this.#view.setUint32(this.#used, value - high * two32, true);
    this.#view.setInt32(this.#used + 4, high, true);
    this.#used += 8;
  }

  /** UInt64 from a safe, non-negative integer. */
  uint64(value: number): void {
    if (value < 0) assert.fail(`${value} is negative`);
    this.int64(value);
  }

  /** 16 bytes as a UUID's text has them; ClickHouse keeps each half in little-endian order. */
  uuid(bytes: Uint8Array, from = 0): void {
    this.#reserve(16);
    const { length } = bytes;
    assert(length - from >= 16, 'a UUID has 16 bytes');
    const slab = this.#slab;
    const at = this.#used;
    for (let i = 0; i < 8; i += 1) {
      slab[at + i] = bytes[from + 7 - i] ?? 0;
      slab[at + 8 + i] = bytes[from + 15 - i] ?? 0;
    }
    this.#used += 16;
  }

  uuidText(text: string): void {
    this.uuid(Buffer.from(text.replaceAll('-', ''), 'hex'));
  }

  string(text: string): void {
    const bytesMax = text.length * 3;
    this.#reserve(lengthBytesMax + bytesMax);
    if (bytesMax < 0x80) {
      const written = this.#slab.write(text, this.#used + 1, 'utf8');
      this.#slab[this.#used] = written;
      this.#used += 1 + written;
      return;
    }
    this.#length(Buffer.byteLength(text));
    this.#used += this.#slab.write(text, this.#used, 'utf8');
  }

  /** A string whose UTF-8 bytes stand in another buffer already. */
  stringBytes(source: Uint8Array, from: number, to: number): void {
    this.#reserve(lengthBytesMax + to - from);
    this.#length(to - from);
    const slab = this.#slab;
    const at = this.#used;
    if (to - from > shortBytesMax) slab.set(source.subarray(from, to), at);
    // A view of its own would cost more than the few bytes of an id.
    else for (let n = 0; n < to - from; n += 1) slab[at + n] = source[from + n] ?? 0;
    this.#used += to - from;
  }

  null(): void {
    this.uint8(1);
  }

  present(): void {
    this.uint8(0);
  }

  /** Nullable(Decimal(18,3)), Nullable(DateTime64(3)), Nullable(Int64). */
  nullableInt64(value: number | null): void {
    if (value === null) {
      this.null();
      return;
    }
    this.present();
    this.int64(value);
  }

  /** As many Nullable columns of 64 bits as `count`; bit n of the mask says whether value n is there. All safe integers. */
  nullableInt64s(values: Float64Array, mask: number, count: number): void {
    this.#reserve(9 * count);
    const view = this.#view;
    let at = this.#used;
    for (let n = 0; n < count; n += 1) {
      const isThere = (mask & (1 << n)) !== 0;
      view.setUint8(at, isThere ? 0 : 1);
      at += 1;
      if (!isThere) continue;
      const value = values[n] ?? 0;
      if (!Number.isSafeInteger(value)) assert.fail(`${value} is no safe integer`);
      const high = Math.floor(value / two32);
      view.setUint32(at, value - high * two32, true);
      view.setInt32(at + 4, high, true);
      at += 8;
    }
    this.#used = at;
  }

  /** Nullable(Decimal(9,1)), Nullable(Int32). */
  nullableInt32(value: number | null): void {
    if (value === null) {
      this.null();
      return;
    }
    this.present();
    this.int32(value);
  }

  endRow(): void {
    this.#rows += 1;
  }

  /** Hands over the rows, in memory of their own, and begins anew. */
  take(): Buffer {
    const taken = this.#slab.subarray(0, this.#used);
    this.#bytesFirst = Math.max(slabBytesFirst, this.#used);
    this.#slab = Buffer.alloc(0);
    this.#used = 0;
    this.#rows = 0;
    return taken;
  }

  #length(bytes: number): void {
    let rest = bytes;
    while (rest >= 0x80) {
      this.#slab[this.#used] = (rest & 0x7f) | 0x80;
      this.#used += 1;
      rest >>>= 7;
    }
    this.#slab[this.#used] = rest;
    this.#used += 1;
  }

  #reserve(bytes: number): void {
    const needed = this.#used + bytes;
    if (needed <= this.#slab.length) return;
    assert(needed <= slabBytesMax, `an insert is larger than ${slabBytesMax} bytes`);
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#slab.length * 2, this.#bytesFirst));
    this.#slab.copy(grown, 0, 0, this.#used);
    this.#slab = grown;
    this.#view = new DataView(grown.buffer, grown.byteOffset, grown.length);
  }
}
