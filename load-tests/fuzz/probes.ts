// Well-behaved stations beside the fuzzed ones, in a process of their own, and how long they waited since they were last asked.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { StationIdentity } from '#load-tests/fleet/identities';

export type Latency = { readonly calls: number; readonly p50Ms: number; readonly p99Ms: number };

export type ProbeQuestion = 'begin' | 'look' | 'end';
export type ProbeAnswer = {
  readonly latenciesMs: readonly number[];
  /** Messages so far. */
  readonly sent: number;
  /** Why one of them was not answered. */
  readonly failure: string | null;
};

export class Probes {
  readonly #process: ChildProcess;

  constructor(url: string, identities: readonly StationIdentity[]) {
    const entry = fileURLToPath(new URL('./probe-process.ts', import.meta.url));
    this.#process = fork(entry, [url, JSON.stringify(identities)], { execArgv: ['--import', 'tsx'] });
  }

  /** Resolves once all are connected and ask. */
  begin(): Promise<ProbeAnswer> {
    return this.#ask('begin');
  }

  /** What they saw since the last time. */
  async look(): Promise<Latency> {
    return latencyOf(await this.#ask('look'));
  }

  /** Resolves when none of them waits for an answer. */
  end(): Promise<ProbeAnswer> {
    return this.#ask('end');
  }

  async close(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await gone;
  }

  #ask(question: ProbeQuestion): Promise<ProbeAnswer> {
    const child = this.#process;
    return new Promise((resolve, reject) => {
      const onExit = (): void => reject(new Error('the process of the probes ended'));
      child.once('exit', onExit);
      child.once('message', (answer) => {
        child.off('exit', onExit);
        resolve(answer as ProbeAnswer);
      });
      child.send(question);
    });
  }
}

function latencyOf({ latenciesMs }: ProbeAnswer): Latency {
  const sorted = latenciesMs.toSorted((a, b) => a - b);
  const at = (share: number): number => Math.round((sorted[Math.floor(sorted.length * share)] ?? 0) * 10) / 10;
  return { calls: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99) };
}
