// One identity, one connection: a newcomer displaces the older one at once; two living devices are told apart by a pong.
import type { ChargingEvent, StationPresence } from '#contracts/generated/types';
import { stationKey } from '#contracts/keys';
import { presenceOf } from './claim.ts';
import type { Connection } from './connection.ts';
import { appendEvents } from './inbound.ts';
import { duplicateIdentities } from './metrics.ts';
import type { GatewayParts } from './parts.ts';

const withinMs = 60_000;
const alarmAt = 3;
const refuseForMs = 5 * 60_000;
const identitiesMax = 10_000;

export class Identities {
  readonly #parts: GatewayParts;
  readonly #seen = new Map<string, number[]>();

  constructor(parts: GatewayParts) {
    this.#parts = parts;
  }

  /** A station's socket opened in this process; half-open old sockets are the rule in the field, so the newcomer wins. */
  opened(connection: Connection): void {
    const older = this.#parts.roster.replace(connection.key, connection);
    if (older?.accepted === true) connection.adoptAcceptance();
    older?.supersede(() => this.#secondDevice(older));
  }

  /** A presence record from any gateway, or from the lease timer of the stations service. */
  onPresence(presence: StationPresence): void {
    const key = stationKey(presence.tenantId, presence.stationId);
    const held = this.#parts.roster.get(key);
    if (held === undefined || held.epoch === null) return;
    if (presence.connectionEpoch > held.epoch && presence.connected) {
      this.#parts.roster.leave(key, held);
      held.supersede(() => this.#secondDevice(held));
    } else if (presence.connectionEpoch >= held.epoch && !presence.connected) {
      // The log says that this epoch is over: we were silent for too long.
      held.end(1012, 'connection was given up', 'lease-expired');
    } else if (presence.connectionEpoch < held.epoch) {
      // An older connection's late record is now the last one of its key: ours must be the last again.
      if (presence.accepted) held.adoptAcceptance();
      this.#claim(presenceOf(held, true));
    }
  }

  #secondDevice(displaced: Connection): void {
    duplicateIdentities.inc();
    const now = this.#parts.now();
    const recent = [...(this.#seen.get(displaced.key) ?? []).filter((at) => at > now - withinMs), now];
    this.#remember(displaced.key, recent);
    const event: ChargingEvent = {
      type: 'SecurityEventReported',
      meta: { ...displaced.meta(null, null), source: 'gateway' },
      kind: 'DuplicateIdentity',
      info: `${recent.length} within a minute`,
    };
    appendEvents(displaced, [event]).catch((error: unknown) =>
      this.#parts.logger.warn({ err: error }, 'security event not recorded'),
    );
    if (recent.length >= alarmAt) this.#holdOff(displaced, now + refuseForMs);
  }

  /** The incumbent keeps the identity; upgrades get 503 until then, or until it closes. */
  #holdOff(displaced: Connection, until: number): void {
    const { caches, logger, roster } = this.#parts;
    logger.error(
      { stationId: displaced.stationId, tenantId: displaced.tenantId, until },
      'two devices fight for one identity',
    );
    const incumbent = roster.get(displaced.key);
    if (incumbent !== undefined) incumbent.refuseUntil = until;
    const claim =
      incumbent !== undefined && incumbent.epoch !== null
        ? presenceOf(incumbent, true)
        : caches.presence(displaced.key);
    if (claim?.connected === true) this.#claim({ ...claim, refuseUntil: until });
  }

  #claim(presence: StationPresence): void {
    this.#parts.presence
      .claim(presence)
      .catch((error: unknown) => this.#parts.logger.warn({ err: error }, 'presence not claimed'));
  }

  #remember(key: string, recent: number[]): void {
    const [oldest] = this.#seen.keys();
    if (this.#seen.size >= identitiesMax && oldest !== undefined) this.#seen.delete(oldest);
    this.#seen.delete(key);
    this.#seen.set(key, recent);
  }
}
