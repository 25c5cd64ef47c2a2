// How the load generator itself fares: a run whose generator was late or starved says nothing about the platform.
import { monitorEventLoopDelay } from 'node:perf_hooks';

export type Health = { readonly eventLoopP99Ms: number; readonly cpuPercent: number };

const resolutionMs = 10;

/** Beyond these a run is void (load-tests/README.md). */
export const healthLimits = { eventLoopP99Ms: 20, cpuPercent: 80 } as const;

export type HealthWatch = { read(): Health; stop(): void };

export function watchHealth(): HealthWatch {
  const delays = monitorEventLoopDelay({ resolution: resolutionMs });
  delays.enable();
  const startedAtMs = performance.now();
  const before = process.cpuUsage();
  return {
    read() {
      const used = process.cpuUsage(before);
      const elapsedMs = Math.max(1, performance.now() - startedAtMs);
      // The histogram holds whole periods of its timer; what is above its resolution is delay.
      const delayMs = delays.percentile(99) / 1e6 - resolutionMs;
      return {
        eventLoopP99Ms: Number.isFinite(delayMs) ? Math.max(0, Math.round(delayMs * 10) / 10) : 0,
        cpuPercent: Math.round((used.user + used.system) / 10 / elapsedMs),
      };
    },
    stop: () => void delays.disable(),
  };
}
