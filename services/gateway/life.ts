// Start and end of a connection are facts too; an end is recorded when the log is back, as long as this process lives.
import type { ChargingEvent } from '#contracts/generated/types';
import { Fault } from '#kit/fault';
import type { Admitted } from './admitted.ts';
import { claimPresence, presenceOf } from './claim.ts';
import type { Connection } from './connection.ts';
import { appendEvents } from './inbound.ts';

const retryMs = 5_000;
/** Made while the log is here; as long as it is away the first one stays in its queue, and no other is added. */
const attemptsMax = 20;

/**
 * Ends that are on their way to the log at once: where a site loses all its lines, or this process wakes, thousands would
 * stand before the facts of those who are connected.
 */
export const endsAtOnceMax = 256;

/** Resolves with the connection's epoch: the offset of its StationConnected, which itself names none. */
export async function recordStart(connection: Connection, admitted: Admitted): Promise<number> {
  const connected: ChargingEvent = {
    type: 'StationConnected',
    meta: { ...connection.meta(null, null), connectionEpoch: null, seq: null },
    gatewayId: connection.parts.gatewayId,
    subprotocol: admitted.subprotocol,
    securityProfile: admitted.securityProfile,
    remoteAddress: admitted.remoteAddress,
  };
  const epoch = await appendEvents(connection, [connected]);
  // As late as can be: another gateway may have told the station to beat less often, or ended its line, a moment ago.
  const known = connection.parts.caches.presence(connection.key);
  connection.peer.beatsEvery(known?.heartbeatSeconds ?? 0);
  connection.peer.wasZombie(known?.zombieEndedAt ?? null, connection.parts.now());
  return epoch;
}

/** How a connection ended: our cause, and the close code where the socket had one. */
export type End = { readonly cause: string; readonly closeCode: number | null };

/**
 * 1. StationDisconnected, 2. presence. Never rejects. A crash before 1 or between: the lease timer of the stations
 * service ends the epoch. It cannot where this process lives on, so an attempt that failed is made again.
 */
export async function recordEnd(connection: Connection, { cause, closeCode }: End): Promise<void> {
  const { parts } = connection;
  // The same event each time: where the log took an earlier attempt after all, folds drop the repeat by epoch and seq.
  const meta = { ...connection.meta(null, null), source: 'gateway' as const };
  const ended: ChargingEvent = { type: 'StationDisconnected', meta, cause, closeCode };
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    try {
      await parts.ends.take(async () => {
        await appendEvents(connection, [ended]);
        await claimPresence(connection, presenceOf(connection, false));
      });
      return;
    } catch (error) {
      if (attempt === 1) parts.logger.warn({ err: error, stationId: connection.stationId }, 'end not recorded yet');
      if (error instanceof Fault && error.code === 'LOG_CLOSED') return;
    }
    await new Promise((resolve) => setTimeout(resolve, retryMs).unref());
    await parts.pressure.logBack();
  }
  parts.logger.error({ stationId: connection.stationId, epoch: connection.epoch }, 'end of connection not recorded');
}
