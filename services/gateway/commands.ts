// Hands commands from the log to the connection they name; positioned before the first socket opens.
import { setTimeout as delay } from 'node:timers/promises';
import { decodeRecord } from '#contracts/codec';
import { openLogReader } from '#kit/event-log/reader';
import type { LogReader } from '#kit/event-log/types';
import type { Closable } from '#kit/lifecycle';
import { frameFaults } from './metrics.ts';
import type { GatewayParts } from './parts.ts';

const recordsMax = 1000;
const retryMs = 1_000;

/** Follows the commands topic from its present end: an older command names an epoch that this process never held. */
export async function followCommands(parts: GatewayParts): Promise<Closable> {
  const { config, topics, logger } = parts;
  const topic = topics.commands.name;
  const closing = new AbortController();
  const goOnAtEnd = async (partition: number): Promise<void> => {
    while (!closing.signal.aborted) {
      try {
        reader.assign(partition, (await reader.endOffsets()).get(partition) ?? 0);
        return;
      } catch (error) {
        logger.warn({ err: error, partition }, 'end of the commands unknown, trying again');
        await delay(retryMs, undefined, { signal: closing.signal }).catch(() => undefined);
      }
    }
  };
  const reader: LogReader = await openLogReader(
    {
      brokers: config.brokers,
      clientId: `${parts.gatewayId}-commands`,
      topic,
      fetchWaitMs: 100,
      fetchBytesMax: 1024 * 1024,
      bufferBytesMax: 8 * 1024 * 1024,
      onLost: (partition, fault) => {
        logger.error({ err: fault, partition }, 'commands lost from the log before they were read');
        void goOnAtEnd(partition);
      },
    },
    logger,
  );
  for (const [partition, end] of await reader.endOffsets()) reader.assign(partition, end);
  const followed = (async () => {
    for (let batches = await reader.next(recordsMax); batches.length > 0; batches = await reader.next(recordsMax)) {
      for (const { records } of batches) {
        for (const { type, value } of records) if (type === 'CommandRequested' && value !== null) deliver(parts, value);
      }
    }
  })();
  return {
    async close() {
      closing.abort();
      await reader.close();
      await followed;
    },
  };
}

function deliver(parts: GatewayParts, bytes: Buffer): void {
  try {
    const command = decodeRecord(bytes);
    if (command.type !== 'CommandRequested') return;
    const connection = parts.roster.get(`${command.tenantId}/${command.stationId}`);
    // Exactly this connection, or nobody: an older or newer one is not what the requester saw.
    if (connection?.epoch === command.connectionEpoch) connection.outbound.request(command);
  } catch (error) {
    frameFaults.inc({ reason: 'unreadable-command' });
    parts.logger.error({ err: error }, 'unreadable command');
  }
}
