// One request from its query to its answer: read, refuse, prepare, run, stream.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Answer, Summary } from '#infra/local/clickhouse-http/answer';
import type { Body } from '#infra/local/clickhouse-http/body';
import type { Call } from '#infra/local/clickhouse-http/call';
import { enterContext } from '#infra/local/clickhouse-http/context';
import type { Connection, Engine } from '#infra/local/clickhouse-http/engine';
import { ClickHouseException } from '#infra/local/clickhouse-http/exception';
import { defaultFormat } from '#infra/local/clickhouse-http/formats';
import {
  checkFunctions,
  checkSettings,
  checkStatement,
  mayWrite,
  readonlyRefusal,
} from '#infra/local/clickhouse-http/gate';
import { type InsertWithData, findInsertData } from '#infra/local/clickhouse-http/insert';
import { heldResultBytesMax, killEveryMs, statementHeadBytes } from '#infra/local/clickhouse-http/limits';
import type { NativeResult } from '#infra/local/clickhouse-http/native';
import type { Pipes } from '#infra/local/clickhouse-http/pipes';
import type { Sessions } from '#infra/local/clickhouse-http/sessions';
import type { Spool } from '#infra/local/clickhouse-http/spool';
import { type Statement, readStatement } from '#infra/local/clickhouse-http/statement';
import { type StreamedSelect, streamSelect } from '#infra/local/clickhouse-http/stream';
import type { User } from '#infra/local/clickhouse-http/users';

export type Parts = {
  readonly engine: Engine;
  readonly sessions: Sessions;
  readonly spool: Spool;
  readonly pipes: Pipes;
};

export type Request = { readonly call: Call; readonly user: User; readonly body: Body; readonly answer: Answer };

/** Throws ClickHouseException where the answer is to be an error. */
export async function execute(parts: Parts, request: Request): Promise<void> {
  const { call, user, body } = request;
  checkSettings(user, call);
  // 1. The statement is what the URL and the body say, one after the other, up to where data begin.
  const query = call.query === '' ? '' : `${call.query.trimEnd()}\n`;
  const head = Buffer.concat([Buffer.from(query), await body.readHead(statementHeadBytes)]);
  const insert = findInsertData(head.toString('latin1'));
  if (insert !== undefined) {
    if (!mayWrite(user, call)) throw readonlyRefusal(user);
    await insertData(parts, request, insert, head);
    return;
  }
  const text = Buffer.concat([head, await body.readRest()]).toString('latin1');
  await runStatement(parts, request, readStatement(text));
}

async function insertData(parts: Parts, request: Request, insert: InsertWithData, head: Buffer): Promise<void> {
  // 2. The data lie in a file before the engine starts: a client that leaves half-way inserts nothing.
  const spooled = await parts.spool.write(withRest(head.subarray(insert.dataStart), request.body));
  try {
    await runStatement(
      parts,
      request,
      readStatement(Buffer.from(insert.fromFile(spooled.path)).toString('latin1')),
      true,
    );
  } catch (error) {
    if (error instanceof ClickHouseException)
      throw new ClickHouseException(error.code, error.type, error.message.replaceAll(spooled.path, 'the request body'));
    throw error;
  } finally {
    await spooled.remove();
  }
}

async function* withRest(first: Buffer, body: Body): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first;
  yield* body.rest();
}

async function runStatement(parts: Parts, request: Request, statement: Statement, isInsert = false): Promise<void> {
  const { engine, sessions } = parts;
  const { call, user, answer } = request;
  const marker = randomUUID();
  let isOver = false;
  const lease = sessions.lease(user, call.session);
  try {
    // 3. One statement, and one that the user may run; then the context; then, for readers, the lock on the context.
    await checkStatement(lease.connection, statement, user, call);
    const leave = await enterContext(lease, call, marker);
    try {
      if (user.isReadonly) {
        await lease.connection.run('SET readonly = 1');
        await checkFunctions(engine, lease.connection, statement, user);
      }
      // 4. Run. When the client leaves, a query that reads is killed; a write is seen through.
      if (statement.isSelect && !isInsert) answer.onGone(() => void killUntil(engine, marker, () => isOver));
      if (answer.isGone) return;
      await answerStatement(parts, request, statement, { connection: lease.connection, isInsert });
    } finally {
      isOver = true;
      await leave();
    }
  } finally {
    lease.release();
  }
}

// Again and again, since the client may leave before the engine knows the query.
async function killUntil(engine: Engine, marker: string, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await engine.kill(marker);
    await delay(killEveryMs);
  }
}

async function answerStatement(
  parts: Parts,
  request: Request,
  statement: Statement,
  run: { connection: Connection; isInsert: boolean },
): Promise<void> {
  const { call, answer } = request;
  const format = statement.format ?? call.format ?? defaultFormat;
  if (statement.isSelect && !call.isHeld) {
    const select = { pipes: parts.pipes, connection: run.connection, answer, statement, format };
    if (await streamed(select)) return;
  }
  const result = await run.connection.run(statement.sql, format);
  if (result.bytes.length > heldResultBytesMax)
    throw new ClickHouseException(
      396,
      'TOO_MANY_ROWS_OR_BYTES',
      `Limit for result exceeded, max bytes: ${heldResultBytesMax}`,
    );
  await answer.whole(result.bytes, run.isInsert ? undefined : format, summaryOf(result, run.isInsert));
}

// A statement that does not parse is run once more as it came, so that the engine's sentence is about it alone.
async function streamed(select: StreamedSelect): Promise<boolean> {
  try {
    await streamSelect(select);
    return true;
  } catch (error) {
    if (error instanceof ClickHouseException && error.code === 62) return false;
    throw error;
  }
}

function summaryOf(result: NativeResult, isInsert: boolean): Summary {
  return {
    readRows: result.rowsRead,
    readBytes: result.bytesRead,
    writtenRows: isInsert ? result.rowsRead : 0,
    elapsedS: result.elapsed,
  };
}
