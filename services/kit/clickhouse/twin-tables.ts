// Twins of tables: empty ones of the same shape, filled beside the live ones and exchanged with them.
import type { ClickHouse } from '#kit/clickhouse';

export type TablePlan = {
  /** Tables that are rebuilt, those that views fill included. */
  readonly tables: readonly string[];
  /** Materialized views whose source and target are among the tables. */
  readonly views: readonly string[];
};

/** What is compared of a part of a table: merged rows and a hash that does not ask for their order. */
export type PartDigest = { readonly part: string; readonly rows: number; readonly digest: string };

/** A table carries it from the exchange until the old one is tidied away, so that a crash between is seen. */
const exchangedMark = 'rebuilt, its predecessor is not tidied away yet';
const previous = '_previous';

/** Creates the twins `<table><suffix>` and the views that fill them, where they are missing. */
export async function createTwins(clickhouse: ClickHouse, plan: TablePlan, suffix: string): Promise<void> {
  for (const table of plan.tables) await clickhouse.command(`CREATE TABLE IF NOT EXISTS ${table}${suffix} AS ${table}`);
  for (const view of plan.views) {
    const [made] = await clickhouse.query<{ text: string }>(
      'SELECT create_table_query AS text FROM system.tables WHERE database = currentDatabase() AND name = {view:String}',
      { params: { view } },
    );
    if (made === undefined) continue;
    const names = [...plan.tables, ...plan.views].join('|');
    const twin = made.text.replaceAll(new RegExp(`\\b(${names})\\b`, 'g'), `$1${suffix}`);
    await clickhouse.command(twin.replace(/^CREATE MATERIALIZED VIEW /, 'CREATE MATERIALIZED VIEW IF NOT EXISTS '));
  }
}

/** Drops the twins and their views. */
export async function dropTwins(clickhouse: ClickHouse, plan: TablePlan, suffix: string): Promise<void> {
  for (const name of [...plan.views, ...plan.tables])
    await clickhouse.command(`DROP TABLE IF EXISTS ${name}${suffix} SYNC`);
}

/** Keeps the tables as they are now under `<table><suffix>`: no row is copied. */
export async function cloneTables(clickhouse: ClickHouse, plan: TablePlan, suffix: string): Promise<void> {
  for (const table of plan.tables) {
    await clickhouse.command(`DROP TABLE IF EXISTS ${table}${suffix} SYNC`);
    await clickhouse.command(`CREATE TABLE ${table}${suffix} CLONE AS ${table}`);
  }
}

/** Tables that a rebuild has exchanged already. */
export async function exchangedTables(clickhouse: ClickHouse, plan: TablePlan): Promise<ReadonlySet<string>> {
  const rows = await clickhouse.query<{ name: string }>(
    `SELECT name FROM system.tables WHERE database = currentDatabase() AND comment = {mark:String}
       AND name IN {names:Array(String)}`,
    { params: { mark: exchangedMark, names: plan.tables } },
  );
  return new Set(rows.map(({ name }) => name));
}

/**
 * Each twin becomes the table and the table the twin, at once and under the same names, so that views and readers stay.
 * Tables that are exchanged already stay so: the mark goes with the table.
 */
export async function exchangeTwins(
  clickhouse: ClickHouse,
  plan: TablePlan,
  suffix: string,
  onExchanged: (table: string) => Promise<void>,
): Promise<void> {
  const done = await exchangedTables(clickhouse, plan);
  for (const table of plan.tables) {
    if (done.has(table)) continue;
    await clickhouse.command(`ALTER TABLE ${table}${suffix} MODIFY COMMENT '${exchangedMark}'`);
    await clickhouse.command(`EXCHANGE TABLES ${table} AND ${table}${suffix}`);
    await onExchanged(table);
  }
}

/** After the exchange: the old tables are kept as `<table>_previous`, those of before are dropped. May run twice. */
export async function tidyTwins(clickhouse: ClickHouse, plan: TablePlan, suffix: string): Promise<void> {
  for (const view of plan.views) await clickhouse.command(`DROP TABLE IF EXISTS ${view}${suffix} SYNC`);
  const there = await clickhouse.query<{ name: string }>(
    'SELECT name FROM system.tables WHERE database = currentDatabase()',
  );
  const names = new Set(there.map(({ name }) => name));
  for (const table of plan.tables) {
    if (names.has(`${table}${suffix}`)) {
      await clickhouse.command(`DROP TABLE IF EXISTS ${table}${previous} SYNC`);
      await clickhouse.command(`RENAME TABLE ${table}${suffix} TO ${table}${previous}`);
    }
    await clickhouse.command(`ALTER TABLE ${table} MODIFY COMMENT ''`);
  }
}

/** Digests of a table's parts, after merging: the same rows give the same, in whatever order they came. */
export async function digestsOf(clickhouse: ClickHouse, table: string): Promise<readonly PartDigest[]> {
  // Of a row's text: a hash of the values themselves is null as soon as one of them is.
  const rows = await clickhouse.query<{ part: string; rows: string; digest: string }>(
    `SELECT _partition_id AS part, count() AS rows, groupBitXor(sipHash64(toString(tuple(*)))) AS digest
       FROM ${table} FINAL GROUP BY part ORDER BY part`,
  );
  return rows.map(({ part, rows: count, digest }) => ({ part, rows: Number(count), digest }));
}
