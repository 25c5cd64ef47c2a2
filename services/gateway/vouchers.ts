// Remembers what operators vouched for by asking for a start: the start that follows is accepted though no registry knows its token.
import type { CommandCompleted, CommandRequested } from '#contracts/generated/types';
import { stationKey, tokenIdentityOf, tokenRefOf } from '#contracts/keys';
import { vouchedStart } from './domain/vouched-start.ts';
import { startWindowMs, type Voucher } from './domain/voucher.ts';

/** Stations with a voucher, and vouchers of one station; the oldest go. */
const stationsMax = 20_000;
const vouchersMax = 8;

/** Filled from the commands topic, so every gateway knows the same: the station may start on another one. */
export class Vouchers {
  readonly #byStation = new Map<string, Voucher[]>();
  readonly #tenantKey: (tenantId: string) => Buffer;

  constructor(tenantKey: (tenantId: string) => Buffer) {
    this.#tenantKey = tenantKey;
  }

  requested(command: CommandRequested): void {
    const start = vouchedStart(command);
    if (start === undefined) return;
    const { tenantId, stationId, commandId, requestedAt, expiresAt } = command;
    const { token, evseId, remoteStartId } = start;
    const key = stationKey(tenantId, stationId);
    const others = this.#byStation.get(key) ?? [];
    // Asked again, under a newer connection: what it vouches for stays what it was.
    if (others.some((voucher) => voucher.commandId === commandId)) return;
    const identity = tokenIdentityOf(token.type, token.uid);
    const voucher: Voucher = {
      commandId,
      tokenRef: tokenRefOf(this.#tenantKey(tenantId), identity.type, identity.uid),
      evseId,
      remoteStartId,
      from: requestedAt,
      until: expiresAt + startWindowMs,
      transactionId: null,
    };
    this.#keep(key, [...others, voucher].slice(-vouchersMax));
  }

  /**
   * What the station refused, or never got, vouches for nothing; of unknown outcome it may have got it. Whoever waits to
   * plug in does so from now on, however long the command might have waited.
   */
  completed({ tenantId, stationId, commandId, outcome, completedAt }: CommandCompleted): void {
    const isStart = outcome === 'accepted' || outcome === 'unknown';
    const key = stationKey(tenantId, stationId);
    this.#change(key, commandId, (voucher) =>
      isStart ? { ...voucher, until: Math.min(voucher.until, completedAt + startWindowMs) } : undefined,
    );
  }

  /** A transaction started on it, as far as this process sees: another gateway has not heard of it. */
  started(key: string, commandId: string, transactionId: string): void {
    this.#change(key, commandId, (voucher) => ({ ...voucher, transactionId }));
  }

  of(key: string, tokenRef: string): readonly Voucher[] {
    return this.#byStation.get(key)?.filter((voucher) => voucher.tokenRef === tokenRef) ?? [];
  }

  #change(key: string, commandId: string, change: (voucher: Voucher) => Voucher | undefined): void {
    const vouchers = this.#byStation.get(key);
    if (vouchers === undefined) return;
    const changed = vouchers.map((voucher) => (voucher.commandId === commandId ? change(voucher) : voucher));
    this.#keep(
      key,
      changed.filter((voucher) => voucher !== undefined),
    );
  }

  #keep(key: string, vouchers: Voucher[]): void {
    this.#byStation.delete(key);
    if (vouchers.length === 0) return;
    const [oldest] = this.#byStation.keys();
    if (this.#byStation.size >= stationsMax && oldest !== undefined) this.#byStation.delete(oldest);
    this.#byStation.set(key, vouchers);
  }
}
