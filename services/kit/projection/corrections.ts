// Corrections: what readers of a derived topic are told where a newer fold made other rows than those they know.
import { createHash } from 'node:crypto';
import type { PoolClient } from 'pg';
import type { AppendRecord, LogWriter } from '#kit/event-log/types';
import { type Database, identifier } from '#kit/postgres';
import { appendAll, type Addressed } from '#kit/projection/append-all';
import type { RowDifference, RowKey } from '#kit/projection/compare';

/** A row as both versions have it, and the records that the newer fold would have said of it, in no order. */
export type DifferingRow<Row> = {
  readonly live: Row | undefined;
  readonly rebuilt: Row | undefined;
  readonly said: readonly Buffer[];
};

/** How a projection that emits tells its readers that a row is another one. */
export type Corrections<Row> = {
  /** The table whose rows its records speak of. */
  readonly table: string;
  /** Key of the records that speak of a row. */
  keyOf(row: RowKey): string;
  /** One record that replaces all that was said of the row: the same row and sayings give the same bytes. */
  toRecord(row: DifferingRow<Row>): { readonly partition: number; readonly record: AppendRecord };
  /** What another topic holds of the row from now on, where one holds current values of it. */
  readonly beside?: (row: DifferingRow<Row>) => Addressed;
};

/** Creates, in the schema that the search path names, the table that holds what a fold says while it is filled. */
export async function createSayings(client: PoolClient): Promise<void> {
  await client.query(
    `create table if not exists rebuild_said (
       key text not null, hash bytea not null, value bytea not null, primary key (key, hash))`,
  );
}

/** A writer that keeps what is appended to the topic in the version's own table; nothing reaches the log. */
export function keepSayings(database: Database, schema: string, topic: string): LogWriter {
  const insert = `insert into ${identifier(schema)}.rebuild_said (key, hash, value)
    select * from unnest($1::text[], $2::bytea[], $3::bytea[]) on conflict do nothing`;
  return {
    queuedBytes: 0,
    oldestUnackedMs: () => 0,
    close: async () => {},
    async append(target, _partition, records) {
      const said = records.filter(({ value }) => target === topic && value !== null);
      if (said.length === 0) return 0;
      const values = said.map(({ value }) => Buffer.from(value ?? ''));
      const hashes = values.map((value) => createHash('md5').update(value).digest());
      await database.query(insert, [said.map(({ key }) => key), hashes, values]);
      return 0;
    },
  };
}

export type CorrectionParts = {
  readonly client: PoolClient;
  readonly liveSchema: string;
  readonly rebuiltSchema: string;
  readonly topic: string;
  readonly writer: LogWriter;
};

/** Appends the correction of each row and waits for the acks. Repeating it appends the same records again. */
export async function correct<Row>(
  parts: CorrectionParts,
  corrections: Corrections<Row>,
  differences: readonly RowDifference[],
): Promise<void> {
  const { client, liveSchema, rebuiltSchema, topic, writer } = parts;
  const keys = differences.map(({ key }) => key);
  const byKey = ({ key }: { key: RowKey }): string => corrections.keyOf(key);
  const [live, rebuilt, said] = [
    await rowsOf<Row & RowKey>(client, `${identifier(liveSchema)}.${identifier(corrections.table)}`, keys),
    await rowsOf<Row & RowKey>(client, `${identifier(rebuiltSchema)}.${identifier(corrections.table)}`, keys),
    await saidOf(client, rebuiltSchema, differences.map(byKey)),
  ];
  const find = (rows: readonly (Row & RowKey)[]) => new Map(rows.map((row) => [corrections.keyOf(row), row]));
  const [liveByKey, rebuiltByKey] = [find(live), find(rebuilt)];
  const records = differences.map(byKey).flatMap((key) => {
    const row = { live: liveByKey.get(key), rebuilt: rebuiltByKey.get(key), said: said.get(key) ?? [] };
    const beside = corrections.beside?.(row);
    const correction = { topic, ...corrections.toRecord(row) };
    return beside === undefined ? [correction] : [correction, beside];
  });
  await appendAll(writer, records);
}

async function rowsOf<Row>(client: PoolClient, table: string, keys: readonly RowKey[]): Promise<Row[]> {
  const columns = Object.keys(keys[0] ?? {}).map((column) => identifier(column));
  const { rows } = await client.query<Row & RowKey>(
    `select t.* from ${table} t join jsonb_populate_recordset(null::${table}, $1::jsonb) as k using (${columns.join(', ')})`,
    [JSON.stringify(keys)],
  );
  return rows;
}

async function saidOf(
  client: PoolClient,
  schema: string,
  keys: readonly string[],
): Promise<ReadonlyMap<string, Buffer[]>> {
  const { rows } = await client.query<{ key: string; value: Buffer }>(
    `select key, value from ${identifier(schema)}.rebuild_said where key = any($1)`,
    [keys],
  );
  const said = new Map<string, Buffer[]>();
  for (const { key, value } of rows) {
    const ofKey = said.get(key);
    if (ofKey === undefined) said.set(key, [value]);
    else ofKey.push(value);
  }
  return said;
}
