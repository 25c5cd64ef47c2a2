// What keeps an EVSE of 2.x occupied: its newest transaction, told in the words of 1.6 that rules know (Preparing, Finishing).
import type {
  ConnectorStatus,
  TransactionEnded,
  TransactionStarted,
  TransactionUpdated,
} from '#contracts/generated/types';
import type { WatchedConnector } from './watch.ts';

/** The newest transaction of an EVSE, as far as it tells why a cable is in. */
export type WatchedTransaction = {
  readonly evseId: number;
  /** Null: the station names none. */
  readonly connectorId: number | null;
  readonly transactionId: string;
  /** Preparing: no energy yet. Charging: also suspended, or not told. Finishing: over, or without energy again. */
  readonly phase: 'Preparing' | 'Charging' | 'Finishing';
  readonly isOver: boolean;
  /** recordedAt and offset of the event since which it is in this phase. */
  readonly since: number;
  readonly offset: number;
};

/** One per EVSE; a station has no more of them than this. */
export const transactionsKeptMax = 100;

type Known = readonly WatchedTransaction[];
type At = { readonly offset: number };

type Said = TransactionStarted | TransactionUpdated | TransactionEnded;

export function transactionsAfter(known: Known, event: TransactionStarted | TransactionUpdated, at: At): Known {
  const before = beforeOf(known, event);
  return noted(known, event, { at, phase: phaseAfter(before, event.chargingState), isOver: false });
}

export function transactionsAfterEnd(known: Known, event: TransactionEnded, at: At): Known {
  // Told late, of one that nobody saw: whoever stands there now is somebody else.
  if (event.offline === true && beforeOf(known, event) === undefined) return known;
  return noted(known, event, { at, phase: 'Finishing', isOver: true });
}

type Now = Pick<WatchedTransaction, 'phase' | 'isOver'> & { readonly at: At };

function noted(known: Known, event: Said, { at, phase, isOver }: Now): Known {
  const { meta, transactionId } = event;
  const before = beforeOf(known, event);
  const place = placeOf(before, event);
  // 1.6 says what its connectors do in their own status. What comes again after its end says nothing new.
  if (place === undefined || meta.ocppVersion === '1.6' || before?.isOver === true) return known;
  const { since, offset } = before?.phase === phase ? before : { since: meta.recordedAt, offset: at.offset };
  const isNews = before?.phase !== phase || before.connectorId !== place.connectorId || isOver;
  return isNews ? replaced(known, { ...place, transactionId, phase, isOver, since, offset }) : known;
}

function beforeOf(known: Known, { transactionId }: Said): WatchedTransaction | undefined {
  return known.find((each) => each.transactionId === transactionId);
}

/** A transaction may be told before its place is (2.x: authorised first); undefined: nobody knows it yet. */
function placeOf(before: WatchedTransaction | undefined, event: Said) {
  const evseId = event.evseId ?? before?.evseId;
  return evseId === undefined ? undefined : { evseId, connectorId: event.connectorId ?? before?.connectorId ?? null };
}

/** Who left took the transaction along: whatever comes next is another visit. */
export function transactionsWithout(known: Known, evseId: number, connectorId: number): Known {
  return known.some((each) => isAt(each, evseId, connectorId))
    ? known.filter((each) => !isAt(each, evseId, connectorId))
    : known;
}

/** The connector as 1.6 would tell it: Occupied without a transaction is Preparing, after one Finishing. */
export function pluggedAs(
  connector: WatchedConnector,
  transactions: Known,
): Pick<WatchedConnector, 'status' | 'since' | 'offset'> {
  const { evseId, connectorId, status, since, offset } = connector;
  if (status !== 'Occupied') return { status, since, offset };
  const transaction = transactions.find((each) => isAt(each, evseId, connectorId));
  const isOfOther = transaction?.isOver === true && transaction.offset < offset;
  if (transaction === undefined || isOfOther) return { status: 'Preparing', since, offset };
  const said: ConnectorStatus = transaction.phase;
  return transaction.offset > offset
    ? { status: said, since: transaction.since, offset: transaction.offset }
    : { status: said, since, offset };
}

/** EVConnected and Idle give no energy (2.0.1 ChargingStateEnumType); before the first of it that is a beginning, then an end. */
function phaseAfter(before: WatchedTransaction | undefined, chargingState: string | null): WatchedTransaction['phase'] {
  if (chargingState === null) return before?.phase ?? 'Charging';
  if (chargingState !== 'EVConnected' && chargingState !== 'Idle') return 'Charging';
  return before === undefined || before.phase === 'Preparing' ? 'Preparing' : 'Finishing';
}

function isAt(each: WatchedTransaction, evseId: number, connectorId: number): boolean {
  return each.evseId === evseId && (each.connectorId === null || each.connectorId === connectorId);
}

/** The newest of an EVSE stands in the place of the one before. */
function replaced(known: Known, now: WatchedTransaction): Known {
  return [...known.filter(({ evseId }) => evseId !== now.evseId), now].slice(-transactionsKeptMax);
}
