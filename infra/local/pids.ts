// Pid files: which processes are ours, told apart from a stranger that got the same pid later.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A process that was ours when the record was written. */
export type PidRecord = {
  readonly name: string;
  readonly pid: number;
  /** Boot and start time of the process as the kernel tells them; a reused pid has another one. */
  readonly startedAt: string;
  /** The signal that ends it in order. */
  readonly signal: NodeJS.Signals;
};

const pollMs = 50;
const reapGraceMs = 12_000;

/** What tells one process from a later one with the same pid; undefined when there is none, or only its corpse. */
export function startTimeOf(pid: number): string | undefined {
  if (process.platform === 'linux') return startTimeByProc(pid);
  try {
    return (
      execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim() || undefined
    );
  } catch {
    return undefined;
  }
}

/** True while the very process of the record runs. */
export function isRunning(record: { readonly pid: number; readonly startedAt: string }): boolean {
  return startTimeOf(record.pid) === record.startedAt;
}

/** Writes the pid file of a process just started; false when the process has ended already. */
export function recordPid(pidDir: string, name: string, pid: number, signal: NodeJS.Signals): boolean {
  const startedAt = startTimeOf(pid);
  if (startedAt === undefined) return false;
  mkdirSync(pidDir, { recursive: true });
  const record: PidRecord = { name, pid, startedAt, signal };
  const file = join(pidDir, `${name}.json`);
  writeFileSync(`${file}.new`, JSON.stringify(record));
  renameSync(`${file}.new`, file);
  return true;
}

export function forgetPid(pidDir: string, name: string): void {
  rmSync(join(pidDir, `${name}.json`), { force: true });
}

/** Ends what an earlier run left, in order first and by force after reapGraceMs; returns the names of what ran. */
export async function reapLeftovers(pidDir: string): Promise<string[]> {
  const leftovers = readRecords(pidDir);
  await Promise.all(leftovers.map((record) => endRecorded(record, reapGraceMs)));
  for (const { name } of leftovers) forgetPid(pidDir, name);
  return leftovers.map(({ name }) => name);
}

/** Ends the process of the record; nothing happens to a stranger that carries its pid. */
export async function endRecorded(record: PidRecord, graceMs: number): Promise<void> {
  if (!isRunning(record)) return;
  signalTo(record.pid, record.signal);
  if (await ended(record, graceMs)) return;
  signalTo(record.pid, 'SIGKILL');
  await ended(record, graceMs);
}

/** The records of a directory whose processes still run; files of dead ones are removed on the way. */
export function readRecords(pidDir: string): PidRecord[] {
  const running: PidRecord[] = [];
  for (const file of listFiles(pidDir)) {
    const record = readRecord(join(pidDir, file));
    if (record !== undefined && isRunning(record)) running.push(record);
    else rmSync(join(pidDir, file), { force: true });
  }
  return running;
}

function listFiles(pidDir: string): string[] {
  try {
    return readdirSync(pidDir).filter((file) => file.endsWith('.json'));
  } catch {
    return [];
  }
}

function readRecord(file: string): PidRecord | undefined {
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isPidRecord(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isPidRecord(value: unknown): value is PidRecord {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    typeof value.name === 'string' &&
    'pid' in value &&
    typeof value.pid === 'number' &&
    value.pid > 1 &&
    'startedAt' in value &&
    typeof value.startedAt === 'string' &&
    'signal' in value &&
    (value.signal === 'SIGTERM' || value.signal === 'SIGINT')
  );
}

function startTimeByProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command stands in brackets and may hold anything, so the fields are counted from the last bracket: state is
    // the first after it, start time (ticks since boot) the twentieth.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${fields[19]}`;
  } catch {
    return undefined;
  }
}

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended between the look and the signal.
  }
}

async function ended(record: PidRecord, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (isRunning(record)) {
    if (performance.now() > deadline) return false;
    await delay(pollMs);
  }
  return true;
}
