// Starts the front on a free port and a throw-away directory, for the tests beside this file.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ClickHouseClient, createClient } from '@clickhouse/client';
import { clickHouseReady } from '#infra/local/clickhouse';
import { scratchDirOf } from '#infra/local/clickhouse-http/scratch';
import { freePorts } from '#infra/local/ports';

export const password = 'secret: ü';
const main = fileURLToPath(new URL('../../../../infra/local/clickhouse-http/main.ts', import.meta.url));

export type Front = {
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  client(options?: Parameters<typeof createClient>[0]): ClickHouseClient;
  /** A request as curl would make it, by user default. */
  post(
    query: string,
    options?: { readonly search?: string; readonly user?: string; readonly headers?: Record<string, string> },
  ): Promise<Reply>;
  /** As a crash: nothing is closed. */
  kill(): Promise<void>;
  stop(): Promise<void>;
};

export type Reply = {
  readonly status: number;
  readonly code: string | null;
  readonly text: string;
  readonly headers: Headers;
};

/** A new directory, gone when the test process ends. */
export function makeDataDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'chargestream-front-'));
  process.once('exit', () => {
    for (const used of [dir, scratchDirOf(dir)]) rmSync(used, { recursive: true, force: true });
  });
  return dir;
}

/** Spawns it; whoever calls minds its end. */
export function spawnFront(port: number, dataDir: string, environment: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', main], {
    env: {
      ...process.env,
      CLICKHOUSE_HTTP_PORT: String(port),
      CLICKHOUSE_DATA_DIR: dataDir,
      CLICKHOUSE_PASSWORD: password,
      CHILD_OF_PIPE: '1',
      UV_THREADPOOL_SIZE: '64',
      ...environment,
    },
    stdio: ['pipe', 'ignore', 'pipe'],
  });
}

export async function startFront(dataDir = makeDataDir()): Promise<Front> {
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const child = spawnFront(port, dataDir);
  const exited = once(child, 'exit');
  // A test that fails before stop() ends all the same, and the front with it.
  child.unref();
  for (const stream of [child.stdin, child.stderr]) if (stream instanceof Socket) stream.unref();
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  await clickHouseReady(url, () => child.exitCode !== null).catch((error: unknown) => {
    throw new Error(`the front does not start: ${complaint}`, { cause: error });
  });
  return {
    url,
    port,
    dataDir,
    client: (options) => createClient({ url, username: 'default', password, log: { level: 127 }, ...options }),
    async post(query, { search = '', user = 'default', headers = {} } = {}) {
      const key = user === 'default' ? password : user;
      const authorization = `Basic ${Buffer.from(`${user}:${key}`).toString('base64')}`;
      const response = await fetch(`${url}/${search}`, {
        method: 'POST',
        body: query,
        headers: { authorization, ...headers },
      });
      const text = await response.text();
      return {
        status: response.status,
        code: response.headers.get('x-clickhouse-exception-code'),
        text,
        headers: response.headers,
      };
    },
    async kill() {
      child.ref();
      child.kill('SIGKILL');
      await exited;
    },
    async stop() {
      child.ref();
      child.stdin?.end();
      await exited;
    },
  };
}
