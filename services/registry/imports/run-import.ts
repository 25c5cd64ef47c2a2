// Runs an import of any length: all rows are checked before any is written; then batch by batch, each a transaction that
// changes nothing when it is repeated.
import type { Caller } from '#kit/http';
import type { RowFault } from '#kit/rows/cells';
import type { RowBatch } from '#kit/rows/row-batches';
import type { BulkResult, BulkWrite } from '../store/bulk.ts';
import { writeAs, type Store } from '../store/write.ts';
import type { Meant, Row } from './wanted-rows.ts';

export type ImportReport = BulkResult & {
  readonly dryRun: boolean;
  readonly written: boolean;
  readonly rows: number;
  readonly faultCount: number;
  readonly faults: readonly RowFault[];
};

/** How far it is: rows that were checked, then rows that were written (or tried). */
export type Progress = {
  readonly phase: 'checked' | 'written' | 'tried';
  readonly rows: number;
  readonly faultCount: number;
};

export const batchRows = 1_000;
/** Faults that a report shows; it counts all. */
export const faultsShownMax = 1_000;

/** Rolls a transaction back that did what it should. */
class DryRun extends Error {
  readonly result: BulkResult;

  constructor(result: BulkResult) {
    super('dry run');
    this.result = result;
  }
}

export type Import<R, V> = {
  readonly dryRun: boolean;
  /** The same rows at every call. */
  batches(): AsyncIterable<RowBatch<R>>;
  /** What they mean, against what is registered. */
  meant(rows: readonly Row<R>[]): Promise<Meant<V>>;
  /** No two rows may be about the same; `path` is where it is named. */
  readonly unique: { readonly path: string; idOf(value: V): string };
  write(values: readonly V[]): BulkWrite;
};

/**
 * 1. Every row is checked: with any fault nothing is written. 2. Batches are written in their order, each whole or not at
 * all. What only the database refuses, a crash, and a caller who goes away end it between two: those before stay, and the
 * same import again writes the rest. Yields after each batch.
 */
export async function* runImport<R, V>(
  store: Store,
  caller: Caller,
  wanted: Import<R, V>,
): AsyncGenerator<Progress, ImportReport> {
  const found = new Faults();
  let rows = 0;
  const seen = new Set<string>();
  for await (const batch of wanted.batches()) {
    const meant = await wanted.meant(batch.rows);
    found.add([...batch.faults, ...meant.faults, ...repeatedIn(meant.rows, seen, wanted.unique)]);
    rows += batch.rows.length;
    yield { phase: 'checked', rows, faultCount: found.count };
  }
  seen.clear();
  const total = { created: 0, updated: 0, unchanged: 0 };
  let done = 0;
  if (found.count === 0) {
    for await (const batch of wanted.batches()) {
      const { rows: meant } = await wanted.meant(batch.rows);
      const outcome = await writeBatch(store, caller, wanted.write(meant.map(({ value }) => value)), wanted.dryRun);
      if ('refused' in outcome) {
        found.add([refusedAt(meant, outcome.refused)]);
        break;
      }
      total.created += outcome.created;
      total.updated += outcome.updated;
      total.unchanged += outcome.unchanged;
      done += meant.length;
      yield { phase: wanted.dryRun ? 'tried' : 'written', rows: done, faultCount: 0 };
    }
  }
  const written = !wanted.dryRun && found.count === 0;
  return { dryRun: wanted.dryRun, written, rows, ...total, faultCount: found.count, faults: found.shown() };
}

/** Those of the first lines are kept. */
class Faults {
  count = 0;
  readonly #kept: RowFault[] = [];

  add(faults: readonly RowFault[]): void {
    this.count += faults.length;
    const sorted = faults.toSorted((left, right) => left.line - right.line);
    this.#kept.push(...sorted.slice(0, Math.max(0, faultsShownMax - this.#kept.length)));
  }

  shown(): RowFault[] {
    return this.#kept.toSorted((left, right) => left.line - right.line);
  }
}

function repeatedIn<V>(
  rows: readonly Row<V>[],
  seen: Set<string>,
  { path, idOf }: Import<unknown, V>['unique'],
): RowFault[] {
  return rows.flatMap(({ line, value }) => {
    const id = idOf(value);
    if (seen.has(id)) return [{ line, path, message: 'stands in an earlier row, too' }];
    seen.add(id);
    return [];
  });
}

function refusedAt(rows: readonly Row<unknown>[], why: string): RowFault {
  const message = `this row or one of the ${rows.length - 1} after it: ${why}; rows before it are written`;
  return { line: rows[0]?.line ?? 1, path: '', message };
}

async function writeBatch(
  store: Store,
  caller: Caller,
  write: BulkWrite,
  dryRun: boolean,
): Promise<BulkResult | { readonly refused: string }> {
  try {
    const outcome = await writeAs(store, caller, async (client, writing) => {
      const result = await write(client, writing);
      if (dryRun) throw new DryRun(result);
      return result;
    });
    if (outcome.kind === 'done') return outcome.result;
    const { title, detail, violations = [] } = outcome;
    return { refused: [title, detail, ...violations.map(({ message }) => message)].filter(Boolean).join('; ') };
  } catch (error) {
    if (error instanceof DryRun) return error.result;
    throw error;
  }
}
