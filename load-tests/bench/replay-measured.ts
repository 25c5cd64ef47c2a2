// One projection from the claim of its partitions until its positions in Postgres stand at the end of the log: progress,
// events per second, and who spent the machine on an event.
import type { RunningProjection } from '#kit/projection/runner';
import { cpuMicrosByRole } from '#load-tests/bench/process-usage';
import { profiled } from '#load-tests/bench/profile';

export type Measured = {
  readonly label: string;
  /** Events of each partition. */
  readonly counts: readonly number[];
  readonly open: () => Promise<RunningProjection>;
  readonly say: (line: string) => void;
};

const pollMs = 20;
const progressEveryMs = 5_000;

/** Events per second; throws where a key was parked or a partition stopped: then it measured something else. */
export async function measured(of: Measured): Promise<number> {
  const { label, counts, say } = of;
  const total = sumOf(counts);
  const before = cpuMicrosByRole();
  const startedMs = performance.now();
  const projection = await profiled(label.replaceAll(/\W+/g, '-'), async () => {
    const opened = await of.open();
    await atTheEnd(opened, of, total);
    return opened;
  });
  const seconds = (performance.now() - startedMs) / 1000;
  const after = cpuMicrosByRole();
  const { parkedKeys } = projection.status();
  await projection.close();
  if (parkedKeys > 0) throw new Error(`${label} parked ${parkedKeys} keys`);
  const perSecond = Math.round(total / seconds);
  const shares = [...after].map(([role, micros]) => {
    const spent = (micros - (before.get(role) ?? 0)) / total;
    return `${role === 'generator' ? 'fold' : role} ${spent.toFixed(1)}`;
  });
  say(
    `${label}: ${total} events in ${seconds.toFixed(1)} s, ${perSecond}/s; CPU µs per event: ${shares.join(', ')}; ` +
      `peak RSS of this process so far ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`,
  );
  return perSecond;
}

export function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}

async function atTheEnd(projection: RunningProjection, { label, counts, say }: Measured, total: number): Promise<void> {
  const startedMs = performance.now();
  let saidMs = startedMs;
  for (;;) {
    const { partitions } = projection.status();
    const stopped = partitions.find((partition) => partition.stopped !== null);
    if (stopped !== undefined) throw new Error(`${label}: partition ${stopped.partition} stopped: ${stopped.stopped}`);
    if (partitions.every(({ partition, nextOffset }) => nextOffset >= (counts[partition] ?? 0))) return;
    if (performance.now() - saidMs >= progressEveryMs) {
      saidMs = performance.now();
      const done = sumOf(partitions.map(({ nextOffset }) => nextOffset));
      say(`${label}: ${done} of ${total}, ${Math.round((done * 1000) / (saidMs - startedMs))}/s`);
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
