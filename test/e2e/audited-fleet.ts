// The simulated fleet as a process of its own, and the audit of the platform against its model.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { rootDir } from '#infra/local/paths';
import type { Trial } from '#load-tests/bench/trial';
import { eventually } from './operator-client.ts';

export type AuditedFleet = {
  /** Resolves once sessions are under way. */
  charging(): Promise<void>;
  /** Ends sessions in order, delivers what is queued, ends the process. */
  drain(): Promise<void>;
};

export type AuditedFleetOptions = {
  readonly urls: readonly string[];
  readonly stations: number;
  readonly seed: string;
  readonly prefix: string;
  readonly modelFile: string;
};

const lively = {
  'connect-rate': '200',
  'meter-interval-seconds': '1',
  'session-seconds': '5',
  'idle-seconds': '1',
  'report-seconds': '0',
};
const chargingLinesMin = 100;

export async function startAuditedFleet(options: AuditedFleetOptions): Promise<AuditedFleet> {
  const { modelFile, prefix, seed, stations, urls } = options;
  const flags = { ...lively, url: urls.join(','), stations: String(stations), seed, prefix, 'model-out': modelFile };
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);
  const child = node(['load-tests/fleet/main.ts', ...args, '--drain']);
  return {
    async charging() {
      await eventually('the fleet charges', async () =>
        existsSync(modelFile) && readFileSync(modelFile, 'utf8').split('\n').length > chargingLinesMin
          ? true
          : undefined,
      );
    },
    async drain() {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      const [code] = await exited;
      assert.equal(code, 0, 'the fleet ends in order');
    },
  };
}

export type AuditSummary = { readonly sessionsFound: number; readonly differences: number };

/** Runs `npm run audit`; its last line, and its lines of differences. */
export async function auditRun(options: {
  trial: Trial;
  modelFile: string;
}): Promise<{ summary: AuditSummary; differences: string[] }> {
  const { trial, modelFile } = options;
  const flags = {
    model: modelFile,
    operator: trial.urls.operator,
    key: trial.secrets.demoOperatorKey,
    clickhouse: trial.environment['CLICKHOUSE_URL'] ?? '',
    'wait-seconds': '60',
  };
  const child = node([
    'load-tests/fleet/audit.ts',
    ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]),
  ]);
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(child, 'close');
  const lines = text.trim().split('\n');
  return { summary: JSON.parse(lines.at(-1) ?? '{}') as AuditSummary, differences: lines.slice(0, -1) };
}

function node(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', ...args], { cwd: rootDir, stdio: ['ignore', 'pipe', 'inherit'] });
}
