// What came of a remote start that its station accepted: the transaction that it began, or none in time.
import type { Command } from './command.ts';
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
  /** transactionId of the station's answer, where it had begun the transaction before (2.x F01). */
  readonly answered: string | null;
};

export type StartResult =
  | { readonly kind: 'started'; readonly sessionId: string | null; readonly transactionId: string }
  | { readonly kind: 'noSession' };

/** Clocks of gateways and of this service differ; a station may begin before its answer is on its way. */
export const clockSkewMs = 5_000;
/** After the station's own time to plug in: its message is on the way, or waits for the line to come back. */
export const lateMs = 10_000;

/** So long after its end somebody looks for what came of a start; after that nobody knows any more. */
export const resultSoughtMs = 24 * 60 * 60_000;

/** Whether more comes of the command than its answer: of a start that its station accepted, or may have got. */
export function awaitsResult({ intent, life, isResulted }: Command): boolean {
  if (intent !== 'StartCharging' || isResulted || life.phase !== 'completed') return false;
  return life.outcome === 'accepted' || life.outcome === 'unknown';
}

/**
 * Undefined: it is open still.
 * @param timeoutMs how long the station waits for the cable.
 * @param taken transactions that other starts became: one start, one transaction.
 */
export function decideStart(
  wanted: WantedStart,
  { starts, taken }: { readonly starts: Starts; readonly taken: ReadonlySet<string> },
  { timeoutMs, nowMs }: { readonly timeoutMs: number; readonly nowMs: number },
): StartResult | undefined {
  const until = wanted.completedAt + timeoutMs + lateMs;
  const begun = starts.find((start) => !taken.has(start.transactionId) && isOf(wanted, start, until));
  if (begun !== undefined) return { kind: 'started', sessionId: begun.sessionId, transactionId: begun.transactionId };
  return nowMs < until ? undefined : { kind: 'noSession' };
}

function isOf(wanted: WantedStart, start: Start, until: number): boolean {
  if (start.remoteStartId !== null) return start.remoteStartId === wanted.remoteStartId;
  if (wanted.answered !== null) return start.transactionId === wanted.answered;
  if (start.tokenRef !== wanted.tokenRef) return false;
  if (wanted.evseId !== null && start.evseId !== null && start.evseId !== wanted.evseId) return false;
  return start.recordedAt >= wanted.requestedAt - clockSkewMs && start.recordedAt < until;
}
