// Reads owned partitions from where they stand to given positions, and not one record further: what rebuilds fill with.
import type { LogReader, PartitionBatch } from '#kit/event-log/types';
import { Fault } from '#kit/fault';
import type { OwnedPosition } from '#kit/projection/fence';
import type { OwnedPartitions } from '#kit/projection/owned-partitions';

/** Next offset by partition. */
export type Positions = ReadonlyMap<number, number>;

const batchRecordsMax = 20_000;
const silenceMsMax = 60_000;

/**
 * Gives apply() all records below the targets, in order; it moves the partitions behind them before it returns.
 * Throws Fault LOG_UNAVAILABLE, LOG_CLOSED or LOG_GAP, or what apply() threw; what was moved stays so.
 */
export async function readTo(
  { reader, owned }: { readonly reader: LogReader; readonly owned: OwnedPartitions },
  targets: Positions,
  apply: (batches: readonly PartitionBatch[]) => Promise<void>,
): Promise<void> {
  const isAt = (partition: number): boolean =>
    (positionsIn(owned).get(partition) ?? 0) >= (targets.get(partition) ?? 0);
  // What was read beyond the targets of before is read again.
  await owned.resync();
  for (const partition of owned.partitions) if (isAt(partition)) reader.unassign(partition);
  while (owned.partitions.some((partition) => !isAt(partition))) {
    const batches = await nextOf(reader);
    const accepted = owned.accept(batches.flatMap((batch) => upTo(batch, targets)));
    if (accepted.length > 0) await apply(accepted);
    refuseStopped(owned);
    for (const { partition } of batches) if (isAt(partition)) reader.unassign(partition);
  }
  refuseStopped(owned);
}

/** Where the partitions stand. */
export function positionsIn(owned: OwnedPartitions): Positions {
  return new Map(owned.status().map(({ partition, nextOffset }) => [partition, nextOffset]));
}

export function positionsOf(positions: readonly OwnedPosition[]): Positions {
  return new Map(positions.map(({ partition, nextOffset }) => [partition, nextOffset]));
}

/** How many offsets lie below these positions. */
export function sumOf(positions: Positions): number {
  return [...positions.values()].reduce((sum, offset) => sum + offset, 0);
}

function upTo(batch: PartitionBatch, targets: Positions): PartitionBatch[] {
  const target = targets.get(batch.partition) ?? 0;
  const records = batch.records.filter(({ offset }) => offset < target);
  return records.length === 0 ? [] : [{ ...batch, records }];
}

function refuseStopped(owned: OwnedPartitions): void {
  const stopped = owned.status().find((each) => each.stopped !== null);
  if (stopped === undefined) return;
  const { partition, stopped: why, nextOffset } = stopped;
  throw new Fault('LOG_GAP', { detail: `partition ${partition} stopped at ${nextOffset}: ${why}` });
}

// Everything below a target was committed by the live version once. Silence means that the log is away, or lost it.
async function nextOf(reader: LogReader): Promise<PartitionBatch[]> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    const fault = new Fault('LOG_UNAVAILABLE', { detail: `the log gives no records for ${silenceMsMax} ms` });
    timer = setTimeout(() => reject(fault), silenceMsMax);
  });
  try {
    const batches = await Promise.race([reader.next(batchRecordsMax), silence]);
    if (batches.length === 0) throw new Fault('LOG_CLOSED');
    return batches;
  } finally {
    clearTimeout(timer);
  }
}
