// The body of an import as batches that can be read twice: CSV and NDJSON of any length over a spool, plain JSON from memory.
import type { Static, TSchema } from 'typebox';
import type { Columns } from '#kit/rows/cells';
import { readRows } from '#kit/rows/read-rows';
import { rowBatches, type RowBatch, type RowFormat } from '#kit/rows/row-batches';
import { batchRows } from './run-import.ts';
import { spool } from './spool.ts';

/** A body that is not parsed: what came, and in what form. */
export class Streamed {
  readonly format: RowFormat;
  readonly content: AsyncIterable<Uint8Array>;

  constructor(format: RowFormat, content: AsyncIterable<Uint8Array>) {
    this.format = format;
    this.content = content;
  }
}

export type Body<R> = { batches(): AsyncIterable<RowBatch<R>>; close(): Promise<void> };

export const importBytesMax = 256 * 1024 * 1024;
/** Their ids are in memory while they are checked: some 30 MB. */
export const rowsMax = 250_000;

/** Undefined where it has too many bytes. */
export async function bodyOf<S extends TSchema>(
  body: unknown,
  shape: S,
  columns: Columns,
): Promise<Body<Static<S>> | undefined> {
  if (!(body instanceof Streamed)) {
    const read = readRows(body, shape, columns);
    return { batches: () => inBatches(read), close: async () => {} };
  }
  const spooled = await spool(body.content, importBytesMax);
  if (spooled === undefined) return undefined;
  const options = { format: body.format, shape, columns, batchRows, rowsMax };
  return { batches: () => rowBatches(spooled.read(), options), close: () => spooled.close() };
}

async function* inBatches<R>({ rows, faults }: RowBatch<R>): AsyncGenerator<RowBatch<R>> {
  if (faults.length > 0) yield { rows: [], faults };
  for (let at = 0; at < rows.length; at += batchRows) yield { rows: rows.slice(at, at + batchRows), faults: [] };
}
