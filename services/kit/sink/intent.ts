// The intent of a sink: which ranges the insert under way covers, so that a crash cuts the same again.
import type { PoolClient } from 'pg';
import { type Database, transaction } from '#kit/postgres';
import { type Advance, advancePositions, createPositionTables } from '#kit/projection/fence';
import type { CutRange } from '#kit/sink/cut';

/** Schema of a sink's positions. */
export function sinkSchemaOf(name: string): string {
  return `sink_${name}`;
}

/** Creates the sink's schema and tables where missing. */
export async function prepareSink(database: Database, name: string): Promise<void> {
  await transaction(database, async (client) => {
    await client.query(`select pg_advisory_xact_lock(hashtext('sinks'))`);
    await client.query(`create schema if not exists "${sinkSchemaOf(name)}"`);
    await client.query(`set local search_path to "${sinkSchemaOf(name)}"`);
    await createPositionTables(client);
    await client.query(
      `create table if not exists sink_cut (
         "partition" int primary key, from_offset bigint not null, to_offset bigint not null, cut text not null)`,
    );
  });
}

/** Notes the cut before its insert. Throws FenceBroken where a partition is not ours at its `from`. */
export async function noteCut(client: PoolClient, cut: string, advances: readonly Advance[]): Promise<void> {
  await advancePositions(
    client,
    advances.map((advance) => ({ ...advance, to: advance.from })),
  );
  await client.query(
    `insert into sink_cut ("partition", from_offset, to_offset, cut)
     select t."partition", t.from_offset, t.to_offset, $4
       from unnest($1::int[], $2::bigint[], $3::bigint[]) as t ("partition", from_offset, to_offset)
     on conflict ("partition") do update
       set from_offset = excluded.from_offset, to_offset = excluded.to_offset, cut = excluded.cut`,
    [
      advances.map((advance) => advance.partition),
      advances.map((advance) => advance.from),
      advances.map((advance) => advance.to),
      cut,
    ],
  );
}

/** After the insert: the positions move behind the cut, and the cut is over. */
export async function settleCut(client: PoolClient, advances: readonly Advance[]): Promise<void> {
  await advancePositions(client, advances);
  await client.query('delete from sink_cut where "partition" = any($1)', [
    advances.map((advance) => advance.partition),
  ]);
}

type NotedRange = CutRange & { readonly cut: string };

/** Cuts that were noted and not settled, where their partitions still stand at their beginning; in groups as cut. */
export async function readCuts(client: PoolClient, partitions: readonly number[]): Promise<CutRange[][]> {
  const { rows } = await client.query<NotedRange>(
    `select c."partition", c.from_offset as "from", c.to_offset as "to", c.cut
       from sink_cut c join projection_position p on p."partition" = c."partition" and p.next_offset = c.from_offset
      where c."partition" = any($1) order by c.cut, c."partition"`,
    [partitions],
  );
  const cuts = new Map<string, CutRange[]>();
  for (const { cut, partition, from, to } of rows) {
    const ranges = cuts.get(cut) ?? [];
    ranges.push({ partition, from, to });
    cuts.set(cut, ranges);
  }
  return [...cuts.values()];
}
