// The one error class of the platform: an environment failed us, and a code from this table says how.

/** Every way the environment may fail. `status` is the HTTP status an API answers when the fault reaches it. */
export const faultCodes = {
  CONFIG_INVALID: { status: 500, title: 'The configuration is not valid' },
  LOG_UNAVAILABLE: { status: 503, title: 'The event log does not answer' },
  LOG_REFUSED: { status: 500, title: 'The event log does not take this record' },
  LOG_FULL: { status: 503, title: 'The queue towards the event log is full' },
  LOG_TOPIC_MISMATCH: { status: 500, title: 'A topic of the event log differs from its contract' },
  LOG_GAP: { status: 500, title: 'The event log has a gap where a projection stands' },
  LOG_CLOSED: { status: 503, title: 'The event log is closing' },
  SCHEMA_UNKNOWN: { status: 500, title: 'A record names a schema that the lock file does not know' },
  RECORD_UNREADABLE: { status: 500, title: 'A record cannot be decoded' },
  DATABASE_UNAVAILABLE: { status: 503, title: 'The database does not answer' },
  DATABASE_NUMBER_TOO_LARGE: { status: 500, title: 'A number of the database is too large to be held exactly' },
  MIGRATION_CHANGED: { status: 500, title: 'A migration that was applied has been edited' },
  OWNERSHIP_LOST: { status: 503, title: 'Another process owns this partition now' },
  REBUILD_REFUSED: { status: 409, title: 'A rebuild cannot go on' },
  TIMESERIES_UNAVAILABLE: { status: 503, title: 'ClickHouse does not answer' },
  TIMESERIES_REFUSED: { status: 500, title: 'ClickHouse refused a statement' },
  UPSTREAM_UNAVAILABLE: { status: 502, title: 'Another service does not answer' },
  SECRET_MISSING: { status: 500, title: 'A secret is missing from the secrets file' },
  PORT_TAKEN: { status: 500, title: 'A port is taken by another process' },
  DATA_DIR_IN_USE: { status: 500, title: 'Another run uses the data directory' },
  PROGRAM_FAILED: { status: 500, title: 'A program of the local platform does not come up' },
  PART_UNAVAILABLE: { status: 500, title: 'A part of the local stack does not start' },
  FAILPOINT: { status: 503, title: 'A failpoint of a test failed here' },
  NATIVE_MISSING: { status: 500, title: 'A native module did not load' },
} as const;

export type FaultCode = keyof typeof faultCodes;

/** Thrown when the environment fails. `detail` is one sentence for the person who must mend it. */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly status: number;
  readonly detail: string;

  constructor(code: FaultCode, options: { detail?: string; cause?: unknown } = {}) {
    const detail = options.detail ?? faultCodes[code].title;
    super(`${code}: ${detail}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Fault';
    this.code = code;
    this.status = faultCodes[code].status;
    this.detail = detail;
  }
}
