// Columns as Postgres binary arrays, for unnest: parsing rows as JSON costs the server four times what writing them does.
import assert from 'node:assert/strict';

/** Kind of a column, and the object id of its type. */
const oids = { boolean: 16, bytea: 17, bigint: 20, text: 25, uuid: 2950, jsonb: 3802 } as const;
export type ColumnKind = keyof typeof oids;

/** What a cell may hold: bigint number, boolean boolean, bytea bytes, text and uuid text, jsonb anything. */
export type Cell = number | boolean | string | Uint8Array | readonly unknown[] | null;

const headerBytes = 20;
const bytesFirst = 64 * 1024;
const two32 = 2 ** 32;

/**
 * The cells as one array in Postgres' binary form: dimensions, whether there are nulls, element type, length, lower
 * bound, then each element behind its length (-1: null). A Buffer parameter travels in binary.
 */
export function columnArray(kind: ColumnKind, cells: readonly Cell[]): Buffer {
  const out = new Slab();
  out.int32(1);
  out.int32(cells.includes(null) ? 1 : 0);
  out.int32(oids[kind]);
  out.int32(cells.length);
  out.int32(1);
  for (const cell of cells) {
    if (cell === null) out.int32(-1);
    else writeCell(out, kind, cell);
  }
  return out.taken();
}

function writeCell(out: Slab, kind: ColumnKind, cell: NonNullable<Cell>): void {
  switch (kind) {
    case 'bigint':
      assert(typeof cell === 'number' && Number.isSafeInteger(cell), 'a bigint cell holds a whole number');
      out.int32(8);
      out.int32(Math.floor(cell / two32));
      out.int32(cell | 0);
      return;
    case 'boolean':
      out.bytes(cell === true ? yes : no);
      return;
    case 'bytea':
      assert(cell instanceof Uint8Array, 'a bytea cell holds bytes');
      out.bytes(cell);
      return;
    case 'uuid':
      out.bytes(Buffer.from(String(cell).replaceAll('-', ''), 'hex'));
      return;
    case 'text':
      out.text(String(cell), noPrefix);
      return;
    case 'jsonb':
      out.text(JSON.stringify(cell), jsonbVersion);
      return;
  }
}

const yes = Uint8Array.of(1);
const no = Uint8Array.of(0);
const noPrefix = new Uint8Array(0);
const jsonbVersion = Uint8Array.of(1);

class Slab {
  #buffer = Buffer.allocUnsafe(bytesFirst);
  #used = 0;

  int32(value: number): void {
    this.#reserve(headerBytes);
    this.#buffer.writeInt32BE(value, this.#used);
    this.#used += 4;
  }

  bytes(bytes: Uint8Array): void {
    this.int32(bytes.length);
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  text(text: string, prefix: Uint8Array): void {
    // UTF-8 takes at most three bytes for a UTF-16 unit.
    this.#reserve(4 + prefix.length + text.length * 3);
    const start = this.#used + 4;
    this.#buffer.set(prefix, start);
    const length = prefix.length + this.#buffer.write(text, start + prefix.length, 'utf8');
    this.#buffer.writeInt32BE(length, this.#used);
    this.#used = start + length;
  }

  taken(): Buffer {
    return this.#buffer.subarray(0, this.#used);
  }

  #reserve(bytes: number): void {
    const needed = this.#used + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(larger, 0, 0, this.#used);
    this.#buffer = larger;
  }
}
