// The simulated fleet as a process of its own beside a platform under faults: its model, its state, its last line.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { rootDir } from '#infra/local/paths';
import { waitFor } from '#infra/local/wait';
import type { FleetReport } from '#load-tests/faults/verify/calls';
import { type FleetModel, readModel } from '#load-tests/fleet/model';

export type FleetProcessOptions = {
  readonly url: string;
  readonly stations: number;
  readonly seed: string;
  readonly prefix: string;
  readonly modelFile: string;
  /** Flags of load-tests/fleet/options.ts without the dashes, over those of a lively fleet. */
  readonly flags?: Readonly<Record<string, string>>;
};

export type FleetProcess = {
  /** Resolves once every station is connected and sessions are under way. */
  charging(): Promise<void>;
  /** Resolves once every station is connected (again). */
  connected(): Promise<void>;
  /** Ends sessions in order, delivers what is queued, ends the process. */
  drain(): Promise<FleetReport>;
  /** What it was told so far. */
  model(): FleetModel;
  /** Ends it without a report, where the run failed. */
  close(): Promise<void>;
};

// Waits, also those between two attempts to connect, are four times shorter; timestamps and energy stay true.
const lively = {
  'time-scale': '4',
  'connect-rate': '100',
  'meter-interval-seconds': '4',
  'session-seconds': '24',
  'idle-seconds': '4',
  'report-seconds': '1',
  // After a long outage stations have an hour's facts to tell.
  'drain-seconds': '120',
};
const chargingTimeoutMs = 60_000;
const connectedTimeoutMs = 90_000;
const everyMs = 100;
const statusLine = /^fleet: (\d+)\/(\d+) connected \|.*\| sessions (\d+) started/;

export function startFleetProcess(options: FleetProcessOptions): FleetProcess {
  const { modelFile, prefix, seed, stations, url } = options;
  const flags = { ...lively, ...options.flags, url, stations: String(stations), seed, prefix, 'model-out': modelFile };
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', 'load-tests/fleet/main.ts', ...args, '--drain'],
    // Its log would bury the run's own lines: a fleet under faults has much to warn of.
    {
      cwd: rootDir,
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, LOG_LEVEL: 'error', CHILD_OF_PIPE: '1' },
    },
  );
  const seen = watchLines(child);
  const exited = once(child, 'exit');
  const allConnected = (): void => {
    if (child.exitCode !== null) throw new Error(`the fleet ended with ${child.exitCode}`);
    if (seen.connected < stations) throw new Error(`${seen.connected} of ${stations} stations are connected`);
  };
  return {
    charging: () =>
      waitFor(
        async () => {
          allConnected();
          if (seen.sessionsStarted < stations / 4) throw new Error(`${seen.sessionsStarted} sessions were started`);
        },
        { timeoutMs: chargingTimeoutMs, everyMs },
      ),
    connected: () => waitFor(async () => allConnected(), { timeoutMs: connectedTimeoutMs, everyMs }),
    async drain() {
      child.kill('SIGTERM');
      const [code] = await exited;
      if (code !== 0 || seen.report === undefined) throw new Error(`the fleet ended with ${String(code)}`);
      return seen.report;
    },
    model: () => readModel(readFileSync(modelFile, 'utf8').split('\n')),
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await exited;
    },
  };
}

type Seen = { connected: number; sessionsStarted: number; report: FleetReport | undefined };

function watchLines(child: ChildProcess): Seen {
  const seen: Seen = { connected: 0, sessionsStarted: 0, report: undefined };
  if (child.stdout === null) throw new Error('the fleet has no output');
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [, connected, , started] = statusLine.exec(line) ?? [];
    if (connected !== undefined) {
      seen.connected = Number(connected);
      seen.sessionsStarted = Number(started);
    } else if (line.startsWith('{"stations"')) {
      seen.report = JSON.parse(line) as FleetReport;
    }
  });
  return seen;
}
