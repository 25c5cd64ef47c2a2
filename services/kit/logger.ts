// Logs are one JSON line with ids and a constant message (pino).
import { pino, type Logger } from 'pino';

export type { Logger } from 'pino';

/** A logger of one service. Level by LOG_LEVEL (default info). Never log payloads, passwords or driver ids. */
export function createLogger(service: string, level: string = process.env['LOG_LEVEL'] ?? 'info'): Logger {
  return pino({ level, base: { service, pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime });
}
