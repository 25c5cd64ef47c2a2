// Streams the result of a SELECT: the engine writes it into a pipe, the front passes it on as fast as the client takes it.
import type { Answer } from '#infra/local/clickhouse-http/answer';
import type { Connection } from '#infra/local/clickhouse-http/engine';
import { type ClickHouseException, exceptionOf } from '#infra/local/clickhouse-http/exception';
import { heldHeadBytes } from '#infra/local/clickhouse-http/limits';
import type { Pipes, ResultPipe } from '#infra/local/clickhouse-http/pipes';
import type { Statement } from '#infra/local/clickhouse-http/statement';

export type StreamedSelect = {
  readonly pipes: Pipes;
  readonly connection: Connection;
  readonly answer: Answer;
  readonly statement: Statement;
  readonly format: string;
};

/**
 * INTO OUTFILE into a named pipe, since the addon's own streams analyse on the event loop and repeat the header of a
 * format in every chunk. Backpressure: a full pipe makes the engine wait. Resolves when the query is over; throws what
 * the engine threw before the answer began.
 */
export async function streamSelect(select: StreamedSelect): Promise<void> {
  const { pipes, connection, answer, statement, format } = select;
  const pipe = await pipes.take();
  const closed = new Promise<void>((resolve) => pipe.reader.once('close', () => resolve()));
  // The client may have left while we waited for a pipe.
  const run = answer.isGone ? Promise.resolve() : connection.run(statement.intoFile(pipe.path, format));
  const failed = run
    .then(
      () => undefined,
      (error: unknown) => exceptionOf(error),
    )
    .finally(() => pipe.finish());
  try {
    await passOn({ pipe, answer, format, failed });
  } finally {
    // What nobody takes any more is read into nothing, until the query is over (a client that left has it killed).
    pipe.reader.resume();
    await closed;
    pipe.release();
  }
}

async function passOn(stream: {
  pipe: ResultPipe;
  answer: Answer;
  format: string;
  failed: Promise<ClickHouseException | undefined>;
}): Promise<void> {
  const { pipe, answer, format, failed } = stream;
  let held: Buffer[] = [];
  let heldBytes = 0;
  let hasBegun = false;
  const release = async (): Promise<void> => {
    if (!hasBegun) answer.begin(format);
    hasBegun = true;
    for (const chunk of held) await answer.write(chunk);
    held = [];
  };
  for await (const chunk of pipe.reader.iterator({ destroyOnReturn: false })) {
    if (answer.isGone) continue;
    held.push(chunk as Buffer);
    heldBytes += (chunk as Buffer).length;
    if (hasBegun || heldBytes > heldHeadBytes) await release();
  }
  const exception = await failed;
  if (exception !== undefined && !hasBegun) throw exception;
  if (exception !== undefined) {
    answer.fail(exception);
    return;
  }
  await release();
  answer.end();
}
