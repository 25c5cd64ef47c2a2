// What followers without a position of their own do where the log lost theirs: they go on at its start, or at its end.
import { Fault } from '#kit/fault';
import type { Logger } from '#kit/logger';
import type { LogReader } from './types.ts';

/**
 * Assigns the partition to its first offset (start) or to its end, asking until the log tells it. Never rejects; ends
 * without an assignment when the reader is closed.
 */
export async function assignAgain(
  reader: Pick<LogReader, 'assign' | 'startOffsets' | 'endOffsets'>,
  partition: number,
  at: 'start' | 'end',
  logger: Logger,
): Promise<void> {
  for (;;) {
    try {
      // It has a patience of its own, so this is no busy loop.
      const offsets = await (at === 'start' ? reader.startOffsets() : reader.endOffsets());
      reader.assign(partition, offsets.get(partition) ?? 0);
      return;
    } catch (error) {
      if (error instanceof Fault && error.code === 'LOG_CLOSED') return;
      logger.warn({ err: error, partition, at }, 'offset of a lost partition unknown, asking again');
    }
  }
}
