// Configuration of a gateway, with defaults and bounds.
import { commonSettings } from '#kit/common-settings';
import { choice, integer, readConfig, type ConfigOf, type Environment } from '#kit/env';

const settings = {
  ...commonSettings,
  port: integer('GATEWAY_PORT', 9000, 0, 65_535),
  adminPort: integer('GATEWAY_ADMIN_PORT', 9100, 0, 65_535),
  uwsNative: choice('UWS_NATIVE', 'warn', ['warn', 'require']),
  /** A frame beyond it closes the socket with 1009. */
  frameBytesMax: integer('FRAME_BYTES_MAX', 256 * 1024, 16 * 1024, 4 * 1024 * 1024),
  /** What we may owe a slow reader before its socket is closed. */
  owedBytesMax: integer('OWED_BYTES_MAX', 64 * 1024, 16 * 1024, 4 * 1024 * 1024),
  /** CALLs of one socket that may wait behind the one being served; one more closes the socket. */
  callsWaitingMax: integer('CALLS_WAITING_MAX', 16, 1, 1000),
  /** Sustained CALLs per second of one socket; above it answers are paced, never refused. */
  callsPerSecondMax: integer('CALLS_PER_SECOND_MAX', 50, 1, 10_000),
  callsBurstMax: integer('CALLS_BURST_MAX', 200, 1, 100_000),
  /** How long our CALL waits for the station's answer. */
  callTimeoutMs: integer('CALL_TIMEOUT_MS', 30_000, 100, 120_000),
  /** A socket without any frame for so long is dead; pings go out before. Stations that answer none must have time for their heartbeats. */
  idleTimeoutSeconds: integer('IDLE_TIMEOUT_SECONDS', 960, 8, 960),
  /** How long a displaced socket may answer a ping before it is closed. */
  supersededGraceMs: integer('SUPERSEDED_GRACE_MS', 2_000, 10, 60_000),
  /** Stopped for longer, this process ends its connections as it wakes: others may have given them up (after 30 s). */
  pausedMsMax: integer('PAUSED_MS_MAX', 15_000, 200, 600_000),
  leaseEveryMs: integer('LEASE_EVERY_MS', 5_000, 100, 60_000),
  appendTimeoutMs: integer('APPEND_TIMEOUT_MS', 30_000, 100, 600_000),
  lanes: integer('LOG_LANES', 1, 1, 64),
  lingerMs: integer('LOG_LINGER_MS', 4, 0, 1000),
  batchRecordsMax: integer('LOG_BATCH_RECORDS_MAX', 3_000, 1, 100_000),
  batchBytesMax: integer('LOG_BATCH_BYTES_MAX', 900_000, 1_000, 10_000_000),
  queueBytesMax: integer('LOG_QUEUE_BYTES_MAX', 64 * 1024 * 1024, 100_000, 2_000_000_000),
  closeTimeoutMs: integer('CLOSE_TIMEOUT_MS', 8_000, 100, 120_000),
} as const;

export type GatewayConfig = ConfigOf<typeof settings>;

/** Throws Fault CONFIG_INVALID that names every faulty variable. */
export function gatewayConfig(environment: Environment): GatewayConfig {
  return readConfig(settings, environment);
}
