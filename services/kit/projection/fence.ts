// Positions with an owner: a partition's rows and its next offset move in one transaction, or not at all.
import type { PoolClient } from 'pg';

/** Where an owner stands in a partition. */
export type OwnedPosition = { readonly partition: number; readonly nextOffset: number; readonly ownerEpoch: number };

/** A move of one partition, as the owner believes it: from where it stands to behind what it applied. */
export type Advance = {
  readonly partition: number;
  readonly from: number;
  readonly to: number;
  readonly ownerEpoch: number;
};

/** Thrown inside the transaction to roll it back: at least one partition is not where its owner believed. */
export class FenceBroken extends Error {
  constructor() {
    super('a partition is not where its owner believed');
    this.name = 'FenceBroken';
  }
}

/** Creates the table in the schema that the search path names. */
export async function createPositionTables(client: PoolClient): Promise<void> {
  await client.query(
    `create table if not exists projection_position (
       "partition" int primary key, next_offset bigint not null, owner_epoch bigint not null)`,
  );
}

/**
 * Takes the partitions over: owner_epoch + 1, so that whoever owned them before can no longer move them.
 * @param firstOffsets where partitions begin that nobody has read yet.
 */
export async function claimPartitions(
  client: PoolClient,
  firstOffsets: ReadonlyMap<number, number>,
): Promise<OwnedPosition[]> {
  const partitions = [...firstOffsets.keys()].toSorted((a, b) => a - b);
  const { rows } = await client.query<OwnedPosition>(
    `insert into projection_position as p ("partition", next_offset, owner_epoch)
     select t."partition", t.first_offset, 1 from unnest($1::int[], $2::bigint[]) as t ("partition", first_offset)
     on conflict ("partition") do update set owner_epoch = abs(p.owner_epoch) + 1
     returning p."partition", next_offset as "nextOffset", owner_epoch as "ownerEpoch"`,
    [partitions, partitions.map((partition) => firstOffsets.get(partition) ?? 0)],
  );
  return rows;
}

/**
 * Takes over, of these partitions, those that a rebuild set free; the others stay whose they are.
 * @returns what is owned now.
 */
export async function claimFreePartitions(client: PoolClient, partitions: readonly number[]): Promise<OwnedPosition[]> {
  const { rows } = await client.query<OwnedPosition>(
    `update projection_position set owner_epoch = 1 - owner_epoch where owner_epoch < 0 and "partition" = any($1)
     returning "partition", next_offset as "nextOffset", owner_epoch as "ownerEpoch"`,
    [partitions],
  );
  return rows;
}

/**
 * Ends all ownership: whoever owned a partition can no longer move it, and whoever claims it next has a greater epoch. The
 * sign says that it is free. Waits for transactions that move a partition right now. Returns where the partitions stand.
 */
export async function freePartitions(client: PoolClient): Promise<OwnedPosition[]> {
  const { rows } = await client.query<OwnedPosition>(
    `update projection_position set owner_epoch = -abs(owner_epoch) - 1
     returning "partition", next_offset as "nextOffset", owner_epoch as "ownerEpoch"`,
  );
  return rows;
}

/** All positions of the table as stored now. */
export async function readAllPositions(client: PoolClient): Promise<OwnedPosition[]> {
  const { rows } = await client.query<OwnedPosition>(
    `select "partition", next_offset as "nextOffset", owner_epoch as "ownerEpoch" from projection_position`,
  );
  return rows;
}

/** Positions as stored now; those of partitions that nobody claimed are missing. */
export async function readPositions(client: PoolClient, partitions: readonly number[]): Promise<OwnedPosition[]> {
  const { rows } = await client.query<OwnedPosition>(
    `select "partition", next_offset as "nextOffset", owner_epoch as "ownerEpoch"
       from projection_position where "partition" = any($1)`,
    [partitions],
  );
  return rows;
}

/**
 * Moves the partitions, all or none: throws FenceBroken when one of them stands elsewhere or has another owner.
 * First statement of the transaction: it holds the rows, so a new owner waits until this transaction has ended.
 */
export async function advancePositions(client: PoolClient, advances: readonly Advance[]): Promise<void> {
  const { rowCount } = await client.query(
    `update projection_position p set next_offset = t.to_offset
       from unnest($1::int[], $2::bigint[], $3::bigint[], $4::bigint[]) as t ("partition", from_offset, to_offset, epoch)
      where p."partition" = t."partition" and p.next_offset = t.from_offset and p.owner_epoch = t.epoch`,
    [
      advances.map((advance) => advance.partition),
      advances.map((advance) => advance.from),
      advances.map((advance) => advance.to),
      advances.map((advance) => advance.ownerEpoch),
    ],
  );
  if (rowCount !== advances.length) throw new FenceBroken();
}

/** Checks and keeps, until the transaction ends, that the table's rows are exactly these. Throws FenceBroken. */
export async function checkStanding(
  client: PoolClient,
  table: string,
  expected: readonly OwnedPosition[],
): Promise<void> {
  const { rows } = await client.query<OwnedPosition>(
    `select "partition", next_offset as "nextOffset", owner_epoch as "ownerEpoch" from ${table} for update`,
  );
  const known = new Map(rows.map((row) => [row.partition, row]));
  const agrees = ({ partition, nextOffset, ownerEpoch }: OwnedPosition): boolean =>
    known.get(partition)?.nextOffset === nextOffset && known.get(partition)?.ownerEpoch === ownerEpoch;
  if (rows.length !== expected.length || !expected.every(agrees)) throw new FenceBroken();
}

/** Checks, without moving anything, that every partition stands where its owner believes. Throws FenceBroken. */
export async function checkPositions(client: PoolClient, advances: readonly Advance[]): Promise<void> {
  const stored = new Map(
    (
      await readPositions(
        client,
        advances.map((advance) => advance.partition),
      )
    ).map((position) => [position.partition, position]),
  );
  for (const advance of advances) {
    const position = stored.get(advance.partition);
    if (position?.nextOffset !== advance.from || position.ownerEpoch !== advance.ownerEpoch) throw new FenceBroken();
  }
}
