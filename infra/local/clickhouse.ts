// ClickHouse as a part: the engine (npm chdb) in its own process behind the ClickHouse HTTP protocol.
import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { startChild, tailOf } from '#infra/local/child';
import { partOfChild } from '#infra/local/child-part';
import { type Part, PartAbsent, type PartPlace } from '#infra/local/part';
import { rootDir } from '#infra/local/paths';
import { waitFor } from '#infra/local/wait';
import { Fault } from '#kit/fault';

export type ClickHouseOptions = { readonly port: number; readonly password: string; readonly analystPassword: string };

export const analystUser = 'analyst';

const readyTimeoutMs = 60_000;
const closeGraceMs = 5_500;
const front = join(rootDir, 'infra', 'local', 'clickhouse-http', 'main.ts');

/** Starts the engine behind its front and waits until it answers. PartAbsent where chdb has no build for this machine. */
export async function startEmbeddedClickHouse(place: PartPlace, options: ClickHouseOptions): Promise<Part> {
  assertEngineIsThere();
  const dir = join(place.dataDir, 'clickhouse');
  mkdirSync(dir, { recursive: true });
  const child = await startChild({
    name: 'clickhouse',
    command: process.execPath,
    args: ['--import', 'tsx', front],
    env: {
      ...process.env,
      // Threads for the engine's calls; without it the front starts itself again with them.
      UV_THREADPOOL_SIZE: '64',
      CLICKHOUSE_HTTP_HOST: '127.0.0.1',
      CLICKHOUSE_HTTP_PORT: String(options.port),
      CLICKHOUSE_DATA_DIR: dir,
      CLICKHOUSE_PASSWORD: options.password,
      CLICKHOUSE_READONLY_USER: analystUser,
      CLICKHOUSE_READONLY_PASSWORD: options.analystPassword,
    },
    cwd: rootDir,
    logDir: place.logDir,
    pidDir: place.pidDir,
    kind: 'node',
    signal: 'SIGTERM',
  });
  const base = `127.0.0.1:${options.port}`;
  try {
    await clickHouseReady(`http://${base}`, child.hasExited);
  } catch (error) {
    await child.stop(closeGraceMs);
    throw new Fault('PART_UNAVAILABLE', {
      detail: `ClickHouse does not start; the end of ${child.logFile}:\n${tailOf(child.logFile)}`,
      cause: error,
    });
  }
  return partOfChild(
    'clickhouse',
    `http://default:${encodeURIComponent(options.password)}@${base}`,
    child,
    closeGraceMs,
  );
}

/** Resolves once GET /ping answers `Ok.`. */
export async function clickHouseReady(base: string, giveUp: () => boolean = () => false): Promise<void> {
  const attempt = async (): Promise<void> => {
    const response = await fetch(new URL('/ping', base), { signal: AbortSignal.timeout(2_000) });
    const body = await response.text();
    if (!response.ok || !body.startsWith('Ok.'))
      throw new Error(`ping answers ${response.status}: ${body.slice(0, 200)}`);
  };
  await waitFor(attempt, { timeoutMs: readyTimeoutMs, everyMs: 100, giveUp });
}

function assertEngineIsThere(): void {
  try {
    createRequire(import.meta.url).resolve('chdb');
  } catch {
    throw new PartAbsent('the npm package chdb is not installed');
  }
  if (!existsSync(front)) throw new PartAbsent('the HTTP front of chdb is missing');
}
