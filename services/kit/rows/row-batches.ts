// A body of any length as batches of checked rows: CSV with a row of names, or a JSON object a line (NDJSON); one batch is held.
import { TextDecoder } from 'node:util';
import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { columnNames, namedRow, type Columns, type NamedRow, type RowFault } from './cells.ts';
import { CsvReader } from './csv.ts';
import { checkRow, type CheckedRow } from './read-rows.ts';

export type RowFormat = 'csv' | 'ndjson';

/** What came of some rows: those that have the shape, and what is wrong with the others, by line and path. */
export type RowBatch<V> = {
  readonly rows: { readonly line: number; readonly value: V }[];
  readonly faults: RowFault[];
};

export type BatchOptions<S extends TSchema> = {
  readonly format: RowFormat;
  readonly shape: S;
  readonly columns: Columns;
  readonly batchRows: number;
  /** Of the whole body: with one more it ends in a fault. */
  readonly rowsMax: number;
};

/** Of one row, as text. */
export const rowCharsMax = 64 * 1024;

/** Nothing is read before it is asked for. What cannot be read on ends in a fault: what stood before it was told. */
export async function* rowBatches<S extends TSchema>(
  source: AsyncIterable<Uint8Array>,
  { format, shape, columns, batchRows, rowsMax }: BatchOptions<S>,
): AsyncGenerator<RowBatch<Static<S>>> {
  const compiled = Compile(shape);
  let rows: CheckedRow<S>[] = [];
  let faults: RowFault[] = [];
  let read = 0;
  for await (const found of namedRowsOf(source, format, columns)) {
    if ('fields' in found) {
      read += 1;
      if (read > rowsMax) {
        yield { rows, faults: [...faults, { line: found.line, path: '', message: `are more than ${rowsMax} rows` }] };
        return;
      }
      const checked = checkRow(compiled, found);
      if ('faults' in checked) faults.push(...checked.faults);
      else rows.push(checked);
    } else faults.push(found);
    if (rows.length + faults.length < batchRows) continue;
    yield { rows, faults };
    [rows, faults] = [[], []];
  }
  if (rows.length + faults.length > 0) yield { rows, faults };
}

type Found = NamedRow | RowFault;

async function* namedRowsOf(
  source: AsyncIterable<Uint8Array>,
  format: RowFormat,
  columns: Columns,
): AsyncGenerator<Found> {
  const reader = format === 'csv' ? new NamedCsv(columns) : new JsonLines();
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of source) {
    const text = decoded(decoder, chunk);
    if (text !== undefined) yield* reader.push(text);
    const why =
      text === undefined
        ? 'is no UTF-8'
        : reader.heldChars > rowCharsMax
          ? `has more than ${rowCharsMax} letters`
          : null;
    if (why !== null) {
      yield { line: reader.line, path: '', message: why };
      return;
    }
    if (reader.isHopeless) return;
  }
  yield* reader.end();
}

function decoded(decoder: TextDecoder, chunk: Uint8Array): string | undefined {
  try {
    return decoder.decode(chunk, { stream: true });
  } catch {
    return undefined;
  }
}

class NamedCsv {
  readonly #csv = new CsvReader();
  readonly #columns: Columns;
  #names: readonly string[] | undefined;
  /** No row means anything without its columns. */
  isHopeless = false;

  constructor(columns: Columns) {
    this.#columns = columns;
  }

  get heldChars(): number {
    return this.#csv.heldChars;
  }

  get line(): number {
    return this.#csv.line;
  }

  push(text: string): Found[] {
    return this.#csv.push(text).flatMap((row) => this.#named(row));
  }

  end(): Found[] {
    const found = this.#csv.end().flatMap((row) => this.#named(row));
    if (this.#names !== undefined || this.isHopeless) return found;
    return [{ line: 1, path: '', message: 'has no row of column names' }];
  }

  #named(row: { readonly line: number; readonly cells: readonly string[] }): Found[] {
    if (this.isHopeless) return [];
    if (this.#names !== undefined) return [namedRow(this.#names, row, this.#columns)];
    const faults = columnNames(row, this.#columns);
    if (faults.length === 0) this.#names = row.cells;
    else this.isHopeless = true;
    return faults;
  }
}

class JsonLines {
  #held = '';
  #line = 1;
  readonly isHopeless = false;

  get heldChars(): number {
    return this.#held.length;
  }

  get line(): number {
    return this.#line;
  }

  push(text: string): Found[] {
    const lines = (this.#held + text).split('\n');
    this.#held = lines.pop() ?? '';
    return lines.flatMap((line) => this.#row(line));
  }

  end(): Found[] {
    return this.#row(this.#held);
  }

  #row(text: string): Found[] {
    const line = this.#line;
    this.#line += 1;
    if (text.trim() === '') return [];
    const fields = objectIn(text);
    return [fields === undefined ? { line, path: '', message: 'is no JSON object' } : { line, fields }];
  }
}

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
