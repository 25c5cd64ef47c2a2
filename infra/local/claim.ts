// One platform per data directory: a run claims it, and takes over from one whose parent was killed.
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { endRecorded, isRunning, startTimeOf } from '#infra/local/pids';
import { Fault } from '#kit/fault';

type Claim = {
  readonly pid: number;
  readonly startedAt: string;
  readonly parentPid: number;
  readonly parentStartedAt: string;
};

const pollMs = 100;
// A run notices the death of its parent within a second; one that ends takes at most 15.
const noticeMs = 3_000;
const endGraceMs = 15_000;

/** Claims the directory; release() gives it back. Throws DATA_DIR_IN_USE when another living run holds it. */
export async function claimDataDir(dataDir: string): Promise<{ release(): void }> {
  mkdirSync(dataDir, { recursive: true });
  const file = join(dataDir, 'owner.json');
  const mine = JSON.stringify(ownClaim());
  for (;;) {
    if (tryClaim(file, mine)) return { release: () => release(file, mine) };
    const text = read(file);
    if (text === undefined) continue;
    const claim = parse(text);
    if (claim !== undefined) await outlive(claim, dataDir);
    if (read(file) === text) rmSync(file, { force: true });
  }
}

async function outlive(claim: Claim, dataDir: string): Promise<void> {
  const deadline = performance.now() + noticeMs;
  while (isRunning(claim) && !isOrphan(claim) && performance.now() < deadline) await delay(pollMs);
  if (!isRunning(claim)) return;
  if (!isOrphan(claim)) {
    throw new Fault('DATA_DIR_IN_USE', {
      detail: `The platform of ${dataDir} runs already: end it (Ctrl-C there, or kill ${claim.pid}), or set DATA_DIR to another directory.`,
    });
  }
  await endRecorded({ name: 'supervisor', pid: claim.pid, startedAt: claim.startedAt, signal: 'SIGTERM' }, endGraceMs);
}

function isOrphan(claim: Claim): boolean {
  return !isRunning({ pid: claim.parentPid, startedAt: claim.parentStartedAt });
}

function ownClaim(): Claim {
  const pidOf = (pid: number): string => startTimeOf(pid) ?? '';
  return {
    pid: process.pid,
    startedAt: pidOf(process.pid),
    parentPid: process.ppid,
    parentStartedAt: pidOf(process.ppid),
  };
}

function tryClaim(file: string, mine: string): boolean {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, mine);
  try {
    linkSync(draft, file);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(draft, { force: true });
  }
}

function release(file: string, mine: string): void {
  if (read(file) === mine) rmSync(file, { force: true });
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function parse(text: string): Claim | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isClaim(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isClaim(value: unknown): value is Claim {
  return (
    typeof value === 'object' &&
    value !== null &&
    'pid' in value &&
    Number.isInteger(value.pid) &&
    'startedAt' in value &&
    typeof value.startedAt === 'string' &&
    'parentPid' in value &&
    Number.isInteger(value.parentPid) &&
    'parentStartedAt' in value &&
    typeof value.parentStartedAt === 'string'
  );
}
