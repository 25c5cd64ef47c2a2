// Reads and writes the tables of the projection `cdrs`.
import type { PoolClient } from 'pg';
import type { CdrIssued } from '#contracts/generated/types';
import { sessionKey } from '#contracts/keys';
import { columnsOf, insertOnce, splitKeys, upsert, writeRows } from '#kit/projection/table-rows';
import type { Bill, Review, ReviewEnd, Standing } from '../domain/bill.ts';

export type BillRow = {
  readonly tenant_id: string;
  readonly session_id: string;
  readonly standing: Standing;
  readonly session_hash: string;
  readonly session_generation: number;
  readonly session_offset: number;
  readonly cdr_id: string | null;
  readonly released_by: string | null;
  readonly released_review_id: string | null;
};

export type ReviewRow = {
  readonly tenant_id: string;
  readonly review_id: string;
  readonly session_id: string;
  readonly station_id: string | null;
  readonly reason: string;
  readonly detail: string | null;
  readonly cdr_id: string | null;
  readonly session_hash: string;
  readonly opened_at_ms: number;
  readonly resolution: string | null;
  readonly note: string | null;
  readonly resolved_by: string | null;
  readonly resolved_at_ms: number | null;
};

const billKeys = { tenant_id: 'text', session_id: 'text' } as const;
const billValues = {
  standing: 'text',
  session_hash: 'text',
  session_generation: 'int',
  session_offset: 'bigint',
  cdr_id: 'text',
  released_by: 'text',
  released_review_id: 'text',
} as const satisfies Record<Exclude<keyof BillRow, keyof typeof billKeys>, string>;

const reviewKeys = { tenant_id: 'text', review_id: 'text' } as const;
const reviewValues = {
  session_id: 'text',
  station_id: 'text',
  reason: 'text',
  detail: 'text',
  cdr_id: 'text',
  session_hash: 'text',
  opened_at_ms: 'bigint',
  resolution: 'text',
  note: 'text',
  resolved_by: 'text',
  resolved_at_ms: 'bigint',
} as const satisfies Record<Exclude<keyof ReviewRow, keyof typeof reviewKeys>, string>;

const cdrKeys = { tenant_id: 'text', cdr_id: 'text' } as const;
const cdrValues = {
  session_id: 'text',
  issued_at_ms: 'bigint',
  party_id: 'text',
  location_id: 'text',
  station_id: 'text',
  token_ref: 'text',
  started_at_ms: 'bigint',
  ended_at_ms: 'bigint',
  energy_milli_wh: 'bigint',
  currency: 'text',
  total_excl_vat: 'numeric',
  total_vat: 'numeric',
  total_incl_vat: 'numeric',
  tariff_id: 'text',
  tariff_version: 'bigint',
  record: 'jsonb',
} as const;

const selectOf = (table: string): string => `
  select t.* from ${table} t join unnest($1::text[], $2::text[]) as k(tenant_id, session_id) using (tenant_id, session_id)`;
const selectBills = selectOf('bills');
const selectReviews = `${selectOf('reviews')} order by t.opened_at_ms, t.review_id`;
const upsertBills = upsert('bills', columnsOf(billKeys), columnsOf(billValues));
const upsertReviews = upsert('reviews', columnsOf(reviewKeys), columnsOf(reviewValues));
const insertCdrs = insertOnce('cdrs', columnsOf(cdrKeys), columnsOf(cdrValues));

export async function loadBills(client: PoolClient, keys: readonly string[]): Promise<Map<string, Bill>> {
  const split = splitKeys(keys);
  const { rows } = await client.query<BillRow>(selectBills, split);
  if (rows.length === 0) return new Map();
  const { rows: reviewRows } = await client.query<ReviewRow>(selectReviews, split);
  const reviews = new Map<string, Map<string, Review>>();
  for (const row of reviewRows) {
    const key = sessionKey(row.tenant_id, row.session_id);
    const ofSession = reviews.get(key) ?? new Map<string, Review>();
    reviews.set(key, ofSession.set(row.review_id, reviewOf(row)));
  }
  return new Map(
    rows.map((row) => {
      const key = sessionKey(row.tenant_id, row.session_id);
      return [key, billOf(row, reviews.get(key) ?? new Map())];
    }),
  );
}

/** Writing the same states twice changes nothing. */
export async function saveBills(client: PoolClient, changed: ReadonlyMap<string, Bill>): Promise<void> {
  const bills = [...changed.values()];
  await writeRows(client, upsertBills, bills.map(billRow));
  await writeRows(
    client,
    insertCdrs,
    bills.flatMap(({ newCdr }) => (newCdr === null ? [] : [cdrRow(newCdr)])),
  );
  await writeRows(client, upsertReviews, bills.flatMap(changedReviews));
}

function billOf(row: BillRow, reviews: ReadonlyMap<string, Review>): Bill {
  const { released_by: actor, released_review_id: reviewId } = row;
  return {
    tenantId: row.tenant_id,
    sessionId: row.session_id,
    standing: row.standing,
    sessionHash: row.session_hash,
    sessionGeneration: row.session_generation,
    sessionOffset: row.session_offset,
    cdrId: row.cdr_id,
    releasedBy: actor === null || reviewId === null ? null : { actor, reviewId },
    reviews,
    newCdr: null,
    changedReviews: new Set(),
  };
}

function billRow(bill: Bill): BillRow {
  return {
    tenant_id: bill.tenantId,
    session_id: bill.sessionId,
    standing: bill.standing,
    session_hash: bill.sessionHash,
    session_generation: bill.sessionGeneration,
    session_offset: bill.sessionOffset,
    cdr_id: bill.cdrId,
    released_by: bill.releasedBy?.actor ?? null,
    released_review_id: bill.releasedBy?.reviewId ?? null,
  };
}

function cdrRow(cdr: CdrIssued): Record<keyof typeof cdrKeys | keyof typeof cdrValues, unknown> {
  return {
    tenant_id: cdr.tenantId,
    cdr_id: cdr.cdrId,
    session_id: cdr.sessionId,
    issued_at_ms: cdr.issuedAt,
    party_id: cdr.partyId,
    location_id: cdr.locationId,
    station_id: cdr.stationId,
    token_ref: cdr.tokenRef,
    started_at_ms: cdr.startedAt,
    ended_at_ms: cdr.endedAt,
    energy_milli_wh: cdr.energyMilliWh,
    currency: cdr.currency,
    total_excl_vat: cdr.totalExclVat,
    total_vat: cdr.totalVat,
    total_incl_vat: cdr.totalInclVat,
    tariff_id: cdr.tariffId,
    tariff_version: cdr.tariffVersion,
    record: cdr,
  };
}

function reviewOf(row: ReviewRow): Review {
  return {
    reviewId: row.review_id,
    reason: row.reason,
    detail: row.detail,
    cdrId: row.cdr_id,
    stationId: row.station_id,
    sessionHash: row.session_hash,
    openedAt: row.opened_at_ms,
    end: endOf(row),
  };
}

function endOf({ resolution, note, resolved_by: actor, resolved_at_ms: at }: ReviewRow): ReviewEnd | null {
  return resolution === null ? null : { resolution, note, actor, at: at ?? 0 };
}

function changedReviews({ tenantId, sessionId, reviews, changedReviews: changed }: Bill): ReviewRow[] {
  return [...changed].flatMap((reviewId) => {
    const review = reviews.get(reviewId);
    if (review === undefined) return [];
    const { end } = review;
    return [
      {
        tenant_id: tenantId,
        review_id: reviewId,
        session_id: sessionId,
        station_id: review.stationId,
        reason: review.reason,
        detail: review.detail,
        cdr_id: review.cdrId,
        session_hash: review.sessionHash,
        opened_at_ms: review.openedAt,
        resolution: end === null ? null : end.resolution,
        note: end === null ? null : end.note,
        resolved_by: end === null ? null : end.actor,
        resolved_at_ms: end === null ? null : end.at,
      },
    ];
  });
}
