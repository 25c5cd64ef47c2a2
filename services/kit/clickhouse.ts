// ClickHouse as services see it: RowBinary inserts under a deduplication token, typed queries, and Faults for its errors.
import { Readable } from 'node:stream';
import { ClickHouseError, ClickHouseLogLevel, type ClickHouseSettings, createClient } from '@clickhouse/client';
import { Fault } from '#kit/fault';
import type { Closable } from '#kit/lifecycle';

export type ClickHouseOptions = {
  /** http(s)://user:password@host:port */
  readonly url: string;
  readonly database: string;
  readonly requestTimeoutMs?: number;
  readonly connectionsMax?: number;
};

export type RowBinaryInsert = {
  readonly table: string;
  readonly columns: readonly string[];
  /** Rows in RowBinary, columns in the given order. */
  readonly rows: Uint8Array;
  /** The same rows under the same token are inserted once (within the table's deduplication window). */
  readonly deduplicationToken: string;
  readonly settings?: ClickHouseSettings;
};

export type QueryOptions = {
  /** Values of `{name:Type}` in the text. */
  readonly params?: Readonly<Record<string, unknown>>;
  readonly settings?: ClickHouseSettings;
  /** When to give up on a server that says nothing; by default the client's request timeout. */
  readonly timeoutMs?: number;
};

/** Throws Fault TIMESERIES_UNAVAILABLE (try again) or TIMESERIES_REFUSED (the statement is at fault; code in `detail`). */
export type ClickHouse = Closable & {
  readonly database: string;
  insertRowBinary(insert: RowBinaryInsert): Promise<void>;
  /** Rows as objects; 64-bit integers and decimals come as text. */
  query<Row>(text: string, options?: QueryOptions): Promise<Row[]>;
  /** A statement without rows. */
  command(text: string, settings?: ClickHouseSettings): Promise<void>;
  /** Resolves when the server answers. */
  ping(): Promise<void>;
};

const requestTimeoutMsDefault = 60_000;
const connectionsMaxDefault = 8;

const insertSettings: ClickHouseSettings = {
  async_insert: 0,
  insert_deduplicate: 1,
  // Else a repeated insert is dropped from the table and counted again by its views.
  deduplicate_blocks_in_dependent_materialized_views: 1,
};

/** Opens a client; the first statement connects. */
export function openClickHouse(options: ClickHouseOptions): ClickHouse {
  const client = createClient({
    url: options.url,
    database: options.database,
    request_timeout: options.requestTimeoutMs ?? requestTimeoutMsDefault,
    max_open_connections: options.connectionsMax ?? connectionsMaxDefault,
    application: 'chargestream',
    // Who calls logs the Fault, as one JSON line of ours.
    log: { level: ClickHouseLogLevel.OFF },
    clickhouse_settings: { output_format_json_quote_64bit_integers: 1, output_format_json_quote_decimals: 1 },
  });
  return {
    database: options.database,
    async insertRowBinary({ table, columns, rows, deduplicationToken, settings }) {
      const names = columns.map((column) => `\`${column}\``).join(', ');
      await faultsOf(async () => {
        const { stream } = await client.exec({
          query: `INSERT INTO ${table} (${names}) FORMAT RowBinary`,
          values: Readable.from([rows], { objectMode: false }),
          clickhouse_settings: { ...insertSettings, ...settings, insert_deduplication_token: deduplicationToken },
        });
        // The answer is empty, but its connection is free for the next insert only when it was read.
        for await (const _ of stream) void _;
      });
    },
    query<Row>(text: string, { params, settings, timeoutMs }: QueryOptions = {}) {
      return faultsOf(async () => {
        const result = await client.query({
          query: text,
          format: 'JSONEachRow',
          ...(params === undefined ? {} : { query_params: { ...params } }),
          ...(settings === undefined ? {} : { clickhouse_settings: settings }),
          ...(timeoutMs === undefined ? {} : { abort_signal: AbortSignal.timeout(timeoutMs) }),
        });
        return result.json<Row>();
      });
    },
    async command(text, settings) {
      await faultsOf(() =>
        client.command({ query: text, ...(settings === undefined ? {} : { clickhouse_settings: settings }) }),
      );
    },
    async ping() {
      const result = await client.ping();
      if (!result.success) throw faultOf(result.error);
    },
    close: () => client.close(),
  };
}

// Codes of the engine that say "not now": deadline, too many queries, network, memory, read-only table, too many parts,
// unknown outcome of an insert, session busy, query cancelled, coordination lost.
const awayCodes: ReadonlySet<string> = new Set(
  [159, 202, 209, 210, 241, 242, 252, 319, 373, 394, 999].map((code) => String(code)),
);

async function faultsOf<T>(fn: () => Promise<T>): Promise<T> {
  try {
    return await fn();
  } catch (error) {
    throw faultOf(error);
  }
}

function faultOf(error: unknown): Fault {
  const detail = error instanceof Error ? error.message : String(error);
  if (!(error instanceof ClickHouseError)) return new Fault('TIMESERIES_UNAVAILABLE', { detail, cause: error });
  const code = awayCodes.has(error.code) ? 'TIMESERIES_UNAVAILABLE' : 'TIMESERIES_REFUSED';
  return new Fault(code, { detail: `Code ${error.code} (${error.type ?? 'unknown'}): ${detail}`, cause: error });
}
