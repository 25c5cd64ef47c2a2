// Runs a program of the terminal until Ctrl-C, a signal, the end of the parent's pipe or a fault, and ends it in order.
import { Fault } from '#kit/fault';

export type Run = {
  /** Aborted once the end has begun; whoever starts things looks at it after each wait. */
  readonly signal: AbortSignal;
  /** Registers what is to be ended; the last registered ends first. */
  onEnd(name: string, close: () => Promise<void>): void;
  /** Begins the end with code 1 and a sentence. */
  fail(sentence: string): void;
};

// The promise is 15 s; what still runs then is a bug, and the pid files give it to the next start.
const endTimeoutMs = 14_500;

/** Tells the person something: one line on standard output. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Runs main and stays until the end; exit code 0 when a person asked for the end. */
export function runUntilEnded(main: (run: Run) => Promise<void>): void {
  const ending = new AbortController();
  const closers: { name: string; close: () => Promise<void> }[] = [];
  const end = (code: number): void => {
    if (ending.signal.aborted) return;
    ending.abort();
    setTimeout(() => process.exit(1), endTimeoutMs).unref();
    void closeAll(closers).then((clean) => process.exit(clean ? code : 1));
  };
  const fail = (sentence: string): void => {
    if (!ending.signal.aborted) say(`\n${sentence}`);
    end(1);
  };
  listen(end);
  const run: Run = { signal: ending.signal, onEnd: (name, close) => closers.push({ name, close }), fail };
  main(run).catch((error: unknown) =>
    fail(
      error instanceof Fault ? error.detail : error instanceof Error ? (error.stack ?? error.message) : String(error),
    ),
  );
}

async function closeAll(closers: { name: string; close: () => Promise<void> }[]): Promise<boolean> {
  let clean = true;
  // Not a loop over a copy: what main registers while the end is under way is ended too.
  for (let closer = closers.pop(); closer !== undefined; closer = closers.pop()) {
    try {
      await closer.close();
    } catch (error) {
      clean = false;
      say(`${closer.name} did not end cleanly: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return clean;
}

function listen(end: (code: number) => void): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end(0));
  if (process.env['CHILD_OF_PIPE'] !== '1') return;
  process.stdin.resume();
  process.stdin.once('end', () => end(0));
  process.stdin.once('error', () => end(0));
  // A terminal that is gone must not keep us from ending in order.
  process.stdout.on('error', () => {});
}
