// A process of a trial that can be killed, frozen, ended in order and started again: one of our services, or a part.
import assert from 'node:assert/strict';
import type { Child } from '#infra/local/child';
import type { Part, PartName } from '#infra/local/part';
import { readRecords, startTimeOf } from '#infra/local/pids';
import { waitFor } from '#infra/local/wait';
import type { Closable } from '#kit/lifecycle';
import { descendantsOf } from '#load-tests/bench/process-usage';

export type TrialProcess = Closable & {
  readonly name: string;
  pid(): number;
  /** kill -9, with everything below it; resolves when it is gone. */
  kill(): Promise<void>;
  /** Ends it in order (SIGTERM; the parts' own signal); resolves when it is gone. */
  terminate(): Promise<void>;
  /** SIGSTOP: it neither answers nor closes a connection. */
  pause(): void;
  resume(): void;
  /** Resolves with a sentence when it ends, however. */
  ended(): Promise<string>;
  /** Starts it again after its end, and again where it ends before it is ready; resolves once it is. */
  start(env?: Readonly<Record<string, string>>): Promise<void>;
};

/** One of our services. */
export type TrialService = TrialProcess & {
  /** Starts it again after its end, with a failpoint that ends it; resolves when it did, be it before it was ready. */
  crash(env: Readonly<Record<string, string>>): Promise<void>;
};

const readyTimeoutMs = 90_000;
const crashTimeoutMs = 90_000;
const stopGraceMs = 12_000;
const goneTimeoutMs = 10_000;
const startsMax = 5;

export type ServiceProcessOptions = {
  readonly name: string;
  /** Each answers /ready. */
  readonly urls: readonly string[];
  launch(env: Readonly<Record<string, string>>): Promise<Child>;
};

/** Launches a process of our services, not yet ready. */
export async function launchService(options: ServiceProcessOptions): Promise<TrialService> {
  const { name, urls, launch } = options;
  let child = await launch({});
  return {
    name,
    pid: () => child.pid,
    async kill() {
      signalTree(child.pid, 'SIGKILL');
      await child.exited;
    },
    terminate: () => child.stop(stopGraceMs),
    pause: () => signalTree(child.pid, 'SIGSTOP'),
    resume: () => signalTree(child.pid, 'SIGCONT'),
    ended: () => child.exited,
    async start(env = {}) {
      assert(child.hasExited(), `${name} still runs`);
      for (let left = startsMax - 1; ; left -= 1) {
        child = await launch(env);
        try {
          await servicesReady(urls, child.hasExited);
          return;
        } catch (error) {
          // Its parts may be away just now; whoever keeps it running in production would start it again too.
          if (left === 0 || !child.hasExited()) throw error;
        }
      }
    },
    async crash(env) {
      assert(child.hasExited(), `${name} still runs`);
      child = await launch(env);
      await waitFor(async () => assert(child.hasExited(), `${name} does not crash`), {
        timeoutMs: crashTimeoutMs,
        everyMs: 50,
      });
    },
    async close() {
      if (!child.hasExited()) signalTree(child.pid, 'SIGCONT');
      await child.stop(stopGraceMs);
    },
  };
}

/** Resolves once every URL answers /ready with 200. */
export async function servicesReady(urls: readonly string[], giveUp: () => boolean = () => false): Promise<void> {
  await Promise.all(urls.map((url) => serviceReady(url, giveUp)));
}

async function serviceReady(base: string, giveUp: () => boolean): Promise<void> {
  await waitFor(
    async () => {
      const { status } = await fetch(`${base}/ready`, { signal: AbortSignal.timeout(2_000) });
      if (status !== 200) throw new Error(`${base} answers ${status}`);
    },
    { timeoutMs: readyTimeoutMs, everyMs: 100, giveUp },
  );
}

export type TrialPart = TrialProcess & { readonly url: string };

export type PartProcessOptions = {
  readonly name: PartName;
  readonly pidDir: string;
  /** Starts it on the same data and port, and waits until it answers. */
  launch(): Promise<Part>;
};

/** Starts a part. One that the environment gave has no process of ours: every call but close() is a bug. */
export async function launchPart({ name, pidDir, launch }: PartProcessOptions): Promise<TrialPart> {
  let part = await launch();
  const pid = (): number => {
    const record = readRecords(pidDir).find((each) => each.name === name);
    assert(record !== undefined, `${name} does not run, or is not ours`);
    return record.pid;
  };
  return {
    name,
    url: part.url,
    pid,
    async kill() {
      const pids = signalTree(pid(), 'SIGKILL');
      await part.failed;
      await gone(pids);
    },
    ended: () => part.failed,
    terminate: () => part.close(),
    pause: () => void signalTree(pid(), 'SIGSTOP'),
    resume: () => void signalTree(pid(), 'SIGCONT'),
    async start() {
      part = await startPatiently(launch);
    },
    async close() {
      const record = readRecords(pidDir).find((each) => each.name === name);
      if (record !== undefined) signalTree(record.pid, 'SIGCONT');
      await part.close();
    },
  };
}

// What a killed engine leaves (a lock, a port in use) is gone a moment later.
async function startPatiently(launch: () => Promise<Part>): Promise<Part> {
  for (let left = startsMax - 1; ; left -= 1) {
    try {
      return await launch();
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}

/** Signals the process and all below it; returns whom. A parent first, so that it starts no other. */
function signalTree(root: number, signal: NodeJS.Signals): number[] {
  const pids = [root, ...descendantsOf(root)];
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It ended between the look and the signal.
    }
  }
  return pids;
}

async function gone(pids: readonly number[]): Promise<void> {
  await waitFor(
    async () => {
      const left = pids.filter((pid) => startTimeOf(pid) !== undefined);
      if (left.length > 0) throw new Error(`processes ${left.join(', ')} do not end`);
    },
    { timeoutMs: goneTimeoutMs, everyMs: 20 },
  );
}
