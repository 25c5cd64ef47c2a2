// Gives the process its threads: every call into the engine holds one of libuv's, and by default there are four.
import { spawn } from 'node:child_process';
import { threadsMin } from '#infra/local/clickhouse-http/limits';

const variable = 'UV_THREADPOOL_SIZE';

/** True where the process was started with enough threads. */
export function hasThreads(): boolean {
  return Number(process.env[variable] ?? '0') >= threadsMin;
}

/**
 * Runs this very program again with the variable set, and ends as it ends. libuv reads the variable at its first use,
 * and the module loader has used it before our first line, so setting it here is too late [measured: 4 threads].
 * Whoever starts the front with UV_THREADPOOL_SIZE=64 saves this process. The other ends with our pipe, so a kill of
 * ours ends it too.
 */
export function runAgainWithThreads(): void {
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    env: { ...process.env, [variable]: String(threadsMin), CHILD_OF_PIPE: '1' },
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  child.stdin.on('error', () => {});
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => child.kill(signal));
  if (process.env['CHILD_OF_PIPE'] === '1') {
    process.stdin.resume();
    process.stdin.once('end', () => child.stdin.end());
    process.stdin.once('error', () => child.stdin.end());
  }
  child.once('error', (error) => {
    process.stderr.write(`The front cannot start itself with ${threadsMin} threads: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.once('exit', (code) => process.exit(code ?? 1));
}
