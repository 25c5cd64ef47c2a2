// What an operator's StartCharging vouches for: one start with that token, on that EVSE, soon, or with its remoteStartId.

export type Voucher = {
  readonly commandId: string;
  readonly tokenRef: string;
  /** Null: any EVSE of the station. */
  readonly evseId: number | null;
  readonly remoteStartId: number;
  /** ms since epoch, by our clock. */
  readonly from: number;
  readonly until: number;
  /** The transaction that started on it; null: none yet. */
  readonly transactionId: string | null;
};

/** A start, or the question before it, as the station says. */
export type StartShown = {
  readonly evseId: number | null;
  /** Only 2.x names it. */
  readonly remoteStartId: number | null;
  /** Station clock, ms since epoch. */
  readonly startedAt: number | null;
  /** Null for the question: it uses nothing up. */
  readonly transactionId: string | null;
  readonly now: number;
};

/** After a remote start was accepted the driver has to plug in; stations give up after minutes (1.6 ConnectionTimeOut). */
export const startWindowMs = 10 * 60_000;
/** How far a station's clock may be behind ours. */
export const clockSkewMs = 5 * 60_000;

/** The one that vouches for this start; a repeat of a start, or its next word, has the one that it started on. */
export function voucherFor(vouchers: readonly Voucher[], start: StartShown): Voucher | undefined {
  const { transactionId } = start;
  const own = transactionId === null ? undefined : vouchers.find((voucher) => voucher.transactionId === transactionId);
  return own ?? vouchers.find((voucher) => vouchesFor(voucher, start));
}

/** A start that was queued offline comes late: the time that it tells counts like that of its arrival. */
export function vouchesFor(voucher: Voucher, start: StartShown): boolean {
  // An operator asked for one charge: the card is nobody's for the next one.
  if (voucher.transactionId !== null && start.transactionId !== null) return false;
  if (start.remoteStartId !== null) return start.remoteStartId === voucher.remoteStartId;
  if (voucher.evseId !== null && start.evseId !== null && voucher.evseId !== start.evseId) return false;
  const { from, until } = voucher;
  if (start.now >= from && start.now < until) return true;
  return start.startedAt !== null && start.startedAt >= from - clockSkewMs && start.startedAt < until;
}
