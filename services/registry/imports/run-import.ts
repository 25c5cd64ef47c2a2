// Writes an import in batches, each a transaction that changes nothing when it is repeated; a dry run writes none of it.
import type { Caller } from '#kit/http';
import type { RowFault } from '#kit/rows/cells';
import type { BulkResult, BulkWrite } from '../store/bulk.ts';
import { writeAs, type Store } from '../store/write.ts';

export type ImportReport = BulkResult & {
  readonly dryRun: boolean;
  readonly written: boolean;
  readonly rows: number;
  readonly faultCount: number;
  readonly faults: readonly RowFault[];
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

export type Import<V> = {
  readonly dryRun: boolean;
  readonly rows: readonly { readonly line: number; readonly value: V }[];
  readonly faults: readonly RowFault[];
  write(values: readonly V[]): BulkWrite;
};

/** With any fault nothing is written. What only the database refuses ends the import at its batch; those before stay. */
export async function runImport<V>(store: Store, caller: Caller, wanted: Import<V>): Promise<ImportReport> {
  const { dryRun, rows } = wanted;
  const total = { created: 0, updated: 0, unchanged: 0 };
  const faults = [...wanted.faults];
  for (let at = 0; at < rows.length && faults.length === 0; at += batchRows) {
    const batch = rows.slice(at, at + batchRows);
    const values = batch.map(({ value }) => value);
    const outcome = await writeBatch(store, caller, wanted.write(values), dryRun);
    if ('refused' in outcome) {
      faults.push({
        line: batch[0]?.line ?? 1,
        path: '',
        message: `this row or one of the ${batch.length - 1} after it: ${outcome.refused}`,
      });
      break;
    }
    total.created += outcome.created;
    total.updated += outcome.updated;
    total.unchanged += outcome.unchanged;
  }
  const shown = faults.toSorted((left, right) => left.line - right.line).slice(0, faultsShownMax);
  const written = !dryRun && faults.length === 0;
  return { dryRun, written, rows: rows.length, ...total, faultCount: faults.length, faults: shown };
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
