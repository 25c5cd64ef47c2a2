// Postgres as every service sees it: one pool under the service's own role, transactions, reads under row-level security.
import assert from 'node:assert/strict';
import pg from 'pg';
import { Fault } from '#kit/fault';
import type { Closable } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';

export type DatabaseOptions = {
  /** URL of the login user; roles and schemas are the service's own. */
  readonly url: string;
  /** Role that owns the service's schemas; `<role>_api` is the one that row-level security holds back. */
  readonly role: string;
  /** Schema that unqualified names mean. */
  readonly schema: string;
  readonly poolMax: number;
  readonly statementTimeoutMs?: number;
  readonly logger?: Logger;
};

/** An open pool. Rows come with int8 as number; one above 2^53 is Fault DATABASE_NUMBER_TOO_LARGE, numeric stays text. */
export type Database = Closable & {
  readonly role: string;
  readonly schema: string;
  readonly pool: pg.Pool;
  /** One statement outside any transaction. Throws Fault DATABASE_UNAVAILABLE, or the engine's own error. */
  query<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
};

export type TransactionOptions = {
  /** Schema that unqualified names mean inside; by default the database's own. */
  readonly schema?: string;
  readonly snapshot?: 'read-only';
  /** How often a serialization failure or deadlock is tried again; 0 by default, since fn runs anew each time. */
  readonly retries?: number;
  /** A transaction that has not ended by then has failed, and its connection is given up: a frozen server says nothing. */
  readonly deadlineMs?: number;
};

const connectTimeoutMs = 5_000;
const statementTimeoutMsDefault = 30_000;
// A frozen process must not hold its row locks for ever: the next owner of a partition waits for them.
const idleInTransactionTimeoutMs = 30_000;
/** Beyond the statement's own: a server that is there ends a statement itself. */
const answerSlackMs = 5_000;
/** Whoever asks an API is told by then. */
const tenantDeadlineMs = 10_000;
const identifierPattern = /^[a-z][a-z0-9_]{0,58}$/;
const int8Oid = 20;

/**
 * Provisions role, API role and schema where they are missing, then opens the pool and proves it with a query.
 * Throws Fault DATABASE_UNAVAILABLE.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  await provision(options.url, options.role, [options.schema]);
  const statementTimeoutMs = options.statementTimeoutMs ?? statementTimeoutMsDefault;
  const settings = {
    role: options.role,
    search_path: options.schema,
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
  };
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolMax,
    connectionTimeoutMillis: connectTimeoutMs,
    ...(statementTimeoutMs === 0 ? {} : { query_timeout: statementTimeoutMs + answerSlackMs }),
    application_name: options.role,
    options: Object.entries(settings)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
    types: { getTypeParser: typeParserOf },
  });
  // An idle connection that the server ends is replaced by the pool; without a listener it would end the process.
  pool.on('error', (error) => options.logger?.warn({ err: error }, 'idle database connection lost'));
  const database: Database = {
    role: options.role,
    schema: options.schema,
    pool,
    async query<Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
      try {
        return (await pool.query<Row>(text, [...values])).rows;
      } catch (error) {
        throw faultOf(error);
      }
    },
    close: () => pool.end(),
  };
  await database.query('select 1');
  return database;
}

/**
 * As the login user: creates the role, its API role and the schemas where missing, and lets the role make schemas of its
 * own (projections come with versions). Running it again, or beside another service's, changes nothing.
 */
export async function provision(url: string, role: string, schemas: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: connectTimeoutMs });
  client.on('error', ignore);
  try {
    await client.connect();
    // Concurrent provisioning updates the same catalog rows ("tuple concurrently updated"), so it goes one by one.
    await client.query(`begin; select pg_advisory_xact_lock(hashtext('provision'))`);
    for (const name of [role, apiRoleOf(role)]) {
      const { rows } = await client.query('select 1 from pg_roles where rolname = $1', [name]);
      if (rows.length === 0) await client.query(`create role ${identifier(name)} nologin`);
      await client.query(`grant ${identifier(name)} to current_user`);
    }
    const { rows } = await client.query<{ name: string }>('select quote_ident(current_database()) as name');
    await client.query(`grant create on database ${rows[0]?.name ?? ''} to ${identifier(role)}`);
    for (const schema of schemas) {
      await client.query(`create schema if not exists ${identifier(schema)} authorization ${identifier(role)}`);
      await client.query(`grant usage on schema ${identifier(schema)} to ${identifier(apiRoleOf(role))}`);
    }
    await client.query('commit');
  } catch (error) {
    throw faultOf(error);
  } finally {
    await client.end().catch(ignore);
  }
}

/**
 * Runs fn in one transaction: commits what it returns, rolls back what it throws.
 * Throws Fault DATABASE_UNAVAILABLE (a commit's outcome is then unknown), or what fn threw.
 */
export async function transaction<T>(
  database: Database,
  fn: (client: pg.PoolClient) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  for (let left = options.retries ?? 0; ; left -= 1) {
    try {
      return await attempt(database, fn, options);
    } catch (error) {
      if (left <= 0 || !isContention(error)) throw faultOf(error);
    }
  }
}

/**
 * Runs fn in a transaction as `<role>_api`: row-level security shows and takes only rows of this tenant.
 * Throws Fault DATABASE_UNAVAILABLE, after 10 s at the latest unless the options say otherwise.
 */
export async function asTenant<T>(
  database: Database,
  tenantId: string,
  fn: (client: pg.PoolClient) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  return transaction(
    database,
    async (client) => {
      await client.query(`select set_config('role', $1, true), set_config('app.tenant_id', $2, true)`, [
        apiRoleOf(database.role),
        tenantId,
      ]);
      return fn(client);
    },
    { deadlineMs: tenantDeadlineMs, ...options },
  );
}

/** The role that row-level security holds back. */
export function apiRoleOf(role: string): string {
  return `${role}_api`;
}

/** A name of ours as SQL identifier; names come from code, so another form is a bug. */
export function identifier(name: string): string {
  assert(identifierPattern.test(name), `${name} is no identifier of ours`);
  return `"${name}"`;
}

/** SQLSTATE of the engine's error, also of one inside a Fault; undefined where there is none. */
export function sqlStateOf(error: unknown): string | undefined {
  const engineError = error instanceof Fault ? error.cause : error;
  return engineError instanceof pg.DatabaseError ? engineError.code : undefined;
}

async function attempt<T>(
  database: Database,
  fn: (client: pg.PoolClient) => Promise<T>,
  options: TransactionOptions,
): Promise<T> {
  const client = await database.pool.connect();
  // A checked-out client reports a lost connection as an event too; the failing query says it already.
  client.on('error', ignore);
  let broken: Error | undefined;
  try {
    return await withinDeadline(beginToCommit(client, fn, options), options.deadlineMs);
  } catch (error) {
    // Behind a line that is lost or silent, a rollback would wait as long again; the server does it by itself.
    if (isLineLost(error)) broken = error;
    else
      await client.query('rollback').catch((failed: unknown) => {
        broken = failed instanceof Error ? failed : new Error('rollback failed');
      });
    throw error;
  } finally {
    client.off('error', ignore);
    // A connection that cannot even roll back is not given to the next one.
    client.release(broken);
  }
}

async function beginToCommit<T>(
  client: pg.PoolClient,
  fn: (client: pg.PoolClient) => Promise<T>,
  { schema, snapshot }: TransactionOptions,
): Promise<T> {
  const begin = snapshot === 'read-only' ? 'begin isolation level repeatable read read only' : 'begin';
  await client.query(schema === undefined ? begin : `${begin}; set local search_path to ${identifier(schema)}`);
  const result = await fn(client);
  await client.query('commit');
  return result;
}

async function withinDeadline<T>(work: Promise<T>, deadlineMs: number | undefined): Promise<T> {
  if (deadlineMs === undefined) return work;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const detail = `no end of a transaction within ${deadlineMs} ms`;
    timer = setTimeout(() => reject(new Fault('DATABASE_UNAVAILABLE', { detail })), deadlineMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

const networkCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
// Classes 08 (connection), 53 (resources), 57 (operator intervention, statement timeout); 25P03 ends idle transactions.
const unavailableStates = /^(08|53|57)|^25P03$/;
const lostConnection =
  /connection terminated|timeout exceeded when trying to connect|connection error|query read timeout/i;

/** Engine and network errors that mean "not now" become Fault DATABASE_UNAVAILABLE; all others stay what they are. */
export function faultOf(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof Fault) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const isAway =
    error instanceof pg.DatabaseError
      ? unavailableStates.test(code)
      : networkCodes.has(code) || lostConnection.test(error.message);
  return isAway ? new Fault('DATABASE_UNAVAILABLE', { detail: error.message, cause: error }) : error;
}

function isLineLost(error: unknown): error is Error {
  const fault = error instanceof pg.DatabaseError ? undefined : faultOf(error);
  return fault instanceof Fault && fault.code === 'DATABASE_UNAVAILABLE';
}

function isContention(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state === '40001' || state === '40P01';
}

function typeParserOf(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  if (oid === int8Oid && format !== 'binary') return safeInteger;
  return format === 'binary' ? pg.types.getTypeParser(oid, 'binary') : pg.types.getTypeParser(oid, 'text');
}

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value))
    throw new Fault('DATABASE_NUMBER_TOO_LARGE', { detail: `${text} is beyond what a number holds exactly` });
  return value;
}

function ignore(): void {}
