// What an operator's StartCharging vouches for: a start with that token, on that EVSE, soon, or with its remoteStartId.

export type Voucher = {
  readonly commandId: string;
  readonly tokenRef: string;
  /** Null: any EVSE of the station. */
  readonly evseId: number | null;
  readonly remoteStartId: number;
  /** ms since epoch, by our clock. */
  readonly from: number;
  readonly until: number;
};

/** A start, or the question before it, as the station says. */
export type StartShown = {
  readonly evseId: number | null;
  /** Only 2.x names it. */
  readonly remoteStartId: number | null;
  /** Station clock, ms since epoch. */
  readonly startedAt: number | null;
  readonly now: number;
};

/** After a remote start was accepted the driver has to plug in; stations give up after minutes (1.6 ConnectionTimeOut). */
export const startWindowMs = 10 * 60_000;
/** How far a station's clock may be behind ours. */
export const clockSkewMs = 5 * 60_000;

/** A start that was queued offline comes late: the time that it tells counts like that of its arrival. */
export function vouchesFor(voucher: Voucher, start: StartShown): boolean {
  if (start.remoteStartId !== null) return start.remoteStartId === voucher.remoteStartId;
  if (voucher.evseId !== null && start.evseId !== null && voucher.evseId !== start.evseId) return false;
  const { from, until } = voucher;
  if (start.now >= from && start.now < until) return true;
  return start.startedAt !== null && start.startedAt >= from - clockSkewMs && start.startedAt < until;
}
