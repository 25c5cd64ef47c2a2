// How rows travel to Postgres: one JSON parameter per statement, keys as two arrays.
import type { PoolClient } from 'pg';

/** Texts of stations may hold U+0000, which Postgres cannot: it becomes U+FFFD. Without rows nothing is asked. */
export async function writeRows(client: PoolClient, statement: string, rows: readonly object[]): Promise<void> {
  if (rows.length === 0) return;
  const json = JSON.stringify(rows, (_name, value: unknown) =>
    typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value,
  );
  await client.query(statement, [json]);
}

/** Splits `tenant/id`; a tenant holds no slash. */
export function splitKeys(keys: readonly string[]): [tenantIds: string[], ids: string[]] {
  const slashes = keys.map((key) => key.indexOf('/'));
  return [keys.map((key, n) => key.slice(0, slashes[n])), keys.map((key, n) => key.slice((slashes[n] ?? 0) + 1))];
}

/** Column names of a table with their types, as json_to_recordset wants them. */
export type Columns = Readonly<Record<string, string>>;

/** Inserts rows, or replaces those of the same key. */
export function upsertOf(table: string, keys: Columns, values: Columns): string {
  const replaced = Object.keys(values).map((name) => `${name} = excluded.${name}`);
  return `${insertOf(table, keys, values)}
  on conflict (${Object.keys(keys).join(', ')}) do update set ${replaced.join(', ')}`;
}

/** Inserts rows that never change: those that stand stay. */
export function insertOnceOf(table: string, keys: Columns, values: Columns): string {
  return `${insertOf(table, keys, values)}
  on conflict (${Object.keys(keys).join(', ')}) do nothing`;
}

function insertOf(table: string, keys: Columns, values: Columns): string {
  const columns = Object.entries({ ...keys, ...values });
  const names = columns.map(([name]) => name).join(', ');
  const types = columns.map(([name, type]) => `${name} ${type}`).join(', ');
  return `
  insert into ${table} (${names})
  select ${names} from jsonb_to_recordset($1::jsonb) as row (${types})`;
}
