// Hands commands from the log to the connection they name; read to the end before the first socket opens.
import { decodeRecord } from '#contracts/codec';
import { onlyReads } from '#contracts/commands';
import type { CommandRequested } from '#contracts/generated/types';
import { assignAgain } from '#kit/event-log/assign-again';
import { openLogReader } from '#kit/event-log/reader';
import type { LogReader, LogRecord } from '#kit/event-log/types';
import type { Closable } from '#kit/lifecycle';
import { frameFaults } from './metrics.ts';
import type { GatewayParts } from './parts.ts';

const recordsMax = 1000;
/** Read again at the start, per partition: what operators vouched for a while ago. Such a command names no epoch of ours. */
const lookBackRecords = 1_000;
/** Commands remembered as begun: a request that lost the race against the frame of another gateway comes right after. */
const begunMax = 20_000;

/** Follows the commands topic; resolves when its present end is read. */
export async function followCommands(parts: GatewayParts): Promise<Closable> {
  const { config, topics, logger } = parts;
  const topic = topics.commands.name;
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
        void assignAgain(reader, partition, 'end', logger);
      },
    },
    logger,
  );
  const [starts, ends] = [await reader.startOffsets(), await reader.endOffsets()];
  for (const [partition, end] of ends)
    reader.assign(partition, Math.max(starts.get(partition) ?? 0, end - lookBackRecords));
  const deliveries = new Deliveries(parts);
  const followed = (async () => {
    for (let batches = await reader.next(recordsMax); batches.length > 0; batches = await reader.next(recordsMax)) {
      for (const { records } of batches) for (const record of records) deliveries.take(record);
    }
  })();
  await reader.reached(ends);
  return {
    async close() {
      await reader.close();
      await followed;
    },
  };
}

/**
 * The order of the log decides who carries a command out: whoever's CommandSent comes first, before its end and before a
 * request under a newer connection. Every gateway reads the same order, so at most one writes the frame.
 */
export class Deliveries {
  readonly #parts: GatewayParts;
  /** Commands that were announced or completed; oldest out. */
  readonly #begun = new Set<string>();

  constructor(parts: GatewayParts) {
    this.#parts = parts;
  }

  take({ key, value }: LogRecord): void {
    if (value === null) return;
    // What waited for a stopped process is no command any more.
    this.#parts.awake.check();
    try {
      const record = decodeRecord(value);
      const outbound = this.#parts.roster.get(key)?.outbound;
      if (record.type === 'CommandRequested') this.#requested(record);
      else if (record.type === 'CommandSent') {
        this.#begin(record.commandId);
        outbound?.readBack(record.messageId);
      } else if (record.type === 'CommandCompleted') {
        this.#begin(record.commandId);
        this.#parts.vouchers.completed(record);
        outbound?.withdraw(record.commandId);
      }
    } catch (error) {
      frameFaults.inc({ reason: 'unreadable-command' });
      this.#parts.logger.error({ err: error }, 'unreadable command');
    }
  }

  #requested(command: CommandRequested): void {
    const { roster, vouchers } = this.#parts;
    // What began, or was refused, vouches for nothing new where its request stands in the log again.
    if (!this.#begun.has(command.commandId)) vouchers.requested(command);
    const connection = roster.get(`${command.tenantId}/${command.stationId}`);
    if (connection === undefined || connection.epoch === null) return;
    if (command.connectionEpoch > connection.epoch) connection.outbound.withdraw(command.commandId);
    // Exactly this connection, or nobody: an older or newer one is not what the requester saw.
    if (command.connectionEpoch !== connection.epoch) return;
    if (this.#begun.has(command.commandId) && !onlyReads(command.intent)) frameFaults.inc({ reason: 'begun-command' });
    else connection.outbound.request(command);
  }

  #begin(commandId: string): void {
    const [oldest] = this.#begun;
    if (this.#begun.size >= begunMax && oldest !== undefined) this.#begun.delete(oldest);
    this.#begun.add(commandId);
  }
}
