// Who holds which connection, and which gateways live: the presence topic in memory, with when we noticed by our own clock.
import { decodeRecord } from '#contracts/codec';
import type { StationPresence } from '#contracts/generated/types';
import { stationKey } from '#contracts/keys';
import type { LogRecord } from '#kit/event-log/types';
import type { Logger } from '#kit/logger';
import type { Presence } from './domain/completion.ts';
import type { Lease } from './domain/lease.ts';

/** What a process needs of a claim; a million of them stay small. */
export type Claim = Presence &
  Pick<StationPresence, 'gatewayId' | 'subprotocol' | 'heartbeatSeconds' | 'zombieEndedAt'>;

/** A lease with the key that it stands under in the topic. */
export type KeyedLease = Lease & { readonly key: string };

export type PresenceBookOptions = {
  readonly logger: Logger;
  now(): number;
  /** A station's connection changed. */
  onChange(stationKey: string): void;
};

export class PresenceBook {
  readonly #claims = new Map<string, Claim>();
  readonly #leases = new Map<string, KeyedLease>();
  readonly #options: PresenceBookOptions;

  constructor(options: PresenceBookOptions) {
    this.#options = options;
  }

  claim(key: string): Claim | undefined {
    return this.#claims.get(key);
  }

  lease(gatewayId: string): Lease | undefined {
    return this.#leases.get(gatewayId);
  }

  leases(): ReadonlyMap<string, KeyedLease> {
    return this.#leases;
  }

  onRecord(record: LogRecord): void {
    if (record.value === null) {
      this.#forget(record.key);
      return;
    }
    try {
      const decoded = decodeRecord(record.value);
      if (decoded.type === 'GatewayLease') {
        const { gatewayId, ended } = decoded;
        this.#leases.set(gatewayId, { key: record.key, noticedAt: this.#options.now(), ended });
      } else if (decoded.type === 'StationPresence') this.#take(decoded);
    } catch (error) {
      this.#options.logger.error({ err: error, offset: record.offset }, 'unreadable presence record');
    }
  }

  #forget(key: string): void {
    for (const [gatewayId, lease] of this.#leases) if (lease.key === key) this.#leases.delete(gatewayId);
  }

  /** Only a greater epoch, or the same one again, replaces what is known. */
  #take(presence: StationPresence): void {
    const key = stationKey(presence.tenantId, presence.stationId);
    const { connectionEpoch, connected, accepted, gatewayId, subprotocol, heartbeatSeconds, zombieEndedAt } = presence;
    const known = this.#claims.get(key);
    if (known !== undefined && known.connectionEpoch > connectionEpoch) return;
    const isSame = known?.connectionEpoch === connectionEpoch && known.connected === connected;
    const noticedAt = isSame ? known.noticedAt : this.#options.now();
    this.#claims.set(key, {
      connectionEpoch,
      connected,
      accepted,
      noticedAt,
      gatewayId,
      subprotocol,
      heartbeatSeconds,
      zombieEndedAt,
    });
    if (!isSame || known.accepted !== accepted) this.#options.onChange(key);
  }
}
