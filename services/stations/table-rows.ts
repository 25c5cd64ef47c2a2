// How rows travel to Postgres: one JSON parameter per statement, keys as two arrays.
import type { PoolClient } from 'pg';

/** Rows for jsonb_to_recordset. Stations may send U+0000, which Postgres text cannot hold: it becomes U+FFFD. */
export function rowsJson(rows: readonly object[]): string {
  return JSON.stringify(rows, (_name, value: unknown) =>
    typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value,
  );
}

/** Runs a statement whose one parameter is the rows; nothing where there are none. */
export async function writeRows(client: PoolClient, statement: string, rows: readonly object[]): Promise<void> {
  if (rows.length > 0) await client.query(statement, [rowsJson(rows)]);
}

/** Splits keys `tenant/station` into two arrays for unnest; only the station's name may hold a slash. */
export function splitKeys(keys: readonly string[]): [tenantIds: string[], stationIds: string[]] {
  const slashes = keys.map((key) => key.indexOf('/'));
  return [keys.map((key, n) => key.slice(0, slashes[n])), keys.map((key, n) => key.slice((slashes[n] ?? 0) + 1))];
}
