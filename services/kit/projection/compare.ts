// Compares two versions of a projection's tables: by an ordered hash first, then row by row where that differs.
import { createHash } from 'node:crypto';
import type { PoolClient } from 'pg';
import { identifier } from '#kit/postgres';
import { kitTables } from '#kit/projection/schema';

/** A version's tables, in a transaction that sees them as they are to be compared. */
export type Side = { readonly client: PoolClient; readonly schema: string };

export type TableComparison = {
  readonly table: string;
  readonly rows: number;
  /** SHA-256 over the rows in the order of their keys; both sides' are equal where nothing differs. */
  readonly digest: string;
  readonly isEqual: boolean;
  readonly changed: number;
  readonly onlyLive: number;
  readonly onlyRebuilt: number;
  /** Columns that only one side has are not compared. */
  readonly columnsOfOne: readonly string[];
  /** Keys of the first that differ. */
  readonly samples: readonly RowKey[];
};

/** Values of a row's primary key, by column. */
export type RowKey = Readonly<Record<string, unknown>>;

export type RowDifference = { readonly key: RowKey; readonly kind: 'changed' | 'onlyLive' | 'onlyRebuilt' };

export type OnDifferences = (table: string, differences: readonly RowDifference[]) => Promise<void>;

const parkingTable = 'parked_keys';
/** Says what an error said, which is no state. */
const notCompared: ReadonlySet<string> = new Set(['parked_keys.detail']);
const samplesMax = 20;
const pageRows = 1_000;
/** A digest of one of them stays small, however large the table is. */
const buckets = 1_024;

/** Compares every table, parked keys included. onDifferences is told, in parts, of all rows that differ. */
export async function compareVersions(
  live: Side,
  rebuilt: Side,
  onDifferences: OnDifferences,
): Promise<readonly TableComparison[]> {
  const comparisons: TableComparison[] = [];
  const [liveTables, rebuiltTables] = [await readTables(live), await readTables(rebuilt)];
  for (const [name, columns] of rebuiltTables) {
    const liveColumns = liveTables.get(name);
    if (liveColumns !== undefined)
      comparisons.push(
        await compareTable(live, rebuilt, { table: tableOf(name, liveColumns, columns), onDifferences }),
      );
  }
  return comparisons;
}

type Columns = { readonly all: readonly string[]; readonly key: readonly string[] };
type Table = Columns & { readonly name: string; readonly columnsOfOne: readonly string[] };
type Comparing = { readonly table: Table; readonly onDifferences: OnDifferences };

async function readTables({ client, schema }: Side): Promise<ReadonlyMap<string, Columns>> {
  const { rows } = await client.query<{ name: string; column: string; isKey: boolean }>(
    `select c.relname as name, a.attname as column, coalesce(a.attnum = any(i.indkey), false) as "isKey"
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       left join pg_index i on i.indrelid = c.oid and i.indisprimary
      where n.nspname = $1 and c.relkind in ('r', 'p') order by c.relname, a.attname`,
    [schema],
  );
  const tables = new Map<string, { all: string[]; key: string[] }>();
  for (const { name, column, isKey } of rows) {
    if (kitTables.includes(name) && name !== parkingTable) continue;
    if (notCompared.has(`${name}.${column}`)) continue;
    const columns = tables.get(name) ?? { all: [], key: [] };
    tables.set(name, columns);
    columns.all.push(column);
    if (isKey) columns.key.push(column);
  }
  return tables;
}

function tableOf(name: string, live: Columns, rebuilt: Columns): Table {
  const all = rebuilt.all.filter((column) => live.all.includes(column));
  const columnsOfOne = [...live.all, ...rebuilt.all].filter((column) => !all.includes(column));
  // Without a primary key a row is its own key.
  return { name, all, key: rebuilt.key.length === 0 ? all : rebuilt.key, columnsOfOne };
}

async function compareTable(live: Side, rebuilt: Side, { table, onDifferences }: Comparing): Promise<TableComparison> {
  const [mine, theirs] = [await digestOf(live, table), await digestOf(rebuilt, table)];
  const counts = { changed: 0, onlyLive: 0, onlyRebuilt: 0 };
  const samples: RowKey[] = [];
  const isEqual = mine.digest === theirs.digest;
  if (!isEqual) {
    for await (const differences of differencesOf(live, rebuilt, table)) {
      for (const { kind, key } of differences) {
        counts[kind] += 1;
        if (samples.length < samplesMax) samples.push(key);
      }
      await onDifferences(table.name, differences);
    }
  }
  const { name, columnsOfOne } = table;
  return { table: name, rows: theirs.rows, digest: theirs.digest, isEqual, ...counts, columnsOfOne, samples };
}

async function digestOf(side: Side, table: Table): Promise<{ rows: number; digest: string }> {
  const { rows } = await side.client.query<{ rows: number; digest: string }>(
    `select count(*) as rows, md5(string_agg(k || digest, '' order by k collate "C")) as digest
       from (${keyedRows(side, table)}) as keyed
      group by hashtextextended(k, 0) & ${buckets - 1} order by hashtextextended(k, 0) & ${buckets - 1}`,
  );
  const hash = createHash('sha256');
  for (const { digest } of rows) hash.update(digest);
  return { rows: rows.reduce((sum, each) => sum + each.rows, 0), digest: hash.digest('hex') };
}

function keyedRows({ schema }: Side, { name, all, key }: Table): string {
  const columns = (names: readonly string[]): string => names.map((column) => identifier(column)).join(', ');
  return `select row(${columns(key)})::text as k, md5(row(${columns(all)})::text) as digest
            from ${identifier(schema)}.${identifier(name)}`;
}

type Keyed = { readonly k: string; readonly digest: string; readonly key: RowKey };

/** Walks both tables in the order of their keys, a page at a time. */
async function* differencesOf(live: Side, rebuilt: Side, table: Table): AsyncGenerator<readonly RowDifference[]> {
  const [left, right] = [walk(live, table, 'walk_live'), walk(rebuilt, table, 'walk_rebuilt')];
  let found: RowDifference[] = [];
  let [mine, theirs] = [await nextOf(left), await nextOf(right)];
  while (mine !== undefined || theirs !== undefined) {
    const order = orderOf(mine, theirs);
    const difference = differenceOf(mine, theirs, order);
    if (difference !== undefined) found.push(difference);
    if (order <= 0) mine = await nextOf(left);
    if (order >= 0) theirs = await nextOf(right);
    if (found.length < pageRows) continue;
    yield found;
    found = [];
  }
  if (found.length > 0) yield found;
}

function differenceOf(mine: Keyed | undefined, theirs: Keyed | undefined, order: number): RowDifference | undefined {
  const row = order <= 0 ? mine : theirs;
  if (row === undefined || (order === 0 && mine?.digest === theirs?.digest)) return undefined;
  return { key: row.key, kind: kindOf(order) };
}

async function* walk({ client, schema }: Side, table: Table, cursor: string): AsyncGenerator<Keyed> {
  const pairs = table.key.map((column) => `'${column}', ${identifier(column)}`).join(', ');
  const inner = keyedRows({ client, schema }, table).replace('select ', `select jsonb_build_object(${pairs}) as key, `);
  await client.query(`declare ${cursor} no scroll cursor for select * from (${inner}) as keyed order by k collate "C"`);
  for (;;) {
    const { rows } = await client.query<Keyed>(`fetch ${pageRows} from ${cursor}`);
    yield* rows;
    if (rows.length < pageRows) break;
  }
  await client.query(`close ${cursor}`);
}

async function nextOf(rows: AsyncGenerator<Keyed>): Promise<Keyed | undefined> {
  const { value, done } = await rows.next();
  return done === true ? undefined : value;
}

/** As collate "C" orders: by bytes. */
function orderOf(mine: Keyed | undefined, theirs: Keyed | undefined): number {
  if (mine === undefined) return 1;
  if (theirs === undefined) return -1;
  return Buffer.compare(Buffer.from(mine.k), Buffer.from(theirs.k));
}

function kindOf(order: number): RowDifference['kind'] {
  if (order === 0) return 'changed';
  return order < 0 ? 'onlyLive' : 'onlyRebuilt';
}
