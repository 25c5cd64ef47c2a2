// What the live tables say of stations whose remote starts are open: what they began last, and how long they wait for a cable.
import { identifier, type Database } from '#kit/postgres';
import { readStanding } from '#kit/projection/standing';
import { splitKeys } from '#kit/projection/table-rows';
import type { Starts } from './domain/starts.ts';

/** What each of these stations (`tenant/station`) began last; one that began nothing is absent. */
export async function startsOf(database: Database, keys: readonly string[]): Promise<ReadonlyMap<string, Starts>> {
  const rows = await database.query<{ key: string; starts: Starts }>(
    `select tenant_id || '/' || station_id as key, document as starts from stations.station_details
     where subject = 'starts' and (tenant_id, station_id) in (select * from unnest($1::text[], $2::text[]))`,
    splitKeys(keys),
  );
  return new Map(rows.map(({ key, starts }) => [key, starts]));
}

/** Seconds that each station waits for a cable (1.6 ConnectionTimeOut, 2.x TxCtrlr.EVConnectionTimeOut), as it told. */
export async function connectionTimeouts(
  database: Database,
  keys: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await database.query<{ key: string; value: string }>(
    `select tenant_id || '/' || station_id as key, value from stations.variables
     where (tenant_id, station_id) in (select * from unnest($1::text[], $2::text[])) and attribute = 'Actual'
       and (variable = 'ConnectionTimeOut' or (component = 'TxCtrlr' and variable = 'EVConnectionTimeOut'))
       and value is not null`,
    splitKeys(keys),
  );
  return new Map(rows.flatMap(({ key, value }) => (/^\d{1,6}$/.test(value) ? [[key, Number(value)]] : [])));
}

export type Folded = {
  /** Where the fold of each partition stands. */
  readonly next: ReadonlyMap<number, number>;
  /** Stations whose events wait behind one that could not be folded. */
  readonly parked: ReadonlySet<string>;
};

/** How far the live tables are. */
export async function foldedNow(database: Database): Promise<Folded> {
  const standing = await readStanding(database.pool, 'stations');
  const schema = identifier(`stations_${standing?.live.version ?? 0}`);
  const positions = await database.query<{ partition: number; next: number }>(
    `select "partition", next_offset as next from ${schema}.projection_position`,
  );
  const parked = await database.query<{ key: string }>(`select key from ${schema}.parked_keys`);
  return {
    next: new Map(positions.map(({ partition, next }) => [partition, next])),
    parked: new Set(parked.map(({ key }) => key)),
  };
}
