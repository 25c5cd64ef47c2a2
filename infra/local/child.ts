// A child process of the local platform: it ends with our pipe, logs to a file, and stands in a pid file while it runs.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, fstatSync, mkdirSync, openSync, readSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { endRecorded, forgetPid, recordPid, startTimeOf } from '#infra/local/pids';

export type ChildOptions = {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly logDir: string;
  readonly pidDir: string;
  /** How it learns that we are gone: a node child reads its standard input, an engine gets a watcher beside it. */
  readonly kind: 'node' | 'engine';
  /** The signal that ends it in order. */
  readonly signal: NodeJS.Signals;
  /** The user it runs as, where we are root and it must not be. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
};

export type Child = {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** Resolves with a sentence on how it ended; never rejects. */
  readonly exited: Promise<string>;
  /** True once it has ended. */
  readonly hasExited: () => boolean;
  /** Ends it in order, by force after graceMs; resolves when it is gone. */
  stop(graceMs: number): Promise<void>;
};

const tailBytesMax = 6_000;
const tailLinesMax = 25;
const tailLineCharsMax = 400;

// Waits for the end of our pipe and then ends the engine. A line instead of the end means that the engine is gone
// already, so that its pid may be a stranger's. A shell, since it takes half a megabyte where a second node takes forty.
const watcherScript = 'read -r _ || kill -s "$1" "$2"';

/** Starts the child in a process group of its own: Ctrl-C reaches us alone, and we end the children in our order. */
export async function startChild(options: ChildOptions): Promise<Child> {
  const logFile = join(options.logDir, `${options.name}.log`);
  const child = spawnChild(options, logFile);
  const { pid } = child;
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`${options.name} did not start: ${error.message}`));
    child.once('exit', (code, signal) => resolve(`${options.name} ended with ${signal ?? `code ${code}`}`));
  });
  if (pid === undefined)
    return { name: options.name, pid: -1, logFile, exited, hasExited: () => true, stop: async () => {} };

  const watched = options.kind === 'engine' ? watch(pid, options.signal, exited) : undefined;
  recordPid(options.pidDir, options.name, pid, options.signal);
  const startedAt = startTimeOf(pid) ?? '';
  let over = false;
  const ended = exited.then(async (sentence) => {
    over = true;
    forgetPid(options.pidDir, options.name);
    await watched;
    return sentence;
  });
  return {
    name: options.name,
    pid,
    logFile,
    exited: ended,
    hasExited: () => over,
    async stop(graceMs) {
      if (!over) await endRecorded({ name: options.name, pid, startedAt, signal: options.signal }, graceMs);
      await ended;
    },
  };
}

/** The log of the run before becomes `<name>.log.1`. */
export function rotateLog(logDir: string, name: string): void {
  const file = join(logDir, `${name}.log`);
  if (existsSync(file)) renameSync(file, `${file}.1`);
}

/** The last lines of a log, for the one who must mend it. */
export function tailOf(logFile: string): string {
  try {
    const file = openSync(logFile, 'r');
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(Math.min(size, tailBytesMax));
    readSync(file, bytes, 0, bytes.length, size - bytes.length);
    closeSync(file);
    const lines = bytes.toString('utf8').trimEnd().split('\n').slice(-tailLinesMax);
    return lines.map((line) => line.slice(0, tailLineCharsMax)).join('\n');
  } catch {
    return '';
  }
}

function spawnChild(options: ChildOptions, logFile: string): ChildProcess {
  mkdirSync(options.logDir, { recursive: true });
  const log = openSync(logFile, 'a');
  try {
    return spawn(options.command, options.args, {
      cwd: options.cwd,
      env: options.kind === 'node' ? { ...options.env, CHILD_OF_PIPE: '1' } : options.env,
      stdio: [options.kind === 'node' ? 'pipe' : 'ignore', log, log],
      detached: true,
      ...options.user,
    });
  } finally {
    closeSync(log);
  }
}

// Resolves when the watcher has ended too.
function watch(pid: number, signal: string, exited: Promise<string>): Promise<void> {
  const watcher = spawn('/bin/sh', ['-c', watcherScript, 'watcher', signal.slice(3), String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watcher.stdin.on('error', () => {});
  void exited.then(() => watcher.stdin.end('gone\n'));
  return new Promise((resolve) => {
    watcher.once('error', () => resolve());
    watcher.once('exit', () => resolve());
  });
}
