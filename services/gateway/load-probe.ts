// What this process carries now: lateness of its event loop, bytes towards the log, memory.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Closable } from '#kit/lifecycle';
import type { Load } from './domain/overload.ts';

export type LoadProbe = Closable & { read(): Omit<Load, 'stalledMs'> };

const resolutionMs = 20;
/** The p99 is of at least so long, at most twice: shorter, it would be the single latest turn. */
const windowMs = 1_000;
const nanosPerMs = 1_000_000;

export function openLoadProbe(log: { readonly queuedBytes: number }, nowMs: () => number): LoadProbe {
  const delays = monitorEventLoopDelay({ resolution: resolutionMs });
  delays.enable();
  let since = nowMs();
  let before = 0;
  return {
    read() {
      const current = Math.max(0, delays.percentile(99) / nanosPerMs - resolutionMs);
      const loopDelayP99Ms = Math.max(before, current);
      if (nowMs() - since >= windowMs) {
        before = current;
        since = nowMs();
        delays.reset();
      }
      return { loopDelayP99Ms, queueBytes: log.queuedBytes, rssBytes: process.memoryUsage.rss() };
    },
    async close() {
      delays.disable();
    },
  };
}
