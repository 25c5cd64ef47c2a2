// A whole platform on free ports with throw-away data: for benches and for tests that kill and measure its processes.
import { spawn } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { type Child, startChild } from '#infra/local/child';
import { freePorts } from '#infra/local/ports';
import { type PartName, partNames } from '#infra/local/part';
import { rootDir } from '#infra/local/paths';
import { programsOf, serviceNames, urlsOf } from '#infra/local/programs';
import { loadSecrets, type Secrets } from '#infra/local/secrets';
import { portVariables, type Ports, readPorts } from '#infra/local/settings';
import { type PartPorts, partVariables, startParts } from '#infra/local/parts';
import { makeThrowAway, type ThrowAway } from '#infra/local/throw-away';
import { Lifecycle } from '#kit/lifecycle';
import { createLogger } from '#kit/logger';
import { openTrialLinks, type TrialLinks } from '#load-tests/bench/trial-links';
import {
  launchPart,
  launchService,
  servicesReady,
  type TrialPart,
  type TrialService,
} from '#load-tests/bench/trial-process';

export type TrialOptions = {
  /** Names of services/run.ts; each list is one process, named after them. Absent: all but the gateway in one. */
  readonly processes?: readonly (readonly string[])[];
  readonly gateways?: number;
  /** Added to every process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Added to the processes of these names. */
  readonly envOf?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Node's own flags for the processes of these names. */
  readonly nodeArgsOf?: Readonly<Record<string, readonly string[]>>;
  /** Starts parts of its own even where the environment names some: for who kills them. */
  readonly ownParts?: boolean;
  /** Names of processes that reach the parts through links which can be slowed, stalled and cut; needs ownParts. */
  readonly linked?: readonly string[];
  /** Draws the jitter of the links. */
  readonly seed?: string;
};

export type Trial = {
  readonly urls: ReturnType<typeof urlsOf>;
  /** What every process is given; the parts' variables name them directly. */
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: Secrets;
  readonly gateways: readonly TrialGateway[];
  /** All our processes by name, `gateway-<n>` included. */
  readonly processes: ReadonlyMap<string, TrialService>;
  readonly parts: ReadonlyMap<PartName, TrialPart>;
  /** Where `linked` was given. */
  readonly links: TrialLinks | undefined;
  readonly logDir: string;
  close(): Promise<void>;
};

export type TrialGateway = TrialService & { readonly adminUrl: string };

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
  const givenSecrets = options.ownParts === true ? undefined : process.env['SECRETS_FILE'];
  const secretsFile = givenSecrets ?? join(place.dir, 'secrets.json');
  const secrets = loadSecrets(secretsFile);
  const linked = options.linked ?? [];
  const links =
    linked.length === 0 ? undefined : lifecycle.add('links', await openTrialLinks(ports, options.seed ?? 'trial'));
  const partsPorts = { ...ports, kafkaLinked: links?.kafkaLinked };
  const parts = await openParts({ place, ports: partsPorts, secrets, isOwn: options.ownParts === true }, lifecycle);
  const partsEnvironment = Object.fromEntries([...parts].map(([name, { url }]) => [partVariables[name], url]));
  const env = { ...programsOf(ports, secretsFile, partsEnvironment).services.env, ...options.env };
  const envOf = (name: string): Readonly<Record<string, string>> => ({
    ...(linked.includes(name) ? links?.environment(partsEnvironment) : undefined),
    ...options.envOf?.[name],
  });
  const launch: Launch = (name, services, more) =>
    launchNode(place, name, {
      nodeArgs: options.nodeArgsOf?.[name] ?? [],
      services,
      env: { ...env, ...envOf(name), ...more },
    });
  const urls = urlsOf(ports);
  const processes = new Map<string, TrialService>();
  const readyUrls: string[] = [];
  for (const names of options.processes ?? [serviceNames]) {
    const name = names.join('-');
    const own = serviceNames.filter((service) => names.includes(service)).map((service) => urls[service]);
    const started = await launchService({ name, urls: own, launch: (more) => launch(name, names, more) });
    processes.set(name, lifecycle.add(name, started));
    readyUrls.push(...own);
  }
  const gateways: TrialGateway[] = [];
  for (let n = 0; n < (options.gateways ?? 1); n++) {
    const gateway = await addGateway(n, ports, launch);
    lifecycle.add(gateway.name, gateway);
    gateways.push(gateway);
    processes.set(gateway.name, gateway);
  }
  await servicesReady([...readyUrls, ...gateways.map(({ adminUrl }) => adminUrl)]);
  const logDir = logDirOf(place);
  const close = (): Promise<void> => lifecycle.close();
  return { urls, environment: env, secrets, gateways, processes, parts, links, logDir, close };
}

type PartsOpening = {
  readonly place: ThrowAway;
  readonly ports: PartPorts;
  readonly secrets: Secrets;
  readonly isOwn: boolean;
};

/** Each part by itself, so that one can end and start again without the others. */
async function openParts(
  { place, ports, secrets, isOwn }: PartsOpening,
  lifecycle: Lifecycle,
): Promise<ReadonlyMap<PartName, TrialPart>> {
  const { pidDir } = place;
  const partPlace = { dataDir: place.dir, logDir: logDirOf(place), pidDir, throwAway: true };
  const environment = isOwn ? {} : process.env;
  const launch = async (name: PartName): Promise<TrialPart> =>
    launchPart({
      name,
      pidDir,
      async launch() {
        const { list } = await startParts({ needs: [name], place: partPlace, ports, secrets, environment });
        const [part] = list;
        if (part === undefined) throw new Error(`${name} was not started`);
        return part;
      },
    });
  const outcomes = await Promise.allSettled(
    partNames.map(async (name) => [name, lifecycle.add(name, await launch(name))] as const),
  );
  const parts = new Map<PartName, TrialPart>();
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') throw outcome.reason;
    parts.set(...outcome.value);
  }
  return parts;
}

type Launch = (name: string, services: readonly string[], more: Readonly<Record<string, string>>) => Promise<Child>;

type Launching = {
  readonly nodeArgs: readonly string[];
  readonly services: readonly string[];
  readonly env: Readonly<Record<string, string>>;
};

function launchNode(place: ThrowAway, name: string, { nodeArgs, services, env }: Launching): Promise<Child> {
  return startChild({
    name,
    command: process.execPath,
    args: [...profiling(), ...nodeArgs, '--import', 'tsx', 'services/run.ts', ...services],
    env: { ...process.env, LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'warn', ...env, CHILD_OF_PIPE: '1' },
    cwd: rootDir,
    logDir: logDirOf(place),
    pidDir: place.pidDir,
    kind: 'node',
    signal: 'SIGTERM',
  });
}

function logDirOf({ dir }: ThrowAway): string {
  return join(dir, 'logs');
}

async function addGateway(n: number, ports: Ports, launch: Launch): Promise<TrialGateway> {
  // All share one OCPP port, as in production; the kernel spreads the sockets.
  const [adminPort = 0] = n === 0 ? [ports.gatewayAdmin] : await freePorts(1);
  const name = `gateway-${n}`;
  const adminUrl = `http://127.0.0.1:${adminPort}`;
  const own = { GATEWAY_ADMIN_PORT: String(adminPort) };
  const started = await launchService({
    name,
    urls: [adminUrl],
    launch: (more) => launch(name, ['gateway'], { ...own, ...more }),
  });
  return { ...started, adminUrl };
}

/** CPU_PROFILE_DIR=<dir> lets every process of the trial write a CPU profile there as it ends. */
function profiling(): readonly string[] {
  const dir = process.env['CPU_PROFILE_DIR'];
  return dir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${dir}`];
}

async function somePorts(): Promise<Ports> {
  const free = await freePorts(portVariables.length);
  return readPorts(Object.fromEntries(portVariables.map((variable, index) => [variable, String(free[index])])));
}

/** Commit and machine of a measurement, one line. */
export async function provenance(): Promise<string> {
  const commit = await outputOf('git', ['rev-parse', '--short', 'HEAD']);
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
