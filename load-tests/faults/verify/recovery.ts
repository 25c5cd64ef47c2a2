// I5: after healing every projection and sink is at the end of its topic, none stopped, no key parked.
import { waitFor } from '#infra/local/wait';
import type { Trial } from '#load-tests/bench/trial';
import type { Check, Violation } from '#load-tests/faults/verify/verdict';

export type Lag = {
  readonly subject: string;
  readonly lagEvents: number;
  readonly stopped: number;
  readonly parked: number;
};

const everyMs = 500;
const timeoutMs = 5_000;

/** Waits until nobody lags; who still does after withinMs is a violation. Asked twice, since an end moves while we ask. */
export async function checkRecovery(trial: Trial, withinMs: number): Promise<Check> {
  let lags: readonly Lag[] = [];
  let quiet = 0;
  try {
    await waitFor(
      async () => {
        lags = await lagsOf(trial);
        quiet = lags.every(isCaughtUp) ? quiet + 1 : 0;
        if (quiet < 2) throw new Error('somebody lags');
      },
      { timeoutMs: withinMs, everyMs },
    );
  } catch {
    // The violations say who.
  }
  return { invariant: 'I5', checked: lags.length, violations: lags.flatMap(violationsOf) };
}

/** What every service says of its projections and sinks on /metrics. */
export async function lagsOf(trial: Trial): Promise<Lag[]> {
  const texts = await Promise.all(metricUrlsOf(trial).map(readMetrics));
  const lags = new Map<string, { lagEvents: number; stopped: number; parked: number }>();
  for (const text of texts) {
    for (const [, kind = '', what = '', name = '', value] of text.matchAll(lagLine)) {
      const lag = lags.get(`${kind} ${name}`) ?? { lagEvents: 0, stopped: 0, parked: 0 };
      lags.set(`${kind} ${name}`, lag);
      if (what === 'lag_events') lag.lagEvents += Number(value);
      if (what === 'partition_stopped') lag.stopped += Number(value);
      if (what === 'parked_keys') lag.parked += Number(value);
    }
  }
  return [...lags].map(([subject, lag]) => ({ subject, ...lag }));
}

/** Base URLs of all our processes that answer /metrics. */
export function metricUrlsOf({ urls, gateways, processes }: Trial): string[] {
  const services = ['registry', 'stations', 'sessions', 'billing', 'ocpi', 'analytics', 'operator'] as const;
  const running = [...processes.keys()].flatMap((name) => name.split('-'));
  return [
    ...services.filter((name) => running.includes(name)).map((name) => urls[name]),
    ...gateways.map(({ adminUrl }) => adminUrl),
  ];
}

export async function readMetrics(base: string): Promise<string> {
  const response = await fetch(`${base}/metrics`, { signal: AbortSignal.timeout(timeoutMs) });
  return response.text();
}

const lagLine =
  /^chargestream_(projection|sink)_(lag_events|partition_stopped|parked_keys)\{[^}]*\b(?:projection|sink)="([^"]+)"[^}]*\} (\S+)$/gm;

function isCaughtUp({ lagEvents, stopped, parked }: Lag): boolean {
  return lagEvents === 0 && stopped === 0 && parked === 0;
}

function violationsOf(lag: Lag): Violation[] {
  if (isCaughtUp(lag)) return [];
  const found = `${lag.lagEvents} events behind, ${lag.stopped} partitions stopped, ${lag.parked} keys parked`;
  return [
    { invariant: 'I5', hop: 'log → read model', subject: lag.subject, expected: 'at the end of its topic', found },
  ];
}
