// Throw-away places for test data: in memory where there is room, gone after the run, swept by the next when killed.
import { chmodSync, mkdtempSync, readdirSync, rmSync, statfsSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRecords, reapLeftovers, recordPid } from '#infra/local/pids';

const prefix = 'chargestream-test-';
const memoryBytesMin = 2_000_000_000;
const youngMs = 60_000;

export type ThrowAway = { readonly dir: string; readonly pidDir: string; remove(): void };

/** Makes a directory that other users may enter (PostgreSQL runs as one) and that names its owner. */
export function makeThrowAway(): ThrowAway {
  const dir = mkdtempSync(join(base(), prefix));
  chmodSync(dir, 0o711);
  recordPid(join(dir, 'owner'), 'run', process.pid, 'SIGTERM');
  return { dir, pidDir: join(dir, 'pids'), remove: () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Ends and removes what killed runs left. */
export async function sweepThrowAways(): Promise<void> {
  for (const parent of new Set([base(), tmpdir()])) {
    for (const name of readdirSync(parent)) {
      if (name.startsWith(prefix)) await sweep(join(parent, name));
    }
  }
}

async function sweep(dir: string): Promise<void> {
  try {
    if (readRecords(join(dir, 'owner')).length > 0 || Date.now() - statSync(dir).mtimeMs < youngMs) return;
    await reapLeftovers(join(dir, 'pids'));
    rmSync(dir, { recursive: true, force: true });
  } catch {
    // Another run sweeps it at the same time, or another user's run owns it.
  }
}

function base(): string {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm');
    return bavail * bsize >= memoryBytesMin ? '/dev/shm' : tmpdir();
  } catch {
    return tmpdir();
  }
}
