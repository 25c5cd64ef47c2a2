// Looks ten times a second how the log and this process fare, and says what is refused, what waits and which sockets go.
import type { Closable } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';
import type { Connection } from './connection.ts';
import { logAtStart, observeLog, type LogPhase, type LogState } from './domain/log-state.ts';
import { assess, noOverload, shedding, type Level, type Load, type Overload } from './domain/overload.ts';
import { firstWave, nextWave, type Wave } from './domain/wave.ts';
import { logAway, overloadLevel } from './metrics.ts';

export type PressureOptions = {
  readonly config: {
    readonly logSlowAfterMs: number;
    readonly logAwayAfterMs: number;
    readonly queueBytesMax: number;
    readonly rssBytesMax: number;
    readonly closesPerSecondMax: number;
    readonly appendTimeoutMs: number;
  };
  readonly log: { readonly answeredBatches: number; readonly queuedBytes: number };
  /** All sockets of this process, open or with an end that is not recorded yet. */
  readonly connections: ReadonlySet<Pick<Connection, 'open' | 'awaitsAnswer' | 'end'>>;
  readonly readLoad: () => Omit<Load, 'stalledMs'>;
  readonly logger: Logger;
  /** Monotonic, ms. */
  nowMs(): number;
  /** From 0 to 1. */
  random(): number;
};

const lookEveryMs = 100;

type Waiter = { readonly until: number; readonly resolve: (relieved: boolean) => void };

export class Pressure implements Closable {
  readonly #options: PressureOptions;
  #log: LogState;
  #overload: Overload = noOverload;
  #wave: Wave | undefined;
  #withheld: Waiter[] = [];
  #awaitingLog: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PressureOptions) {
    this.#options = options;
    this.#log = logAtStart(options.nowMs());
  }

  start(): this {
    this.#timer = setInterval(() => this.look(), lookEveryMs);
    this.#timer.unref();
    return this;
  }

  get logPhase(): LogPhase {
    return this.#log.phase;
  }

  get level(): Level {
    return this.#overload.level;
  }

  /** Why upgrades are refused now; undefined where they are not. */
  get refusal(): 'log-away' | 'overloaded' | undefined {
    if (this.#log.phase === 'away') return 'log-away';
    return this.level >= shedding.upgrades ? 'overloaded' : undefined;
  }

  /** CALLs wait before they are served: what they say would only fill memory. Heartbeats carry no fact and go on. */
  get withholds(): boolean {
    return this.#log.phase === 'away' || this.level >= shedding.answers;
  }

  /** True once CALLs are served again; false where that took longer than an append may. */
  relieved(): Promise<boolean> {
    if (!this.withholds) return Promise.resolve(true);
    const until = this.#options.nowMs() + this.#options.config.appendTimeoutMs;
    return new Promise((resolve) => this.#withheld.push({ until, resolve }));
  }

  /** Resolves at once, or when the log acknowledges again; never after close(). */
  logBack(): Promise<void> {
    if (this.#log.phase !== 'away') return Promise.resolve();
    return new Promise((resolve) => this.#awaitingLog.push(resolve));
  }

  look(): void {
    const { config, log, nowMs, readLoad } = this.#options;
    const now = nowMs();
    const { answeredBatches, queuedBytes } = log;
    const limits = { slowAfterMs: config.logSlowAfterMs, awayAfterMs: config.logAwayAfterMs };
    const before = this.#log.phase;
    this.#log = observeLog(this.#log, { now, answered: answeredBatches, waiting: queuedBytes > 0 }, limits);
    this.#overload = assess(this.#overload, { ...readLoad(), stalledMs: this.#log.stalledMs }, config, now);
    overloadLevel.set(this.level);
    if (before !== this.#log.phase) this.#tell(before);
    this.#release(now);
    this.#closeSome(now);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const { resolve } of this.#withheld.splice(0)) resolve(false);
  }

  #tell(before: LogPhase): void {
    const { phase } = this.#log;
    logAway.set(phase === 'away' ? 1 : 0);
    const { logger } = this.#options;
    const sockets = this.#options.connections.size;
    if (phase === 'away') logger.error({ sockets }, 'the log is away: upgrades are refused, sockets closed in waves');
    if (before !== 'away') return;
    logger.info({ sockets }, 'the log is back: stations are let in');
    for (const resolve of this.#awaitingLog.splice(0)) resolve();
  }

  #release(now: number): void {
    if (this.#withheld.length === 0) return;
    const { withholds } = this;
    const kept: Waiter[] = [];
    for (const waiter of this.#withheld) {
      if (withholds && now < waiter.until) kept.push(waiter);
      else waiter.resolve(!withholds);
    }
    this.#withheld = kept;
  }

  /** Those that wait for an answer first: a try that times out counts against TransactionMessageAttempts, a lost socket does not. */
  #closeSome(now: number): void {
    const isAway = this.#log.phase === 'away';
    if (!isAway && this.level < shedding.sockets) {
      this.#wave = undefined;
      return;
    }
    const { config, connections, random } = this.#options;
    const { wave, sockets } = nextWave(this.#wave ?? firstWave(now), config.closesPerSecondMax, random(), now);
    this.#wave = wave;
    const cause = isAway ? 'log-away' : 'overloaded';
    let left = sockets;
    for (const awaitsAnswer of [true, false]) {
      for (const connection of connections) {
        if (left === 0) return;
        if (!connection.open || connection.awaitsAnswer !== awaitsAnswer) continue;
        connection.end(1013, 'try again later', cause);
        left--;
      }
    }
  }
}
