// The engine: one data directory, many connections, a bound on the calls that run at once.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { exceptionOf } from '#infra/local/clickhouse-http/exception';
import { engineCallsMax } from '#infra/local/clickhouse-http/limits';
import {
  type Native,
  type NativeClass,
  type NativeConnection,
  type NativeResult,
  loadNative,
} from '#infra/local/clickhouse-http/native';
import { type Slots, createSlots } from '#infra/local/clickhouse-http/slots';
import { Fault } from '#kit/fault';
import type { Closable } from '#kit/lifecycle';

/** A connection with settings, parameters, database and temporary tables of its own; one call at a time. */
export type Connection = {
  /** Runs one statement. Throws ClickHouseException. */
  run(sql: string, format?: string): Promise<NativeResult>;
  classify(sql: string): Promise<NativeClass>;
  /** Releases it once its last call is over: the engine does not survive a connection that goes under a running call. */
  close(): void;
};

export type Engine = Closable & {
  readonly version: string;
  readonly timezone: string;
  readonly displayName: string;
  /** Names of table functions, lower case. */
  readonly tableFunctions: ReadonlySet<string>;
  connect(): Connection;
  /** Ends the queries that carry this log_comment; never throws. */
  kill(logComment: string): Promise<void>;
};

/** Opens the engine on its directory. Throws Fault DATA_DIR_IN_USE where another process has it. */
export async function openEngine(dataDir: string): Promise<Engine> {
  const native = loadNative();
  const dir = resolve(dataDir);
  const slots = createSlots(engineCallsMax);
  const open = new Set<Promise<unknown>>();
  // The root holds the engine open; it also kills, which must not wait for a slot that the victim holds.
  const root = connectionOf(native, openNative(native, dir), createSlots(1), open);
  const about = await textOf(root, 'SELECT version(), timezone(), displayName()');
  const [version = '', timezone = 'UTC', displayName = ''] = about.trimEnd().split('\t');
  const names = await textOf(root, 'SELECT lower(name) FROM system.table_functions');
  const kill = async (condition: string): Promise<void> => {
    await root.run(`KILL QUERY WHERE ${condition} ASYNC`).catch(() => {});
  };
  return {
    version,
    timezone,
    displayName,
    tableFunctions: new Set(names.trimEnd().split('\n')),
    connect: () => connectionOf(native, openNative(native, dir), slots, open),
    kill: (logComment) => kill(`Settings['log_comment'] = ${quoted(logComment)}`),
    async close() {
      await kill(`query NOT LIKE 'KILL QUERY%'`);
      await Promise.allSettled(open);
      root.close();
    },
  };
}

/** A string literal of ClickHouse's SQL. */
export function quoted(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function openNative(native: Native, dir: string): NativeConnection {
  try {
    const connection = native.CreateConnection(dir);
    if (connection !== null) return connection;
  } catch (error) {
    throw notOpened(dir, error);
  }
  throw notOpened(dir, undefined);
}

// The engine tells its reason (code 76) to standard error alone; its status file names the process that has the lock.
function notOpened(dir: string, cause: unknown): Fault {
  const holder = holderOf(dir);
  if (holder === undefined)
    return new Fault('PART_UNAVAILABLE', {
      detail: `The ClickHouse engine does not open ${dir}: ${String(cause)}`,
      cause,
    });
  return new Fault('DATA_DIR_IN_USE', {
    detail: `Process ${holder} uses the ClickHouse data in ${dir} already (code 76); end it first.`,
    cause,
  });
}

function holderOf(dir: string): number | undefined {
  try {
    const [, pid = ''] = /^PID: (\d+)/m.exec(readFileSync(join(dir, 'status'), 'utf8')) ?? [];
    process.kill(Number(pid), 0);
    return Number(pid);
  } catch {
    return undefined;
  }
}

function connectionOf(
  native: Native,
  connection: NativeConnection,
  slots: Slots,
  open: Set<Promise<unknown>>,
): Connection {
  let last: Promise<unknown> = Promise.resolve();
  const call = <T>(start: () => Promise<T>): Promise<T> => {
    const result = inOrder(last, slots, start);
    const over = result.then(
      () => {},
      () => {},
    );
    last = over;
    open.add(over);
    void over.then(() => open.delete(over));
    return result;
  };
  return {
    run: (sql, format = 'TabSeparated') => call(() => native.QueryAsyncConnection(connection, sql, format)),
    classify: (sql) => call(() => native.DurableClassifyAsync(connection, sql)),
    close() {
      void last.then(() => native.CloseConnection(connection));
    },
  };
}

async function inOrder<T>(before: Promise<unknown>, slots: Slots, start: () => Promise<T>): Promise<T> {
  await before;
  const giveBack = await slots.take();
  try {
    return await start();
  } catch (error) {
    throw exceptionOf(error);
  } finally {
    giveBack();
  }
}

async function textOf(connection: Connection, sql: string): Promise<string> {
  return Buffer.from((await connection.run(sql)).bytes).toString('utf8');
}
