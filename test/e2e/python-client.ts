// Stations of PyPI `ocpp`, in a virtual environment of its own, where Python and PyPI are at hand.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { StationIdentity } from '#load-tests/fleet/identities';
import type { ForeignStation, Heard } from './foreign-station.ts';

const run = promisify(execFile);
const packages = ['ocpp==2.1.0', 'websockets==15.0.1'];
const environmentDir = join(tmpdir(), `chargestream-python-${packages.join('-').replaceAll(/[^a-z0-9.-]/g, '')}`);
const installTimeoutMs = 120_000;
const chargeTimeoutMs = 30_000;

/** Charges once and returns the energy of the session; undefined where there is no Python with PyPI. */
export async function chargeWithPython(options: {
  url: string;
  station: StationIdentity;
}): Promise<{ energyWh: number } | undefined> {
  const python = await pythonWithOcpp();
  if (python === undefined) return undefined;
  const { station } = options;
  const script = new URL('./python-client.py', import.meta.url).pathname;
  const { stdout } = await run(
    python,
    [script, options.url, station.version, station.stationId, station.password, station.tokens[0]?.uid ?? ''],
    { timeout: chargeTimeoutMs },
  );
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { energyWh: number };
}

/** A station that is booted and answers until it is closed; undefined where there is no Python with PyPI. */
export async function pythonStation(url: string, station: StationIdentity): Promise<ForeignStation | undefined> {
  const python = await pythonWithOcpp();
  if (python === undefined) return undefined;
  const script = new URL('./python-station.py', import.meta.url).pathname;
  const args = [script, url, station.version, station.stationId, station.password];
  const child = spawn(python, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const heard: Heard[] = [];
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const told = JSON.parse(line) as Heard | { booted: true };
      if ('booted' in told) resolve();
      else heard.push(told);
    });
    child.once('exit', (code) => reject(new Error(`the Python station ended with ${code} before it had booted`)));
  });
  return {
    heard,
    async close() {
      child.stdin.end();
      await exited;
    },
  };
}

async function pythonWithOcpp(): Promise<string | undefined> {
  const python = join(environmentDir, 'bin', 'python');
  try {
    if (!existsSync(python)) await run('python3', ['-m', 'venv', environmentDir], { timeout: installTimeoutMs });
    await run(python, ['-c', 'import ocpp, websockets']).catch(() =>
      run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages], {
        timeout: installTimeoutMs,
      }),
    );
    return python;
  } catch {
    return undefined;
  }
}
