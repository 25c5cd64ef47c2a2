// Which sessions must be decided about: ended ones, and those whose end is lost, that no decision has looked at as they are
// now; and those that were released. And the sessions of transactions that somebody asks for.
import type { PoolClient } from 'pg';
import type { Database } from '#kit/postgres';
import { transaction } from '#kit/postgres';
import { readLive, schemaOf } from '#kit/projection/schema';
import { readAllPositions } from '#kit/projection/fence';
import { identifier } from '#kit/postgres';
import { endIsLost, type BilledSession } from './domain/session-input.ts';
import type { DecidedBill } from './domain/decide.ts';
import type { Standing } from './domain/bill.ts';
import { billedSession, type SessionRow } from './tables/sessions.ts';

export type Due = { readonly session: BilledSession; readonly bill: DecidedBill | undefined };

/** Next offset by partition: all that is below was looked at. */
export type Cursors = ReadonlyMap<number, number>;

export type DuePage = {
  readonly due: readonly Due[];
  /** There may be more than this page holds. */
  readonly isFull: boolean;
  /** Where the next look may begin once these are decided. */
  readonly next: Cursors;
};

type DueRow = SessionRow & {
  readonly bill_standing: Standing | null;
  readonly bill_hash: string;
  readonly bill_cdr_id: string | null;
  readonly bill_released_by: string | null;
  readonly bill_released_review_id: string | null;
  readonly review_count: number;
  readonly billed_milli_wh: number | null;
  readonly billed_incl_vat: string | null;
  readonly billed_currency: string | null;
};

const columns = `s.*, b.standing as bill_standing, b.session_hash as bill_hash, b.cdr_id as bill_cdr_id,
  b.released_by as bill_released_by, b.released_review_id as bill_released_review_id,
  (select count(*) from cdrs.reviews r where r.tenant_id = s.tenant_id and r.session_id = s.session_id) as review_count,
  c.energy_milli_wh as billed_milli_wh, c.total_incl_vat as billed_incl_vat, c.currency as billed_currency`;

const billOfSession = `
  left join cdrs.bills b on b.tenant_id = s.tenant_id and b.session_id = s.session_id
  left join cdrs.cdrs c on c.tenant_id = s.tenant_id and c.session_id = s.session_id`;

const changedSince = (parked: string): string => `
  select ${columns} from billing_sessions.sessions s
  left join unnest($1::int[], $2::bigint[]) as seen(log_partition, next_offset) on seen.log_partition = s.log_partition
  ${billOfSession}
  where s.session_hash is not null and s.log_offset >= coalesce(seen.next_offset, 0)
    and s.session_hash is distinct from b.session_hash and ${parked}
    and (s.ended or s.flags ? '${endIsLost}' or b.cdr_id is not null)
  order by s.log_partition, s.log_offset limit $3`;

const released = (parked: string): string => `
  select ${columns} from cdrs.bills b
  join billing_sessions.sessions s on s.tenant_id = b.tenant_id and s.session_id = b.session_id
  left join cdrs.cdrs c on c.tenant_id = s.tenant_id and c.session_id = s.session_id
  where b.standing = 'released' and s.session_hash is not null and ${parked}
  order by s.tenant_id, s.session_id limit $1`;

const ofTransactions = (parked: string): string => `
  select distinct on (asked.number) asked.number, ${columns}
  from unnest($1::text[], $2::text[], $3::text[]) with ordinality as asked(tenant_id, station_id, transaction_id, number)
  join billing_sessions.sessions s on s.tenant_id = asked.tenant_id and s.station_id = asked.station_id
    and s.transaction_id = asked.transaction_id
  ${billOfSession}
  where ${parked}
  order by asked.number, s.started_at_ms desc, s.session_id`;

export type Transaction = { readonly tenantId: string; readonly stationId: string; readonly transactionId: string };

/** The latest session of each transaction, in their order; undefined where there is none, or its key is parked. */
export function readTransactions(
  database: Database,
  transactions: readonly Transaction[],
): Promise<(Due | undefined)[]> {
  return atOnce(database, async (client, schemas) => {
    const { rows } = await client.query<DueRow & { readonly number: number }>(ofTransactions(notParked(schemas)), [
      transactions.map(({ tenantId }) => tenantId),
      transactions.map(({ stationId }) => stationId),
      transactions.map(({ transactionId }) => transactionId),
    ]);
    const byNumber = new Map(rows.map((row) => [Number(row.number), row]));
    return transactions.map((_, index) => {
      const row = byNumber.get(index + 1);
      return row === undefined ? undefined : dueOf(row);
    });
  });
}

/** Reads sessions, decisions and positions as of one moment. A session whose key is parked in either waits for its re-drive. */
export function readDue(database: Database, cursors: Cursors, limit: number): Promise<DuePage> {
  return atOnce(database, async (client, schemas) => {
    const parked = notParked(schemas);
    const offsets = [[...cursors.keys()], [...cursors.values()]];
    const { rows: changed } = await client.query<DueRow>(changedSince(parked), [...offsets, limit]);
    const { rows: freed } = await client.query<DueRow>(released(parked), [limit]);
    const byKey = new Map([...changed, ...freed].map((row) => [`${row.tenant_id}/${row.session_id}`, row]));
    await client.query(`set local search_path to ${identifier(schemas.sessions)}`);
    const positions = await readAllPositions(client);
    return {
      due: [...byKey.values()].map(dueOf),
      isFull: changed.length === limit || freed.length === limit,
      next: new Map(positions.map(({ partition, nextOffset }) => [partition, nextOffset])),
    };
  });
}

type Schemas = { readonly sessions: string; readonly cdrs: string };

async function atOnce<T>(database: Database, fn: (client: PoolClient, schemas: Schemas) => Promise<T>): Promise<T> {
  const [sessions, cdrs] = await Promise.all([liveSchema(database, 'billing_sessions'), liveSchema(database, 'cdrs')]);
  return transaction(database, (client) => fn(client, { sessions, cdrs }), { snapshot: 'read-only' });
}

/** Schema of the version that is live: a rebuild may have moved it on. */
async function liveSchema(database: Database, name: string): Promise<string> {
  const live = await readLive(database, name);
  return schemaOf({ name, version: live?.version ?? 1 });
}

function notParked({ sessions, cdrs }: Schemas): string {
  const isParked = (schema: string): string =>
    `exists (select 1 from ${identifier(schema)}.parked_keys p where p.key = s.tenant_id || '/' || s.session_id)`;
  return `not ${isParked(sessions)} and not ${isParked(cdrs)}`;
}

function dueOf(row: DueRow): Due {
  return { session: billedSession(row), bill: row.bill_standing === null ? undefined : billOf(row, row.bill_standing) };
}

function billOf(row: DueRow, standing: Standing): DecidedBill {
  const { bill_released_by: actor, bill_released_review_id: reviewId } = row;
  const { billed_milli_wh: energyMilliWh, billed_incl_vat: totalInclVat, billed_currency: currency } = row;
  return {
    standing,
    sessionHash: row.bill_hash,
    cdrId: row.bill_cdr_id,
    releasedBy: actor === null || reviewId === null ? null : { actor, reviewId },
    reviewCount: row.review_count,
    priced:
      energyMilliWh === null || totalInclVat === null || currency === null
        ? null
        : { energyMilliWh, totalInclVat, currency },
  };
}
