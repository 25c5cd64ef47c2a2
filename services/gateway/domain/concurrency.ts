// Whether a token has as many sessions as it may: what else runs on it when it starts one more.
import type { ActiveSession, TokenRegistered } from '#contracts/generated/types';
import { clockSkewMs, type StartShown } from './voucher.ts';

/** Silent for so long, a session no longer counts: its end was lost, or its station is gone. */
export const silentAfterMs = 6 * 3_600_000;

type Starting = { readonly found: TokenRegistered | undefined; readonly sessions: readonly ActiveSession[] };

export function atLimit({ found, sessions }: Starting, at: { readonly stationId: string }, start: StartShown): boolean {
  const max = found?.concurrentSessionsMax ?? null;
  if (max === null || sessions.length < max) return false;
  // What was let start is never one too many later, whoever was let with it.
  if (sessions.some((session) => isOwn(session, at.stationId, start) && session.authorization === 'Accepted'))
    return false;
  return sessions.filter((session) => counts(session, at.stationId, start)).length >= max;
}

function counts(session: ActiveSession, stationId: string, start: StartShown): boolean {
  // A start that was refused charges nobody.
  if (session.authorization !== null && session.authorization !== 'Accepted') return false;
  if (start.now - session.heardAt >= silentAfterMs) return false;
  if (session.stationId === stationId) {
    // The repeat of a start, and the next word of its transaction, are no second one.
    if (isOwn(session, stationId, start)) return false;
    // A place has one transaction: whoever begins there has ended the one before, told or not.
    if (session.evseId !== null && session.evseId === start.evseId) return false;
  }
  // A start that was queued offline is older than what began since: the later one is the one too many.
  const isLate = start.startedAt !== null && start.now - start.startedAt > clockSkewMs;
  return !(isLate && start.startedAt !== null && session.startedAt > start.startedAt);
}

function isOwn(session: ActiveSession, stationId: string, { transactionId }: StartShown): boolean {
  return session.stationId === stationId && session.transactionId === transactionId;
}
