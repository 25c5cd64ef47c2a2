// Starts HAProxy in front of the gateways, and tells a running one which certificates are revoked.
import { execFileSync } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type Child, startChild, tailOf } from '#infra/local/child';
import { rootDir } from '#infra/local/paths';
import { waitFor } from '#infra/local/wait';
import { Fault } from '#kit/fault';

export type HaproxyOptions = {
  readonly dir: string;
  readonly pidDir: string;
  readonly profile2Port: number;
  readonly profile3Port: number;
  /** host:port of the gateways' proxied port. */
  readonly gateways: string;
  readonly serverCertificate: string;
  readonly clientCaPem: string;
  readonly revocationsPem: string;
  readonly connectionsMax: number;
};

export type Haproxy = {
  /** New revocations count for every connection from now on; open ones stay. */
  revoke(revocationsPem: string): Promise<void>;
  close(): Promise<void>;
};

const configFile = join(rootDir, 'infra', 'haproxy', 'haproxy.cfg');
const readyTimeoutMs = 15_000;
const answerTimeoutMs = 5_000;
const closeGraceMs = 5_000;

/** The version of the installed HAProxy; undefined where there is none. */
export function haproxyVersion(): string | undefined {
  try {
    return execFileSync('haproxy', ['-v'], { encoding: 'utf8' }).split('\n')[0];
  } catch {
    return undefined;
  }
}

/** Writes what it reads, starts it, and waits until its admin socket answers. */
export async function startHaproxy(options: HaproxyOptions): Promise<Haproxy> {
  const clientCa = join(options.dir, 'client-ca.pem');
  const revocations = join(options.dir, 'revocations.pem');
  const socket = join(options.dir, 'admin.sock');
  writeFileSync(clientCa, options.clientCaPem);
  writeFileSync(revocations, options.revocationsPem);
  const child = await startChild({
    name: 'haproxy',
    command: 'haproxy',
    args: ['-f', configFile],
    env: {
      ...process.env,
      PROFILE2_PORT: String(options.profile2Port),
      PROFILE3_PORT: String(options.profile3Port),
      GATEWAYS: options.gateways,
      SERVER_CERTIFICATE: options.serverCertificate,
      CLIENT_CA: clientCa,
      CLIENT_CRL: revocations,
      ADMIN_SOCKET: socket,
      CONNECTIONS_MAX: String(options.connectionsMax),
    },
    cwd: options.dir,
    logDir: options.dir,
    pidDir: options.pidDir,
    kind: 'engine',
    signal: 'SIGTERM',
  });
  await ready(child, socket);
  return {
    revoke: (revocationsPem) => commitRevocations({ file: revocations, socket }, revocationsPem),
    close: () => child.stop(closeGraceMs),
  };
}

async function ready(child: Child, socket: string): Promise<void> {
  try {
    await waitFor(() => ask(socket, 'show info\n'), {
      timeoutMs: readyTimeoutMs,
      everyMs: 50,
      giveUp: child.hasExited,
    });
  } catch (error) {
    await child.stop(closeGraceMs);
    const detail = `HAProxy does not start; the end of ${child.logFile}:\n${tailOf(child.logFile)}`;
    throw new Fault('PART_UNAVAILABLE', { detail, cause: error });
  }
}

/** Where a proxy keeps its revocations, and where it takes new ones. */
export type RevocationsPlace = { readonly file: string; readonly socket: string };

/** 1. The running process, by its admin socket: no reload, so no socket drops. 2. The file, for its next start. */
export async function commitRevocations({ file, socket }: RevocationsPlace, revocationsPem: string): Promise<void> {
  const set = await ask(socket, `set ssl crl-file ${file} <<\n${revocationsPem.trim()}\n\n`);
  if (!/transaction (created|updated)/i.test(set)) throw new Error(`HAProxy takes no revocations: ${set.trim()}`);
  const committed = await ask(socket, `commit ssl crl-file ${file}\n`);
  if (!/success/i.test(committed)) throw new Error(`HAProxy does not commit revocations: ${committed.trim()}`);
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, revocationsPem);
  renameSync(draft, file);
}

/** One command of the admin socket, and its answer. */
function ask(socket: string, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const link = connect(socket);
    let answer = '';
    link.setTimeout(answerTimeoutMs, () => link.destroy(new Error('HAProxy does not answer')));
    link.on('data', (chunk) => (answer += chunk.toString()));
    link.on('error', reject);
    link.on('close', () => resolve(answer));
    link.write(command);
  });
}
