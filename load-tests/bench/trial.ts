// A whole platform on free ports with throw-away data: for benches and for tests that kill and measure its processes.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { type Child, startChild } from '#infra/local/child';
import { freePorts } from '#infra/local/ports';
import { partNames } from '#infra/local/part';
import { rootDir } from '#infra/local/paths';
import { programsOf, serviceNames, urlsOf } from '#infra/local/programs';
import { loadSecrets, type Secrets } from '#infra/local/secrets';
import type { Ports } from '#infra/local/settings';
import { startParts } from '#infra/local/parts';
import { makeThrowAway } from '#infra/local/throw-away';
import { waitFor } from '#infra/local/wait';
import { Lifecycle } from '#kit/lifecycle';
import { createLogger } from '#kit/logger';

export type TrialOptions = {
  /** Names of services/run.ts; each list is one process. Absent: all but the gateway in one. */
  readonly processes?: readonly (readonly string[])[];
  readonly gateways?: number;
  /** Added to every process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly logsTo?: (line: string) => void;
};

export type Trial = {
  readonly urls: ReturnType<typeof urlsOf>;
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: Secrets;
  readonly gateways: readonly TrialGateway[];
  readonly logDir: string;
  close(): Promise<void>;
};

export type TrialGateway = {
  readonly adminUrl: string;
  pid(): number;
  /** kill -9; resolves when it is gone. */
  kill(): Promise<void>;
  start(): Promise<void>;
};

const readyTimeoutMs = 60_000;
const stopGraceMs = 12_000;

/** Starts parts (those of the environment where it names them), services and gateways; ready when all say so. */
export async function startTrial(options: TrialOptions = {}): Promise<Trial> {
  const lifecycle = new Lifecycle(createLogger('trial', 'warn'));
  try {
    return await open(options, lifecycle);
  } catch (error) {
    await lifecycle.close();
    throw error;
  }
}

async function open(options: TrialOptions, lifecycle: Lifecycle): Promise<Trial> {
  const place = makeThrowAway();
  lifecycle.add('place', { close: async () => place.remove() });
  const ports = await somePorts();
  // Parts that are given were made with secrets of their own.
  const secretsFile = process.env['SECRETS_FILE'] ?? join(place.dir, 'secrets.json');
  const secrets = loadSecrets(secretsFile);
  const logDir = join(place.dir, 'logs');
  const partPlace = { dataDir: place.dir, logDir, pidDir: place.pidDir, throwAway: true };
  const parts = lifecycle.add(
    'parts',
    await startParts({ needs: partNames, place: partPlace, ports, secrets, environment: process.env }),
  );
  const programs = programsOf(ports, secretsFile, parts.environment);
  const env = { ...programs.services.env, ...options.env };
  const launch = (name: string, args: readonly string[], more: Readonly<Record<string, string>>): Promise<Child> =>
    startChild({
      name,
      command: process.execPath,
      args: [...profiling(), '--import', 'tsx', ...args],
      env: { ...process.env, ...env, ...more, CHILD_OF_PIPE: '1', LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'warn' },
      cwd: rootDir,
      logDir,
      pidDir: place.pidDir,
      kind: 'node',
      signal: 'SIGTERM',
    });
  const urls = urlsOf(ports);
  for (const names of options.processes ?? [serviceNames]) {
    const child = await launch(names.join('-'), ['services/run.ts', ...names], {});
    lifecycle.add(names.join('-'), { close: () => child.stop(stopGraceMs) });
  }
  const gateways: TrialGateway[] = [];
  for (let n = 0; n < (options.gateways ?? 1); n++) gateways.push(await addGateway(n, ports, launch, lifecycle));
  const named = (options.processes ?? [serviceNames]).flat();
  const services = serviceNames.filter((name) => named.includes(name)).map((name) => urls[name]);
  await Promise.all([...services, ...gateways.map(({ adminUrl }) => adminUrl)].map(ready));
  return { urls, environment: env, secrets, gateways, logDir, close: () => lifecycle.close() };
}

type Launch = (name: string, args: readonly string[], more: Readonly<Record<string, string>>) => Promise<Child>;

async function addGateway(n: number, ports: Ports, launch: Launch, lifecycle: Lifecycle): Promise<TrialGateway> {
  // All share one OCPP port, as in production; the kernel spreads the sockets.
  const [adminPort = 0] = n === 0 ? [ports.gatewayAdmin] : await freePorts(1);
  const more = { GATEWAY_ADMIN_PORT: String(adminPort) };
  const start = (): Promise<Child> => launch(`gateway-${n}`, ['services/run.ts', 'gateway'], more);
  let child = await start();
  lifecycle.add(`gateway-${n}`, { close: () => child.stop(stopGraceMs) });
  const adminUrl = `http://127.0.0.1:${adminPort}`;
  return {
    adminUrl,
    pid: () => child.pid,
    async kill() {
      process.kill(child.pid, 'SIGKILL');
      await child.exited;
    },
    async start() {
      child = await start();
      await ready(adminUrl);
    },
  };
}

/** CPU_PROFILE_DIR=<dir> lets every process of the trial write a CPU profile there as it ends. */
function profiling(): readonly string[] {
  const dir = process.env['CPU_PROFILE_DIR'];
  return dir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${dir}`];
}

async function ready(base: string): Promise<void> {
  await waitFor(
    async () => {
      const { status } = await fetch(`${base}/ready`);
      if (status !== 200) throw new Error(`${base} answers ${status}`);
    },
    { timeoutMs: readyTimeoutMs, everyMs: 100 },
  );
}

async function somePorts(): Promise<Ports> {
  const free = await freePorts(14);
  const [kafka = 0, kafkaController = 0, postgres = 0, clickhouse = 0, gateway = 0, gatewayAdmin = 0, ...rest] = free;
  const [registry = 0, stations = 0, sessions = 0, analytics = 0, operator = 0, ...more] = rest;
  const [billing = 0, ocpi = 0, ocpiPartners = 0] = more;
  return {
    kafka,
    kafkaController,
    postgres,
    clickhouse,
    gateway,
    gatewayAdmin,
    registry,
    stations,
    sessions,
    analytics,
    billing,
    ocpi,
    ocpiPartners,
    operator,
  };
}

/** Commit and machine of a measurement, one line. */
export async function provenance(): Promise<string> {
  const commit = await outputOf('git', ['rev-parse', '--short', 'HEAD']);
  const { cpus, totalmem } = await import('node:os');
  const list = cpus();
  const memoryGiB = Math.round(totalmem() / 2 ** 30);
  return `commit ${commit}, ${list.length} × ${list[0]?.model ?? 'unknown CPU'}, ${memoryGiB} GiB, Node ${process.version}, all parts and the generator on this machine`;
}

function outputOf(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: rootDir });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.on('error', () => resolve('unknown'));
    child.on('close', () => resolve(text.trim() || 'unknown'));
  });
}
