// The log as the gateway appends to it, with a count of what was acknowledged: progress is what tells slow from away.
import type { AppendRecord, LogWriter } from '#kit/event-log/types';

export type WatchedLog = LogWriter & {
  /** Appends acknowledged since the start. */
  readonly acknowledged: number;
};

/** Counts the acknowledgements of `log`; everything else is its own. */
export function watchLog(log: LogWriter): WatchedLog {
  let acknowledged = 0;
  const count = (): void => {
    acknowledged++;
  };
  // Whoever appended hears of the failure.
  const ignore = (): void => undefined;
  return {
    append(topic: string, partition: number, records: readonly AppendRecord[]): Promise<number> {
      const appended = log.append(topic, partition, records);
      void appended.then(count, ignore);
      return appended;
    },
    get queuedBytes() {
      return log.queuedBytes;
    },
    get acknowledged() {
      return acknowledged;
    },
    oldestUnackedMs: () => log.oldestUnackedMs(),
    close: () => log.close(),
  };
}
