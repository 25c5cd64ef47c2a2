// The database in ClickHouse: made and migrated as soon as the server answers, however long that takes.
import { join } from 'node:path';
import { createBackOff } from '#kit/back-off';
import { type ClickHouse, openClickHouse } from '#kit/clickhouse';
import { createClickHouseDatabase, migrateClickHouse } from '#kit/clickhouse/migrations';
import { Fault } from '#kit/fault';
import type { Logger } from '#kit/logger';

const backOffMsMax = 5_000;
const sqlDir = join(import.meta.dirname, 'sql');

export type TimeseriesOptions = { readonly url: string; readonly database: string; readonly requestTimeoutMs?: number };

/** A client whose statements fail with TIMESERIES_UNAVAILABLE while the server is away. */
export function openTimeseries(options: TimeseriesOptions): ClickHouse {
  return openClickHouse(options);
}

/**
 * Creates and migrates the database; waits for a server that is away, until the signal aborts. Returns whether it stands.
 * Throws Fault MIGRATION_CHANGED or TIMESERIES_REFUSED.
 */
export async function prepareTimeseries(
  clickhouse: ClickHouse,
  { url, database }: TimeseriesOptions,
  { signal, logger }: { readonly signal: AbortSignal; readonly logger: Logger },
): Promise<boolean> {
  const backOff = createBackOff(signal, backOffMsMax);
  while (!signal.aborted) {
    try {
      await createClickHouseDatabase(url, database);
      await migrateClickHouse(clickhouse, sqlDir);
      return true;
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'TIMESERIES_UNAVAILABLE') throw error;
      logger.warn({ err: error, attempts: backOff.attempts }, 'ClickHouse is away, waiting for it');
      await backOff.wait();
    }
  }
  return false;
}

/**
 * The client as sinks use it. Rows of one key are merged later, not at the insert, which is half as dear so. A block may touch any number of days: a station that comes back after a season brings
 * them all, and an insert that is refused for it would stop the sink for ever.
 */
export function insertingInto(clickhouse: ClickHouse): Pick<ClickHouse, 'insertRowBinary'> {
  return {
    insertRowBinary: (insert) =>
      clickhouse.insertRowBinary({
        ...insert,
        settings: { ...insert.settings, max_partitions_per_insert_block: '0', optimize_on_insert: 0 },
      }),
  };
}
