// Parked keys: where a poison event stands, its key waits; what follows it stays in the topic until someone re-drives it.
import type { PoolClient } from 'pg';

/** Why a key waits: its bytes cannot be read, the fold threw, or the database refused its rows. */
export type ParkingReason = 'unreadable' | 'schema-unknown' | 'fold-failed' | 'rows-refused';

export type ParkedKey = {
  readonly partition: number;
  readonly key: string;
  /** Offset of the event to start again from; everything of the key before it is applied. */
  readonly firstOffset: number;
  readonly reason: ParkingReason;
  /** For the person who must mend it. */
  readonly detail: string;
};

const detailCharsMax = 1_000;

/** Creates the table in the schema that the search path names. */
export async function createParkingTable(client: PoolClient): Promise<void> {
  await client.query(
    `create table if not exists parked_keys (
       "partition" int not null, key text not null, first_offset bigint not null, reason text not null,
       detail text not null, primary key ("partition", key))`,
  );
}

export async function readParkedKeys(client: PoolClient, partitions: readonly number[]): Promise<ParkedKey[]> {
  const { rows } = await client.query<ParkedKey>(
    `select "partition", key, first_offset as "firstOffset", reason, detail
       from parked_keys where "partition" = any($1) order by "partition", first_offset`,
    [partitions],
  );
  return rows;
}

/** Parks the keys, or moves them to where they now wait. Runs in the transaction that moves the position. */
export async function parkKeys(client: PoolClient, parked: readonly ParkedKey[]): Promise<void> {
  if (parked.length === 0) return;
  await client.query(
    `insert into parked_keys ("partition", key, first_offset, reason, detail)
     select * from unnest($1::int[], $2::text[], $3::bigint[], $4::text[], $5::text[])
     on conflict ("partition", key)
     do update set first_offset = excluded.first_offset, reason = excluded.reason, detail = excluded.detail`,
    [
      parked.map((each) => each.partition),
      parked.map((each) => each.key),
      parked.map((each) => each.firstOffset),
      parked.map((each) => each.reason),
      // Postgres text holds no zero byte, and what an error says may carry one.
      parked.map((each) => each.detail.replaceAll('\0', ' ').slice(0, detailCharsMax)),
    ],
  );
}

export async function unparkKeys(client: PoolClient, partition: number, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  await client.query('delete from parked_keys where "partition" = $1 and key = any($2)', [partition, keys]);
}
