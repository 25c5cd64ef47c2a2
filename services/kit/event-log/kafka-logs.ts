// kafkajs logs through our logger: its retries are warnings of ours, since what finally fails is reported by a Fault.
import { logLevel, type LogEntry } from 'kafkajs';
import type { Logger } from '#kit/logger';

/** Warnings and worse; below that kafkajs tells every request. */
export const kafkaLogLevel = logLevel.WARN;

/** A log creator for kafkajs: one JSON line per entry, its own level one step lower. */
export function kafkaLogs(logger: Logger): () => (entry: LogEntry) => void {
  return () => (entry) => {
    const { message, timestamp: _timestamp, logger: _name, ...details } = entry.log;
    const fields = { ...details, namespace: entry.namespace, kafka: message };
    if (entry.level === logLevel.ERROR) logger.warn(fields, 'kafka client reports an error');
    else logger.info(fields, 'kafka client reports');
  };
}
