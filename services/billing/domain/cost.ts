// What a driver is told that a transaction costs: what its CDR says, or would say if it were issued now. One code prices both.
import type { CostAnswer, CostUntold } from '#contracts/costs';
import { decide, type Case } from './decide.ts';
import type { BilledSession } from './session-input.ts';

/**
 * @param now clock, as for a decision. A session that still charges is priced as if it had ended when it last spoke: at
 * most a minute ago, and nothing that was not told is guessed.
 */
export function costOf(given: Case, now: number): CostAnswer {
  const { bill } = given;
  // The CDR stands for ever, whatever was told since.
  if (bill !== undefined && bill.cdrId !== null && bill.priced !== null)
    return { totalInclVat: bill.priced.totalInclVat, currency: bill.priced.currency };
  const decision = decide(given, now);
  if (decision.kind === 'review') return { why: untoldFor(decision.review.reason) };
  return { totalInclVat: decision.cdr.totalInclVat, currency: decision.cdr.currency };
}

function untoldFor(reason: string): CostUntold {
  return reason === 'no-tariff' || reason === 'unpriceable' ? reason : 'flagged';
}

/** Whether the session is known as whoever asks knows it: `wait` until it is, answer `now`, or it never will be. */
export function knownAs(
  session: Pick<BilledSession, 'ended' | 'endedAt'> | undefined,
  endedAt: number | null,
): 'now' | 'wait' | CostUntold {
  // What runs is not waited for: its next message asks again.
  if (session === undefined) return endedAt === null ? 'not-folded' : 'wait';
  if (endedAt === null) return session.ended ? 'another-end' : 'now';
  if (!session.ended) return 'wait';
  return session.endedAt === endedAt ? 'now' : 'another-end';
}
