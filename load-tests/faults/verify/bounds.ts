// I6: samples memory and queues of all our processes through a run, and holds their peaks against the bounds.
import { rssBytesOf } from '#load-tests/bench/process-usage';
import type { Trial } from '#load-tests/bench/trial';
import { metricUrlsOf, readMetrics } from '#load-tests/faults/verify/recovery';
import type { Check, Violation } from '#load-tests/faults/verify/verdict';

export type Bounds = {
  readonly rssMiBMax: number;
  /** Of one writer towards the log; the services' configuration says 64 MiB. */
  readonly queueBytesMax: number;
};

export type BoundsWatch = {
  /** Looks at all of them now; else it does once a second. */
  look(): Promise<void>;
  /** Stops sampling; the verdict on all that was seen. */
  verdict(): Check;
  /** Highest resident memory by process, MiB. */
  peaks(): Readonly<Record<string, number>>;
};

export const boundsDefault: Bounds = { rssMiBMax: 700, queueBytesMax: 64 * 1024 * 1024 };

const everyMs = 1_000;
const queueLine = /^chargestream_log_queue_bytes\{[^}]*\bclient="([^"]+)"[^}]*\} (\S+)$/gm;

/** A process that is down or frozen gives no sample; that is another check's matter. */
export function watchBounds(trial: Trial, bounds: Bounds = boundsDefault): BoundsWatch {
  const peaks = new Map<string, number>();
  let samples = 0;
  const raise = (subject: string, value: number): void => {
    samples += 1;
    peaks.set(subject, Math.max(peaks.get(subject) ?? 0, value));
  };
  const sample = async (): Promise<void> => {
    for (const each of trial.processes.values()) {
      try {
        raise(`rss ${each.name}`, rssBytesOf(each.pid()) / 2 ** 20);
      } catch {
        continue;
      }
    }
    for (const outcome of await Promise.allSettled(metricUrlsOf(trial).map(readMetrics))) {
      if (outcome.status === 'rejected') continue;
      for (const [, client = '', value] of outcome.value.matchAll(queueLine)) raise(`queue ${client}`, Number(value));
    }
  };
  let isSampling = false;
  const timer = setInterval(() => {
    if (isSampling) return;
    isSampling = true;
    void sample().finally(() => (isSampling = false));
  }, everyMs);
  timer.unref();
  return {
    look: sample,
    verdict() {
      clearInterval(timer);
      return {
        invariant: 'I6',
        checked: samples,
        violations: [...peaks].flatMap((peak) => violationsOf(peak, bounds)),
      };
    },
    peaks: () =>
      Object.fromEntries(
        [...peaks]
          .filter(([name]) => name.startsWith('rss '))
          .map(([name, value]) => [name.slice(4), Math.round(value)]),
      ),
  };
}

function violationsOf([subject, peak]: readonly [string, number], { rssMiBMax, queueBytesMax }: Bounds): Violation[] {
  const isMemory = subject.startsWith('rss ');
  const max = isMemory ? rssMiBMax : queueBytesMax;
  if (peak <= max) return [];
  const unit = isMemory ? 'MiB' : 'bytes';
  return [
    {
      invariant: 'I6',
      hop: 'process',
      subject,
      expected: `at most ${max} ${unit}`,
      found: `${Math.round(peak)} ${unit}`,
    },
  ];
}
