// What a station holds of one kind (profiles, monitors, display messages, certificates): a list that reports replace and changes adjust.
import { noReports, takePart, type Part, type Reports } from './report-parts.ts';
import type { Told } from './standing.ts';

export type Inventory<Entry> = {
  /** Newest connection that told of it: what an older one tells late changes nothing, for nobody knows what it knew. */
  readonly epoch: number;
  readonly entries: readonly Entry[];
  readonly reports: Reports<Entry>;
};

/** More of one kind than a station can have; the oldest go. */
export const inventoryMax = 2_000;

/** The inventory as this telling finds it; undefined: a newer connection told of it already. */
export function openInventory<Entry>(known: Inventory<Entry> | null, { epoch }: Told): Inventory<Entry> | undefined {
  if (known === null) return { epoch, entries: [], reports: noReports };
  if (known.epoch > epoch) return undefined;
  return known.epoch === epoch ? known : { ...known, epoch };
}

export function withEntries<Entry>(inventory: Inventory<Entry>, entries: readonly Entry[]): Inventory<Entry> {
  return { ...inventory, entries: entries.slice(-inventoryMax) };
}

/** Without what was asked for: the station answered that it has nothing of it. */
export function withoutAskedFor<Entry>(
  known: Inventory<Entry> | null,
  told: Told,
  isAskedFor: (entry: Entry) => boolean,
): Inventory<Entry> | null {
  const inventory = known === null ? undefined : openInventory(known, told);
  if (inventory === undefined) return known;
  return withEntries(
    inventory,
    inventory.entries.filter((entry) => !isAskedFor(entry)),
  );
}

/** After a part of a report: the entries are replaced once all parts are there. */
export function reportedPart<Entry>(
  inventory: Inventory<Entry>,
  part: Part<Entry>,
  told: Told,
  replace: (entries: readonly Entry[], reported: readonly Entry[]) => readonly Entry[],
): Inventory<Entry> {
  const { reports, finished } = takePart(inventory.reports, part, told);
  const taken = reports === inventory.reports ? inventory : { ...inventory, reports };
  return finished === null ? taken : withEntries(taken, replace(taken.entries, finished));
}
