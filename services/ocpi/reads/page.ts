// Reads one page of what a partner may see: oldest created first, filtered by last update, counted in the same snapshot.
import type { PoolClient } from 'pg';
import type { Key, Page, PageQuery } from '../api/paging.ts';

export type Listing = {
  /**
   * A select of what is visible, with created_at_ms, created_partition, created_offset and last_updated_ms; its
   * parameters are `values`.
   */
  readonly visible: string;
  /** The same rows with these columns alone, in a form that reads them as a whole. Absent: `visible` serves. */
  readonly countable?: string;
  readonly values: readonly unknown[];
  /** Added to the rows of one page, which is called `page`: ` left join … `, and what to select of it. */
  readonly joins?: string;
  readonly columns?: string;
};

type Created = { readonly created_at_ms: number; readonly created_partition: number; readonly created_offset: number };

const order = 'created_at_ms, created_partition, created_offset';

export async function readPage<Row extends Created>(
  client: PoolClient,
  listing: Listing,
  query: PageQuery,
): Promise<Page<Row>> {
  const { visible, values, joins = '', columns = '' } = listing;
  const { from, to, limit } = query;
  const after = query.after ?? (await keyBefore(client, listing, query));
  const [at, partition, offset, most] = [3, 4, 5, 6].map((nth) => `$${values.length + nth}`);
  // One more than asked for tells whether there is a next page.
  const { rows } = await client.query<Row>(
    `with page as (
       select * from (${visible}) as visible
       where ${updated(listing)} and (${at}::bigint is null or (${order}) > (${at}::bigint, ${partition}::int, ${offset}::bigint))
       order by ${order} limit ${most})
     select page.*${columns} from page${joins} order by ${order}`,
    [...values, from, to, ...(after ?? [null, null, null]), limit + 1],
  );
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const next = rows.length <= limit || last === undefined ? null : keyOf(last);
  return { items, total: query.total ?? (await countAll(client, listing, query)), next };
}

/** Counting reads all that is visible, so it is done once for all pages that our Link leads through. */
async function countAll(client: PoolClient, listing: Listing, { from, to }: PageQuery): Promise<number> {
  const { visible, countable = visible, values } = listing;
  const { rows } = await client.query<{ total: number }>(
    `select count(*) as total from (${countable}) as visible where ${updated(listing)}`,
    [...values, from, to],
  );
  return rows[0]?.total ?? 0;
}

/** Key of the last object that an offset skips; beyond the end, one that nothing comes after. */
async function keyBefore(
  client: PoolClient,
  listing: Listing,
  { from, to, offset }: PageQuery,
): Promise<Key | undefined> {
  if (offset === 0) return undefined;
  const { visible, countable = visible, values } = listing;
  const { rows } = await client.query<Created>(
    `select ${order} from (${countable}) as visible where ${updated(listing)}
     order by ${order} offset $${values.length + 3} limit 1`,
    [...values, from, to, offset - 1],
  );
  return rows[0] === undefined ? [Number.MAX_SAFE_INTEGER, 0, 0] : keyOf(rows[0]);
}

/** The filter of dates, whose two parameters come after those of the listing. */
function updated({ values }: Listing): string {
  const [from, to] = [`$${values.length + 1}::bigint`, `$${values.length + 2}::bigint`];
  return `(${from} is null or last_updated_ms >= ${from}) and (${to} is null or last_updated_ms < ${to})`;
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

/**
 * All values of an object's history, each with its time, as a subquery that is joined as a whole: for many rows at once.
 * The same answer as valueThen(): of values since one instant the last one holds.
 */
export function periodsOf(kind: 'location' | 'station', column: string): string {
  return `(
    select id, value ->> '${column}' as value, since_ms, ${untilMs('id')}
    from ocpi_registry.history where tenant_id = $1 and kind = '${kind}')`;
}

/** As issuerThen(), for many rows at once. */
export function issuerPeriods(): string {
  return `(
    select token_ref, issuer, since_ms, ${untilMs('token_ref')} from ocpi_registry.token_issuers
    where tenant_id = $1 and token_ref in (${tokensEver}))`;
}

function untilMs(id: string): string {
  return `lead(since_ms, 1, ${Number.MAX_SAFE_INTEGER}) over (partition by ${id} order by since_ms, row_version) as until_ms`;
}

/** Tokens that were ever theirs. */
const tokensEver = `
    select token_ref from ocpi_registry.token_issuers where tenant_id = $1 and issuer = any($2::text[])`;

/** Narrows to tokens that were ever theirs, so that an index finds the rows. */
export function tokensEverOf(row: string): string {
  return `${row}.tenant_id = $1 and ${row}.token_ref in (${tokensEver})`;
}
