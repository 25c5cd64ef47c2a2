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
  /** What the engine writes. It ends after finish(). Destroy it and the engine writes into nothing. */
  readonly reader: Socket;
  /** To be called when the query is over, whether it opened the pipe or not: the reader then meets the end. */
  finish(): void;
  /** Gives the pipe to the next; the reader must be closed and the query over. */
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
      const reader = new Socket({
        fd: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK),
        readable: true,
        writable: false,
      });
      return {
        path,
        reader,
        finish: () => touch(path),
        release() {
          free.push(path);
          giveBack();
        },
      };
    },
  };
}

// A reader meets the end when the last writer leaves. A query that failed early never came, so we come and leave.
function touch(path: string): void {
  try {
    closeSync(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK));
  } catch (error) {
    const isReaderGone = (error as NodeJS.ErrnoException).code === 'ENXIO';
    if (!isReaderGone) throw error;
  }
}
