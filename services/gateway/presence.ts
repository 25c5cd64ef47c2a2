// Tells the other gateways and the stations service who holds which connection, and that this instance lives.
import { encodeRecord } from '#contracts/codec';
import type { StationPresence } from '#contracts/generated/types';
import { partitionOf, stationKey } from '#contracts/keys';
import type { Topic } from '#contracts/topics';
import type { LogWriter } from '#kit/event-log/types';
import type { Closable } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';

export type PresenceWriter = Closable & {
  /** Resolves once the claim is acknowledged. */
  claim(presence: StationPresence): Promise<void>;
};

export type PresenceOptions = {
  readonly log: LogWriter;
  readonly topic: Topic;
  readonly gatewayId: string;
  readonly leaseEveryMs: number;
  readonly logger: Logger;
  now(): number;
};

/** Writes claims as asked and this instance's lease every leaseEveryMs; on close the lease is ended. */
export function openPresence(options: PresenceOptions): PresenceWriter {
  const { log, topic, gatewayId, logger, now } = options;
  const startedAt = now();
  // No station's key: those have a slash.
  const leaseKey = gatewayId;
  const renew = async (ended: boolean): Promise<void> => {
    const value = encodeRecord('GatewayLease', { gatewayId, startedAt, renewedAt: now(), ended });
    await log.append(topic.name, partitionOf(leaseKey, topic.partitions), [
      { key: leaseKey, type: 'GatewayLease', value },
    ]);
  };
  const renewLogged = (): void => {
    renew(false).catch((error: unknown) => logger.warn({ err: error }, 'lease not renewed'));
  };
  renewLogged();
  const timer = setInterval(renewLogged, options.leaseEveryMs);
  return {
    async claim(presence) {
      const key = stationKey(presence.tenantId, presence.stationId);
      await log.append(topic.name, partitionOf(key, topic.partitions), [
        { key, type: 'StationPresence', value: encodeRecord('StationPresence', presence) },
      ]);
    },
    async close() {
      clearInterval(timer);
      await renew(true);
    },
  };
}
