// The addon of npm chdb, of which we use four functions: its own Session ties all connections to the slowest query.
import { createRequire } from 'node:module';

/** A connection inside the addon. */
export type NativeConnection = { readonly __connection: unique symbol };

export type NativeResult = {
  readonly bytes: Uint8Array;
  readonly elapsed: number;
  readonly rowsRead: number;
  readonly bytesRead: number;
};

/** What ClickHouse's own parser says of a text. */
export type NativeClass = {
  /** Statements in the text; 0 where it does not parse. */
  readonly statementCount: number;
  /** 0 reads, 1 writes, 2 writes global objects, 3 steers (SET, USE, SYSTEM, INTO OUTFILE …), 4 does not parse. */
  readonly queryClass: number;
};

export type Native = {
  CreateConnection(dataDir: string, args?: readonly string[]): NativeConnection | null;
  CloseConnection(connection: NativeConnection): void;
  QueryAsyncConnection(connection: NativeConnection, sql: string, format: string): Promise<NativeResult>;
  DurableClassifyAsync(connection: NativeConnection, sql: string): Promise<NativeClass>;
};

/**
 * Loads the addon by the package's own loader (versions are pinned). Left aside on purpose: Session.close() waits for
 * every call of the process, and StreamQuery analyses on the event loop (a scalar subquery of 42 s stopped it for 42 s).
 */
export function loadNative(): Native {
  const entry = createRequire(import.meta.url).resolve('chdb');
  const loader = createRequire(entry)('./dist/loader.js') as { loadNative(): Native };
  return loader.loadNative();
}
