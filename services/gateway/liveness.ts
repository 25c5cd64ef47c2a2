// Pings, and ends what is dead or deaf: one look a second at all sockets of the process, no timer of a socket's own.
import type { Closable } from '#kit/lifecycle';
import type { Connection } from './connection.ts';
import { needOf, type LivenessLimits } from './domain/liveness.ts';

export type LivenessOptions = {
  readonly config: { readonly pingEveryMs: number; readonly deadAfterMs: number };
  readonly connections: ReadonlySet<Pick<Connection, 'key' | 'open' | 'peer' | 'ping' | 'endWithoutFrame' | 'end'>>;
  /** Monotonic, ms: a clock that is set must not end everybody. */
  nowMs(): number;
};

const lookEveryMs = 1_000;
/** A zombie is helped once an hour: one that stays deaf is better than one that is not there. */
const zombieEverySeconds = 3_600;
/** Zombies that are remembered; oldest out. */
const zombiesMax = 10_000;

export class Liveness implements Closable {
  readonly #options: LivenessOptions;
  readonly #limits: LivenessLimits;
  /** When the station's connection was ended for it. */
  readonly #zombies = new Map<string, number>();
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
          if (this.#mayEnd(connection.key, at)) connection.end(1012, 'our calls are not answered', 'zombie');
          else pulse.unanswered = 0;
          break;
        case undefined:
          break;
      }
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
  }

  #mayEnd(key: string, at: number): boolean {
    if (at - (this.#zombies.get(key) ?? -Infinity) < zombieEverySeconds) return false;
    const [oldest] = this.#zombies.keys();
    if (this.#zombies.size >= zombiesMax && oldest !== undefined) this.#zombies.delete(oldest);
    this.#zombies.delete(key);
    this.#zombies.set(key, at);
    return true;
  }
}
