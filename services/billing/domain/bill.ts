// What was decided about a session: the fold of charging.cdrs. The first CDR of a session stands, whoever says another.
import type { BillingReviewOpened, BillingReviewResolved, CdrIssued } from '#contracts/generated/types';

/** Reviews before a CDR hold it; those after one only tell of it. */
export const holdReasons: ReadonlySet<string> = new Set(['no-tariff', 'flagged', 'unpriceable']);

export type Review = {
  readonly reviewId: string;
  readonly reason: string;
  readonly detail: string | null;
  /** The CDR that stood when it was opened. */
  readonly cdrId: string | null;
  readonly stationId: string | null;
  readonly sessionHash: string;
  readonly openedAt: number;
  readonly end: ReviewEnd | null;
};

export type ReviewEnd = {
  /** A person's: issued, kept, written-off. Ours: issued (without a release), superseded (by a newer review). */
  readonly resolution: string;
  readonly note: string | null;
  /** null: nobody's decision but ours. */
  readonly actor: string | null;
  readonly at: number;
};

/** released: a person said that what is held shall be issued. */
export type Standing = 'held' | 'released' | 'issued' | 'written-off';

export type Bill = {
  readonly tenantId: string;
  readonly sessionId: string;
  readonly standing: Standing;
  /** What of the session was looked at last; see CdrIssued.sessionHash. */
  readonly sessionHash: string;
  readonly sessionGeneration: number;
  readonly sessionOffset: number;
  readonly cdrId: string | null;
  readonly releasedBy: { readonly actor: string; readonly reviewId: string } | null;
  readonly reviews: ReadonlyMap<string, Review>;
  /** What the rows do not hold yet. */
  readonly newCdr: CdrIssued | null;
  readonly changedReviews: ReadonlySet<string>;
};

type Folded = { readonly state: Bill };

export const billFold = {
  CdrIssued: (state: Bill | undefined, event: CdrIssued): Folded => ({ state: issued(state, event) }),
  BillingReviewOpened: (state: Bill | undefined, event: BillingReviewOpened): Folded => ({
    state: opened(state, event),
  }),
  BillingReviewResolved: (state: Bill | undefined, event: BillingReviewResolved): Folded => ({
    state: state === undefined ? emptyBill(event) : resolved(state, event),
  }),
} as const;

/** The state as the next batch begins with it: its news were written. */
export function withoutNews(state: Bill): Bill {
  if (state.newCdr === null && state.changedReviews.size === 0) return state;
  return { ...state, newCdr: null, changedReviews: new Set() };
}

function issued(before: Bill | undefined, event: CdrIssued): Bill {
  if (before !== undefined && before.cdrId !== null) return before;
  const state = before ?? emptyBill(event);
  const end = { resolution: 'issued', note: null, actor: event.actor, at: event.issuedAt };
  return {
    ...withOpenEnded(state, end),
    ...lookedAt(event),
    standing: 'issued',
    cdrId: event.cdrId,
    releasedBy: null,
    newCdr: event,
  };
}

function opened(before: Bill | undefined, event: BillingReviewOpened): Bill {
  const state = before ?? emptyBill(event);
  const { reviewId, reason, detail, cdrId, stationId, sessionHash, openedAt } = event;
  // One that decided without knowing of the CDR that stands, or of the review that is open, comes too late.
  const isLate = holdReasons.has(reason) && state.cdrId !== null;
  if (state.reviews.has(reviewId) || isLate || isOpenAlready(state, event)) return state;
  const end = { resolution: 'superseded', note: null, actor: null, at: openedAt };
  const superseding = withOpenEnded(state, end);
  const review = { reviewId, reason, detail, cdrId, stationId, sessionHash, openedAt, end: null };
  return {
    ...superseding,
    ...lookedAt(event),
    standing: state.cdrId === null ? 'held' : 'issued',
    releasedBy: null,
    reviews: new Map(superseding.reviews).set(reviewId, review),
    changedReviews: new Set(superseding.changedReviews).add(reviewId),
  };
}

function isOpenAlready({ reviews }: Bill, { reason, sessionHash }: BillingReviewOpened): boolean {
  return [...reviews.values()].some(
    (review) => review.end === null && review.reason === reason && review.sessionHash === sessionHash,
  );
}

function resolved(state: Bill, event: BillingReviewResolved): Bill {
  const review = state.reviews.get(event.reviewId);
  if (review === undefined || review.end !== null) return state;
  const { resolution, note, actor, resolvedAt: at } = event;
  const ended = withEnd(state, review, { resolution, note, actor, at });
  if (state.cdrId !== null) return ended;
  if (resolution === 'issued')
    return { ...ended, standing: 'released', releasedBy: { actor, reviewId: review.reviewId } };
  return resolution === 'written-off' ? { ...ended, standing: 'written-off' } : ended;
}

function withOpenEnded(state: Bill, end: ReviewEnd): Bill {
  const open = [...state.reviews.values()].filter((review) => review.end === null);
  return open.reduce((after, review) => withEnd(after, review, end), state);
}

function withEnd(state: Bill, review: Review, end: ReviewEnd): Bill {
  return {
    ...state,
    reviews: new Map(state.reviews).set(review.reviewId, { ...review, end }),
    changedReviews: new Set(state.changedReviews).add(review.reviewId),
  };
}

function lookedAt({ sessionHash, sessionGeneration, sessionOffset }: CdrIssued | BillingReviewOpened) {
  return { sessionHash, sessionGeneration, sessionOffset };
}

function emptyBill({ tenantId, sessionId }: { readonly tenantId: string; readonly sessionId: string }): Bill {
  return {
    tenantId,
    sessionId,
    standing: 'held',
    sessionHash: '',
    sessionGeneration: 0,
    sessionOffset: -1,
    cdrId: null,
    releasedBy: null,
    reviews: new Map(),
    newCdr: null,
    changedReviews: new Set(),
  };
}
