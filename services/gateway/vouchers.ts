// Remembers what operators vouched for by StartCharging: the start that follows is accepted though no registry knows its token.
import { isIntent, type IntentParameters } from '#contracts/commands';
import type { CommandCompleted, CommandRequested } from '#contracts/generated/types';
import { remoteStartIdOf, stationKey, tokenRefOf } from '#contracts/keys';
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
    if (!isIntent(command.intent) || command.intent !== 'StartCharging') return;
    const { tenantId, stationId, commandId, requestedAt, expiresAt } = command;
    const { token, evseId } = JSON.parse(command.parametersJson) as IntentParameters<'StartCharging'>;
    const key = stationKey(tenantId, stationId);
    const others = (this.#byStation.get(key) ?? []).filter((voucher) => voucher.commandId !== commandId);
    const voucher: Voucher = {
      commandId,
      tokenRef: tokenRefOf(this.#tenantKey(tenantId), token.type, token.uid),
      evseId: evseId ?? null,
      remoteStartId: remoteStartIdOf(commandId),
      from: requestedAt,
      until: expiresAt + startWindowMs,
    };
    this.#keep(key, [...others, voucher].slice(-vouchersMax));
  }

  /** What the station refused, or never got, vouches for nothing; of unknown outcome it may have got it. */
  completed({ tenantId, stationId, commandId, outcome }: CommandCompleted): void {
    if (outcome === 'accepted' || outcome === 'unknown') return;
    const key = stationKey(tenantId, stationId);
    const left = this.#byStation.get(key)?.filter((voucher) => voucher.commandId !== commandId);
    if (left !== undefined) this.#keep(key, left);
  }

  of(key: string, tokenRef: string): readonly Voucher[] {
    return this.#byStation.get(key)?.filter((voucher) => voucher.tokenRef === tokenRef) ?? [];
  }

  #keep(key: string, vouchers: Voucher[]): void {
    this.#byStation.delete(key);
    if (vouchers.length === 0) return;
    const [oldest] = this.#byStation.keys();
    if (this.#byStation.size >= stationsMax && oldest !== undefined) this.#byStation.delete(oldest);
    this.#byStation.set(key, vouchers);
  }
}
