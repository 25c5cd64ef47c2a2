// CPU time and resident memory of a process, from /proc.
import { readFileSync } from 'node:fs';

const ticksPerSecond = 100;
const pageBytes = 4096;

/** User and system time so far, in microseconds. */
export function cpuMicrosOf(pid: number): number {
  const fields = afterName(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return ((Number(fields[11]) + Number(fields[12])) / ticksPerSecond) * 1_000_000;
}

/** Resident set size in bytes. */
export function rssBytesOf(pid: number): number {
  return Number(afterName(readFileSync(`/proc/${pid}/stat`, 'utf8'))[21]) * pageBytes;
}

/** The fields after the name, which may hold spaces; the first is the state (field 3). */
function afterName(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
