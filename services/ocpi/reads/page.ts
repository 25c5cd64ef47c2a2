// Reads one page of what a partner may see: oldest created first, filtered by last update, counted in the same snapshot.
import type { PoolClient } from 'pg';
import type { Key, Page, PageQuery } from '../api/paging.ts';

export type Listing = {
  /**
   * A select of what is visible, with created_at_ms, created_partition, created_offset and last_updated_ms; its
   * parameters are `values`.
   */
  readonly visible: string;
  readonly values: readonly unknown[];
  /** Added to the rows of one page, which is called `page`: ` left join … `, and what to select of it. */
  readonly joins?: string;
  readonly columns?: string;
};

type Created = { readonly created_at_ms: number; readonly created_partition: number; readonly created_offset: number };

export async function readPage<Row extends Created>(
  client: PoolClient,
  { visible, values, joins = '', columns = '' }: Listing,
  { from, to, offset, limit, after }: PageQuery,
): Promise<Page<Row>> {
  const given = values.length;
  const filtered = `
    select * from (${visible}) as visible
    where ($${given + 1}::bigint is null or last_updated_ms >= $${given + 1})
      and ($${given + 2}::bigint is null or last_updated_ms < $${given + 2})`;
  const counted = await client.query<{ total: number }>(`select count(*) as total from (${filtered}) as filtered`, [
    ...values,
    from,
    to,
  ]);
  const order = 'created_at_ms, created_partition, created_offset';
  const key = `($${given + 3}::bigint, $${given + 4}::int, $${given + 5}::bigint)`;
  // One more than asked for tells whether there is a next page.
  const { rows } = await client.query<Row>(
    `with page as (
       select * from (${filtered}) as filtered
       where $${given + 3}::bigint is null or (${order}) > ${key}
       order by ${order} offset $${given + 6} limit $${given + 7})
     select page.*${columns} from page${joins} order by ${order}`,
    [...values, from, to, ...(after ?? [null, null, null]), after === null ? offset : 0, limit + 1],
  );
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const next = rows.length <= limit || last === undefined ? null : keyOf(last);
  return { items, total: counted.rows[0]?.total ?? 0, next };
}

function keyOf({ created_at_ms: at, created_partition: partition, created_offset: offset }: Created): Key {
  return [at, partition, offset];
}

/** The value that held at `at` of an object's history, as a lateral subquery; parameters are SQL expressions. */
export function valueThen(
  kind: 'location' | 'station',
  { id, at }: { readonly id: string; readonly at: string },
): string {
  return `lateral (
    select value from ocpi_registry.history
    where history.tenant_id = $1 and kind = '${kind}' and history.id = ${id} and since_ms <= ${at}
    order by since_ms desc, row_version desc limit 1)`;
}

/** Who had issued the token of a row when its session began; rows of others are not joined. Parameter $2: the issuers. */
export function issuerThen(row: string): string {
  return `join lateral (
    select issuer from ocpi_registry.token_issuers
    where token_issuers.tenant_id = $1 and token_issuers.token_ref = ${row}.token_ref and since_ms <= ${row}.started_at_ms
    order by since_ms desc, row_version desc limit 1) as issued on issued.issuer = any($2::text[])`;
}

/** Narrows to tokens that were ever theirs, so that an index finds the rows. */
export function tokensEverOf(row: string): string {
  return `${row}.tenant_id = $1 and ${row}.token_ref in (
    select token_ref from ocpi_registry.token_issuers where tenant_id = $1 and issuer = any($2::text[]))`;
}
