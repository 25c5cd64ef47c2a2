// Named pipes through which the engine streams results: it writes with INTO OUTFILE, the front reads without a thread.
import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { streamsMax } from '#infra/local/clickhouse-http/limits';
import { createSlots } from '#infra/local/clickhouse-http/slots';
import { Fault } from '#kit/fault';

export type ResultPipe = {
  readonly path: string;
  /**
   * What the engine writes; it ends after finish(). Read it to the end whatever happens: the engine waits in a write
   * that no KILL reaches where nobody reads.
   */
  readonly reader: Socket;
  /** To be called when the query is over, whether it wrote or not: the reader then meets the end. */
  finish(): void;
  /** Gives the pipe to the next; the reader must be closed. */
  release(): void;
};

export type Pipes = {
  /** A pipe of our own; waits where all are in use. */
  take(): Promise<ResultPipe>;
};

/** Throws Fault PROGRAM_FAILED where the system has no mkfifo. */
export function createPipes(dir: string): Pipes {
  const free = Array.from({ length: streamsMax }, (_, index) => join(dir, `pipe-${index}`));
  try {
    execFileSync('mkfifo', ['-m', '600', ...free], { stdio: 'pipe' });
  } catch (error) {
    throw new Fault('PROGRAM_FAILED', {
      detail: 'mkfifo, which the ClickHouse front needs, does not run here.',
      cause: error,
    });
  }
  const slots = createSlots(streamsMax);
  return {
    async take() {
      const giveBack = await slots.take();
      const path = free.pop();
      if (path === undefined) throw new Error('a slot without a pipe');
      // Open at both ends for as long as the query runs. So the engine never waits for a reader when it opens the pipe
      // (it does so twice when it refuses a format), and the reader meets no end when the engine closes it in between.
      const keeper = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
      const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
      return {
        path,
        reader: new Socket({ fd, readable: true, writable: false }),
        finish: () => closeSync(keeper),
        release() {
          free.push(path);
          giveBack();
        },
      };
    },
  };
}
