// Configuration of the stations service, with defaults and bounds.
import { commonSettings, databaseUrl, logDefaults } from '#kit/common-settings';
import { integer, readConfig, text, type ConfigOf, type Environment } from '#kit/env';

const settings = {
  ...commonSettings,
  databaseUrl,
  databasePoolMax: integer('DATABASE_POOL_MAX', 8, 4, 100),
  port: integer('STATIONS_PORT', 8102, 0, 65_535),
  /** How often commands and leases are looked at without a record that asks for it. */
  tickMs: integer('STATIONS_TICK_MS', 1_000, 50, 60_000),
  registryUrl: text('REGISTRY_URL', 'http://127.0.0.1:8101'),
  sessionsUrl: text('SESSIONS_URL', 'http://127.0.0.1:8103'),
  registryTimeoutMs: integer('REGISTRY_TIMEOUT_MS', 5_000, 100, 60_000),
  /** How long a station's certificate is valid; it is asked for a new one 30 days before. */
  certificateDays: integer('CERTIFICATE_DAYS', 365, 1, 3_650),
  /** Where stations read firmware and upload logs, on a port of its own; and how they reach it: empty, by host and port. */
  filesPort: integer('STATION_FILES_PORT', 8202, 0, 65_535),
  filesUrl: text('STATION_FILES_URL', ''),
  filesDir: text('STATION_FILES_DIR', '.data/files'),
  firmwareBytesMax: integer('FIRMWARE_BYTES_MAX', 1_073_741_824, 1_024, 17_179_869_184),
  uploadBytesMax: integer('STATION_UPLOAD_BYTES_MAX', 268_435_456, 1_024, 17_179_869_184),
  /** All files together; beyond it nothing more is taken. */
  storedBytesMax: integer('STATION_FILES_BYTES_MAX', 53_687_091_200, 1_024, Number.MAX_SAFE_INTEGER),
  /** All files of one tenant, so that none fills what is there for all. */
  tenantFilesBytesMax: integer('STATION_FILES_TENANT_BYTES_MAX', 10_737_418_240, 1_024, Number.MAX_SAFE_INTEGER),
  /** Connections of one address to the file server; where a proxy stands before it, all of them come from there. */
  fileConnectionsPerAddress: integer('STATION_FILES_CONNECTIONS_PER_ADDRESS', 200, 1, 10_000),
  uploadsKeptDays: integer('STATION_UPLOADS_KEPT_DAYS', 30, 1, 3_650),
  /** How long a station may take over a file, beyond the expiry of its command. */
  fileLinkHours: integer('STATION_FILE_LINK_HOURS', 24, 1, 720),
  /** How long a station waits for the cable after a remote start, where it told no ConnectionTimeOut. */
  connectionTimeoutSeconds: integer('CONNECTION_TIMEOUT_SECONDS', 120, 1, 3_600),
  /** So often the tokens of local lists are looked up: what the registry changed is in the stations by then. */
  localListLookUpSeconds: integer('LOCAL_LIST_LOOK_UP_SECONDS', 3_600, 1, 604_800),
  /** A gateway whose lease is older is gone; gateways renew theirs every 5 s. */
  leaseTimeoutMs: integer('LEASE_TIMEOUT_MS', 30_000, 500, 600_000),
} as const;

export type StationsConfig = ConfigOf<typeof settings>;

/** Throws Fault CONFIG_INVALID that names every faulty variable. */
export function stationsConfig(environment: Environment): StationsConfig {
  return readConfig(settings, environment);
}

/** How this service reads and writes the log. */
export const logSettings = { ...logDefaults, appendTimeoutMs: 10_000 } as const;
