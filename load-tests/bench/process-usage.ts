// CPU time and resident memory of a process, from /proc.
import { readdirSync, readFileSync } from 'node:fs';

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

/** CPU microseconds so far of this process and everything below it, by what it is. */
export function cpuMicrosByRole(): ReadonlyMap<string, number> {
  const micros = new Map<string, number>([['generator', cpuMicrosOf(process.pid)]]);
  for (const pid of descendantsOf(process.pid)) {
    const role = roleOf(pid);
    if (role === undefined) continue;
    try {
      micros.set(role, (micros.get(role) ?? 0) + cpuMicrosOf(pid));
    } catch {
      // It ended between the listing and the reading.
    }
  }
  return micros;
}

const roles: readonly (readonly [pattern: RegExp, role: string])[] = [
  [/kafka\.Kafka/, 'kafka'],
  [/postgres/, 'postgres'],
  [/clickhouse-http/, 'clickhouse'],
  [/run\.ts\0gateway/, 'gateway'],
  [/run\.ts\0/, 'services'],
];

function roleOf(pid: number): string | undefined {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return roles.find(([pattern]) => pattern.test(command))?.[1];
  } catch {
    return undefined;
  }
}

/** Everything below a process, parents first. */
export function descendantsOf(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const parent = Number(afterName(readFileSync(`/proc/${name}/stat`, 'utf8'))[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
    } catch {
      // It ended between the listing and the reading.
    }
  }
  const found = [...(children.get(root) ?? [])];
  for (let i = 0; i < found.length; i++) found.push(...(children.get(found[i] ?? 0) ?? []));
  return found;
}
