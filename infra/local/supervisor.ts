// Keeps our own programs running: starts them, knows when they are ready, starts again what dies, ends them in order.
import { setTimeout as delay } from 'node:timers/promises';
import { type Child, rotateLog, startChild, tailOf } from '#infra/local/child';
import { rootDir } from '#infra/local/paths';
import { waitFor } from '#infra/local/wait';
import { Fault } from '#kit/fault';

export type Program = {
  readonly name: string;
  /** What node runs, and its arguments. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Each of these answers 200 once the program is ready. */
  readonly readyUrls: readonly string[];
};

export type SupervisorOptions = {
  readonly logDir: string;
  readonly pidDir: string;
  readonly say: (line: string) => void;
};

type Kept = {
  readonly program: Program;
  child: Child;
  startedMs: number;
  deaths: number;
  everReady: boolean;
  restarting: boolean;
};

const readyTimeoutMs = 90_000;
const backOffMinMs = 500;
const backOffMaxMs = 30_000;
const steadyMs = 60_000;
const deathsBeforeReadyMax = 3;
const stopGraceMs = 2_800;

/** Owns the programs it started until close(). */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #kept = new Map<string, Kept>();
  readonly #closing = new AbortController();

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** Starts a program that is to run until close(). */
  async start(program: Program): Promise<void> {
    rotateLog(this.#options.logDir, program.name);
    const child = await this.#spawn(program);
    const kept = { program, child, startedMs: performance.now(), deaths: 0, everReady: false, restarting: false };
    this.#kept.set(program.name, kept);
    void this.#keep(kept);
  }

  /** Resolves once all its URLs answer 200; throws PROGRAM_FAILED with the end of its log when it keeps dying. */
  async ready(name: string): Promise<void> {
    const kept = this.#kept.get(name);
    if (kept === undefined) return;
    try {
      await waitFor(
        async () => {
          this.#closing.signal.throwIfAborted();
          await Promise.all(kept.program.readyUrls.map(answersOk));
        },
        {
          timeoutMs: readyTimeoutMs,
          everyMs: 100,
          giveUp: () => kept.deaths >= deathsBeforeReadyMax || this.#closing.signal.aborted,
        },
      );
    } catch (error) {
      throw failure(
        name,
        kept.child.logFile,
        kept.deaths > 0 ? `ended ${kept.deaths} times` : lastWordOf(error),
        error,
      );
    }
    kept.everReady = true;
  }

  /** Runs a program to its end; throws PROGRAM_FAILED with the end of its log when that is not code 0. */
  async runToEnd(program: Program): Promise<void> {
    rotateLog(this.#options.logDir, program.name);
    const child = await this.#spawn(program);
    const stop = (): void => void child.stop(stopGraceMs);
    this.#closing.signal.addEventListener('abort', stop);
    const sentence = await child.exited;
    this.#closing.signal.removeEventListener('abort', stop);
    if (!sentence.endsWith('code 0')) throw failure(program.name, child.logFile, sentence);
  }

  /** Ends the program and starts it again at once. */
  async restart(name: string): Promise<void> {
    const kept = this.#kept.get(name);
    if (kept === undefined || kept.restarting || this.#closing.signal.aborted) return;
    kept.restarting = true;
    await kept.child.stop(stopGraceMs);
    kept.restarting = false;
    kept.deaths = 0;
    await this.#again(kept);
  }

  /** Ends the programs, the last started first. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const { child } of [...this.#kept.values()].toReversed()) await child.stop(stopGraceMs);
  }

  async #keep(kept: Kept): Promise<void> {
    const sentence = await kept.child.exited;
    if (this.#closing.signal.aborted || kept.restarting) return;
    kept.deaths = performance.now() - kept.startedMs > steadyMs ? 1 : kept.deaths + 1;
    if (!kept.everReady && kept.deaths >= deathsBeforeReadyMax) return;
    const waitMs = Math.min(backOffMinMs * 2 ** (kept.deaths - 1), backOffMaxMs);
    this.#options.say(`${sentence}; it starts again in ${waitMs / 1_000} s (its log: ${kept.child.logFile}).`);
    try {
      await delay(waitMs, undefined, { signal: this.#closing.signal });
    } catch {
      return;
    }
    await this.#again(kept);
  }

  async #again(kept: Kept): Promise<void> {
    if (this.#closing.signal.aborted) return;
    kept.startedMs = performance.now();
    kept.child = await this.#spawn(kept.program);
    void this.#keep(kept);
  }

  async #spawn(program: Program): Promise<Child> {
    return startChild({
      name: program.name,
      command: process.execPath,
      args: ['--import', 'tsx', ...program.args],
      env: { ...process.env, ...program.env },
      cwd: rootDir,
      logDir: this.#options.logDir,
      pidDir: this.#options.pidDir,
      kind: 'node',
      signal: 'SIGTERM',
    });
  }
}

async function answersOk(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  const body = await response.text();
  if (response.status !== 200) throw new Error(`${url} answers ${response.status} ${body.slice(0, 200)}`);
}

function failure(name: string, logFile: string, why: string, cause?: unknown): Fault {
  return new Fault('PROGRAM_FAILED', {
    detail: `${name} does not come up (${why}); the end of ${logFile}:\n${tailOf(logFile)}`,
    cause,
  });
}

function lastWordOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
