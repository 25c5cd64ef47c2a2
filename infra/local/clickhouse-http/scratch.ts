// The directory for insert bodies and result pipes: in memory where the system has /dev/shm, one per data directory.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const memory = '/dev/shm';

/** Where it lies: the same for every run on the data directory. */
export function scratchDirOf(dataDir: string): string {
  const name = createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 16);
  return join(existsSync(memory) ? memory : tmpdir(), `chargestream-clickhouse-${name}`);
}

/**
 * Makes it anew. Call it with the engine open: its lock says that no other process uses the directory, so that what
 * lies there is of a run that was killed.
 */
export function makeScratchDir(dataDir: string): string {
  const dir = scratchDirOf(dataDir);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { mode: 0o700 });
  return dir;
}

export function removeScratchDir(dir: string): void {
  rmSync(dir, { recursive: true, force: true });
}
