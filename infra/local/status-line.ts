// One line on how the platform does, out of its own metrics: refreshed in place on a terminal, else a line every 10 s.
import { setTimeout as delay } from 'node:timers/promises';

export type Output = { readonly isTTY?: boolean; readonly columns?: number; write(text: string): unknown };

/** Sums of metrics by name, over all their labels. */
export type Sums = ReadonlyMap<string, number>;

const terminalEveryMs = 2_000;
const plainEveryMs = 10_000;
const scrapeTimeoutMs = 1_500;
const clearLine = '\r\u001b[2K';

/** A line that stays at the bottom of a terminal, with other lines told above it. */
export class StatusLine {
  readonly #output: Output;
  #current = '';

  constructor(output: Output) {
    this.#output = output;
  }

  /** Tells something else; on a terminal the status line moves down. */
  say(line: string): void {
    if (this.#output.isTTY === true) this.#output.write(`${clearLine}${line}\n${this.#current}`);
    else this.#output.write(`${line}\n`);
  }

  show(line: string): void {
    if (this.#output.isTTY !== true) {
      this.#output.write(`${line}\n`);
      return;
    }
    this.#current = line.slice(0, (this.#output.columns ?? 80) - 1);
    this.#output.write(clearLine + this.#current);
  }

  /** Leaves the line where it stands; what is told from now on goes below. */
  leave(): void {
    if (this.#output.isTTY === true && this.#current !== '') this.#output.write('\n');
    this.#current = '';
  }

  /** Scrapes and shows until the signal. Every URL belongs to another process, so that no counter is added twice. */
  async follow(metricsUrls: readonly string[], signal: AbortSignal): Promise<void> {
    const everyMs = this.#output.isTTY === true ? terminalEveryMs : plainEveryMs;
    let before: { calls: number; atMs: number } | undefined;
    while (!signal.aborted) {
      const sums = await scrape(metricsUrls);
      if (signal.aborted) return;
      const now = { calls: sums.get('chargestream_gateway_calls_total') ?? 0, atMs: performance.now() };
      this.show(
        statusOf(
          sums,
          before === undefined ? 0 : Math.max(0, now.calls - before.calls) / ((now.atMs - before.atMs) / 1_000),
        ),
      );
      before = now;
      await delay(everyMs, undefined, { signal }).catch(() => {});
    }
  }
}

export function statusOf(sums: Sums, callsPerSecond: number): string {
  const value = (name: string): number => sums.get(`chargestream_${name}`) ?? 0;
  const lag = value('projection_lag_events') + value('sink_lag_events');
  return [
    `${value('gateway_connections')} stations connected`,
    `${callsPerSecond.toFixed(1)} calls/s`,
    `${value('sessions_active')} sessions charging`,
    `lag ${lag} events`,
  ].join('  ·  ');
}

/** Adds up the samples of Prometheus' text format by name. */
export function sumSamples(text: string, into: Map<string, number> = new Map()): Map<string, number> {
  for (const line of text.split('\n')) {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{.*\})? (\S+)/.exec(line);
    const name = match?.[1];
    const value = Number(match?.[2]);
    if (name !== undefined && Number.isFinite(value)) into.set(name, (into.get(name) ?? 0) + value);
  }
  return into;
}

async function scrape(urls: readonly string[]): Promise<Sums> {
  const sums = new Map<string, number>();
  for (const url of urls) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(scrapeTimeoutMs) });
      sumSamples(await response.text(), sums);
    } catch {
      // A process that starts again answers the next time; until then its figures are missing from the line.
    }
  }
  return sums;
}
