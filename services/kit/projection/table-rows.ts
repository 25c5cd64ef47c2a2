// How rows of a projection travel to Postgres: one JSON parameter per statement, keys as two arrays.
import type { PoolClient } from 'pg';

/** Rows as JSON text. Texts from outside may hold U+0000 or half a surrogate pair, which Postgres cannot: U+FFFD then. */
export function rowsJson(rows: readonly object[]): string {
  return JSON.stringify(rows, (_name, value: unknown) => (typeof value === 'string' ? storableText(value) : value));
}

function storableText(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  return whole.includes('\0') ? whole.replaceAll('\0', '\uFFFD') : whole;
}

/** Runs a statement whose one parameter is the rows; nothing where there are none. */
export async function writeRows(client: PoolClient, statement: string, rows: readonly object[]): Promise<void> {
  if (rows.length > 0) await client.query(statement, [rowsJson(rows)]);
}

/** Splits keys `tenant/rest` into two arrays for unnest; only the rest may hold a slash. */
export function splitKeys(keys: readonly string[]): [tenantIds: string[], rests: string[]] {
  const slashes = keys.map((key) => key.indexOf('/'));
  return [keys.map((key, n) => key.slice(0, slashes[n])), keys.map((key, n) => key.slice((slashes[n] ?? 0) + 1))];
}

/** The columns `name type` of a table that is described as a map. */
export function columnsOf(types: Readonly<Record<string, string>>): string[] {
  return Object.entries(types).map(([name, type]) => `${name} ${type}`);
}

/** Inserts rows of writeRows(), or replaces the values of those that stand. Columns are `name type`. */
export function upsert(table: string, keys: readonly string[], values: readonly string[]): string {
  const replaced = namesOf(values).map((name) => `${name} = excluded.${name}`);
  return `${insertOnConflict(table, keys, values)} do update set ${replaced.join(', ')}`;
}

/** Inserts rows that never change: those that stand stay. */
export function insertOnce(table: string, keys: readonly string[], values: readonly string[]): string {
  return `${insertOnConflict(table, keys, values)} do nothing`;
}

function insertOnConflict(table: string, keys: readonly string[], values: readonly string[]): string {
  const columns = [...keys, ...values];
  const names = namesOf(columns).join(', ');
  // json, not jsonb: a column of json keeps its text.
  return `
  insert into ${table} (${names})
  select ${names} from json_to_recordset($1::json) as row (${columns.join(', ')})
  on conflict (${namesOf(keys).join(', ')})`;
}

function namesOf(columns: readonly string[]): string[] {
  return columns.map((column) => column.slice(0, column.indexOf(' ')));
}
