// What came of a remote start that its station accepted: the transaction that it began, or none in time.
import type { Command } from './command.ts';
import type { Presence } from './completion.ts';
import type { Start, Starts } from './starts.ts';

/** A StartCharging whose station accepted it, or may have got it. */
export type WantedStart = {
  readonly commandId: string;
  readonly remoteStartId: number;
  readonly tokenRef: string;
  /** Null: any EVSE. */
  readonly evseId: number | null;
  readonly requestedAt: number;
  readonly completedAt: number;
  /** Connection that it was sent on; null: nobody told. */
  readonly sentEpoch: number | null;
  /** transactionId of the station's answer, where it had begun the transaction before (2.x F01). */
  readonly answered: string | null;
};

export type StartResult =
  | { readonly kind: 'started'; readonly sessionId: string | null; readonly transactionId: string }
  | { readonly kind: 'noSession' };

/** Clocks of gateways and of this service differ; a station may begin before its answer is on its way. */
export const clockSkewMs = 5_000;
/** After the station's own time to plug in: its message is on the way. */
export const lateMs = 10_000;
/** So long a station that was away takes to tell what it began meanwhile. */
export const backlogMs = 60_000;

/** So long after its end somebody looks for what came of a start; after that nobody knows any more. */
export const resultSoughtMs = 24 * 60 * 60_000;

/** Whether more comes of the command than its answer: of a start that its station accepted, or may have got. */
export function awaitsResult({ intent, life, isResulted }: Command): boolean {
  if (intent !== 'StartCharging' || isResulted || life.phase !== 'completed') return false;
  return life.outcome === 'accepted' || life.outcome === 'unknown';
}

/** When its station should have told what came of it, if nothing kept it from telling. */
export function dueAt({ completedAt }: Pick<WantedStart, 'completedAt'>, timeoutMs: number): number {
  return completedAt + timeoutMs + lateMs;
}

/**
 * Until when what the station tells may be of this start: one that is away begins it all the same, and tells it later.
 * @param timeoutMs how long the station waits for the cable.
 */
export function toldUntil(wanted: WantedStart, timeoutMs: number, presence: Presence | undefined): number {
  if (presence?.connected !== true) return Number.POSITIVE_INFINITY;
  const due = dueAt(wanted, timeoutMs);
  return presence.connectionEpoch === wanted.sentEpoch ? due : Math.max(due, presence.noticedAt + backlogMs);
}

/**
 * Undefined: it is open still.
 * @param untilMs see toldUntil
 * @param taken transactions that other starts became: one start, one transaction.
 */
export function decideStart(
  wanted: WantedStart,
  { starts, taken }: { readonly starts: Starts; readonly taken: ReadonlySet<string> },
  { untilMs, nowMs }: { readonly untilMs: number; readonly nowMs: number },
): StartResult | undefined {
  const begun = starts.find((start) => !taken.has(start.transactionId) && isOf(wanted, start, untilMs));
  if (begun !== undefined) return { kind: 'started', sessionId: begun.sessionId, transactionId: begun.transactionId };
  return nowMs < untilMs ? undefined : { kind: 'noSession' };
}

function isOf(wanted: WantedStart, start: Start, untilMs: number): boolean {
  if (start.remoteStartId !== null) return start.remoteStartId === wanted.remoteStartId;
  if (wanted.answered !== null) return start.transactionId === wanted.answered;
  if (start.tokenRef !== wanted.tokenRef) return false;
  if (wanted.evseId !== null && start.evseId !== null && start.evseId !== wanted.evseId) return false;
  return start.recordedAt >= wanted.requestedAt - clockSkewMs && start.recordedAt < untilMs;
}
