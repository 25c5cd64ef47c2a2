// A connection's record in presence: who holds the station, and whether it is accepted.
import type { StationPresence } from '#contracts/generated/types';
import type { Connection } from './connection.ts';

export function presenceOf(connection: Connection, connected: boolean): StationPresence {
  const { parts, tenantId, stationId, epoch, accepted, subprotocol, station, refuseUntil, peer } = connection;
  return {
    tenantId,
    stationId,
    gatewayId: parts.gatewayId,
    connectionEpoch: epoch ?? -1,
    connected,
    accepted,
    subprotocol,
    heartbeatSeconds: Math.max(station.heartbeatSeconds, peer.beatSeconds),
    refuseUntil: connected ? refuseUntil : null,
    zombieEndedAt: peer.zombieEndedAt(parts.now()),
    recordedAt: parts.now(),
  };
}

/** Resolves once it is acknowledged. The last record per station stays: an older connection must not hide a newer one's. */
export async function claimPresence({ parts, key }: Connection, presence: StationPresence): Promise<void> {
  if ((parts.caches.presence(key)?.connectionEpoch ?? -1) > presence.connectionEpoch) return;
  await parts.presence.claim(presence);
}
