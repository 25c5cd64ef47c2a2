// How rows travel to Postgres: one JSON parameter per statement, keys as two arrays.
import type { PoolClient } from 'pg';

/** Texts of stations may hold U+0000, which Postgres cannot: it becomes U+FFFD. */
export async function writeRows(client: PoolClient, statement: string, rows: readonly object[]): Promise<void> {
  if (rows.length === 0) return;
  const json = JSON.stringify(rows, (_name, value: unknown) =>
    typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value,
  );
  await client.query(statement, [json]);
}

/** Splits `tenant/rest`; only the rest may hold a slash. */
export function splitKeys(keys: readonly string[]): [tenantIds: string[], rests: string[]] {
  const slashes = keys.map((key) => key.indexOf('/'));
  return [keys.map((key, n) => key.slice(0, slashes[n])), keys.map((key, n) => key.slice((slashes[n] ?? 0) + 1))];
}

/** Inserts rows of json_to_recordset, or replaces the values of those that stand. Columns are `name type`. */
export function upsert(table: string, keys: readonly string[], values: readonly string[]): string {
  const names = (columns: readonly string[]): string[] => columns.map((column) => column.slice(0, column.indexOf(' ')));
  const all = names([...keys, ...values]).join(', ');
  const replaced = names(values).map((name) => `${name} = excluded.${name}`);
  // json, not jsonb: a value keeps its text.
  return `
  insert into ${table} (${all})
  select ${all} from json_to_recordset($1::json) as row (${[...keys, ...values].join(', ')})
  on conflict (${names(keys).join(', ')}) do ${replaced.length === 0 ? 'nothing' : `update set ${replaced.join(', ')}`}`;
}

/** Inserts rows that never change; those that stand stay. */
export function insertOnce(table: string, keys: readonly string[], values: readonly string[]): string {
  const names = (columns: readonly string[]): string[] => columns.map((column) => column.slice(0, column.indexOf(' ')));
  const all = names([...keys, ...values]).join(', ');
  return `
  insert into ${table} (${all})
  select ${all} from json_to_recordset($1::json) as row (${[...keys, ...values].join(', ')})
  on conflict do nothing`;
}
