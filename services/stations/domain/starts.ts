// The transactions that a station began last: what a remote start may have become.
import { sessionIdOf } from '#contracts/keys';
import type { TransactionEnded, TransactionStarted, TransactionUpdated } from './events.ts';

export type Start = {
  readonly transactionId: string;
  /** As the sessions fold names it; null where it alone can tell: the station's clock was before 2020, or named nothing. */
  readonly sessionId: string | null;
  readonly evseId: number | null;
  readonly tokenRef: string | null;
  /** Null where the station told none: 1.6 has none. */
  readonly remoteStartId: number | null;
  /** Of the gateway that took it, or the message that named the remote start. */
  readonly recordedAt: number;
};

export type Starts = readonly Start[];

export const startsKeptMax = 8;
const year2020Ms = Date.UTC(2020, 0, 1);
/** What stations write where they have no transactionId. */
const namesNone: ReadonlySet<string> = new Set(['', '0', '-1']);

/** A start that is told again is no news. */
export function startsAfter(known: Starts | null, event: TransactionStarted): Starts {
  const starts = known ?? [];
  const { meta, startKey, evseId, tokenRef, remoteStartId } = event;
  const transactionId = storedName(event.transactionId);
  const sessionId = sessionOf(event, startKey);
  const isKnown = starts.some((each) => each.transactionId === transactionId && each.sessionId === sessionId);
  if (isKnown && sessionId !== null) return starts;
  const start = { transactionId, sessionId, evseId, tokenRef, remoteStartId, recordedAt: meta.recordedAt };
  return [...starts, start].slice(-startsKeptMax);
}

/** 2.x: where a cable begins the transaction, a later message names the remote start (E05, F02). */
export function startsNamed(known: Starts | null, event: TransactionUpdated | TransactionEnded): Starts | null {
  const { meta, remoteStartId, evseId, tokenRef } = event;
  if (remoteStartId === null) return known;
  const starts = known ?? [];
  const transactionId = storedName(event.transactionId);
  const start = starts.findLast((each) => each.transactionId === transactionId);
  if (start !== undefined && start.remoteStartId !== null) return starts;
  const named = {
    transactionId,
    // The transactionId is the natural key of a 2.x transaction, whichever of its messages comes first.
    sessionId: start === undefined ? sessionOf(event, event.transactionId) : start.sessionId,
    evseId: start?.evseId ?? evseId,
    tokenRef: tokenRef ?? start?.tokenRef ?? null,
    remoteStartId,
    recordedAt: meta.recordedAt,
  };
  return [...starts.filter((each) => each !== start), named].slice(-startsKeptMax);
}

/** As a row keeps it, by which it is found again. */
function storedName(transactionId: string): string {
  return transactionId.replaceAll('\0', '\uFFFD');
}

function sessionOf(
  { meta, transactionId }: Pick<TransactionUpdated, 'meta' | 'transactionId'>,
  startKey: string,
): string | null {
  const { tenantId, stationId, occurredAt } = meta;
  const mayRepeat = occurredAt !== null && occurredAt < year2020Ms;
  if (mayRepeat || namesNone.has(transactionId)) return null;
  return sessionIdOf(tenantId, stationId, startKey, 0);
}
