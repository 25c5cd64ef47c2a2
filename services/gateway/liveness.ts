// Pings, and ends what is dead or deaf: one look a second at all sockets of the process, no timer of a socket's own.
import type { Closable } from '#kit/lifecycle';
import type { Connection } from './connection.ts';
import { needOf, zombieEverySeconds, type LivenessLimits } from './domain/liveness.ts';

export type LivenessOptions = {
  readonly config: { readonly pingEveryMs: number; readonly deadAfterMs: number };
  readonly connections: ReadonlySet<Pick<Connection, 'open' | 'peer' | 'ping' | 'endWithoutFrame' | 'end'>>;
  /** Monotonic, ms: a clock that is set must not end everybody. */
  nowMs(): number;
};

const lookEveryMs = 1_000;

export class Liveness implements Closable {
  readonly #options: LivenessOptions;
  readonly #limits: LivenessLimits;
  #timer: NodeJS.Timeout | undefined;
  /** Whole seconds since this process began, as of the last look: what connections note, without asking a clock. */
  second: number;

  constructor(options: LivenessOptions) {
    const { pingEveryMs, deadAfterMs } = options.config;
    this.#options = options;
    this.#limits = { pingEverySeconds: pingEveryMs / 1000, deadAfterSeconds: deadAfterMs / 1000 };
    this.second = Math.floor(options.nowMs() / 1000);
  }

  start(): this {
    this.#timer = setInterval(() => this.look(), lookEveryMs);
    this.#timer.unref();
    return this;
  }

  look(): void {
    const at = Math.floor(this.#options.nowMs() / 1000);
    this.second = at;
    for (const connection of this.#options.connections) {
      if (!connection.open) continue;
      const { pulse, device } = connection.peer;
      switch (needOf(pulse, device.traits, this.#limits, at)) {
        case 'ping':
          pulse.pingedAt = at;
          connection.ping();
          break;
        case 'dead':
          // Nobody is there to read a close frame.
          connection.endWithoutFrame('dead');
          break;
        case 'zombie':
          pulse.unanswered = 0;
          if (at - pulse.helpedAt < zombieEverySeconds) break;
          // Its end tells in presence, which its next gateway reads.
          pulse.helpedAt = at;
          connection.end(1012, 'our calls are not answered', 'zombie');
          break;
        case undefined:
          break;
      }
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
  }
}
