// How far a rebuild is, how fast it goes, and how long the rest takes at that rate.

export type Progress = {
  readonly events: number;
  readonly totalEvents: number;
  readonly eventsPerSecond: number;
  /** Undefined before anything was measured. */
  readonly secondsLeft: number | undefined;
};

export type OnProgress = (progress: Progress) => void;

/** Counts from where this run began: what an earlier run folded says nothing about the rate. */
export class ProgressMeter {
  readonly #onProgress: OnProgress;
  readonly #now: () => number;
  readonly #startedMs: number;
  readonly #begunAt: number;
  #at: number;
  #target: number;

  /** @param begunAt sum of the positions at the start. @param now a clock in ms. */
  constructor(begunAt: number, onProgress: OnProgress, now: () => number = performance.now.bind(performance)) {
    this.#onProgress = onProgress;
    this.#now = now;
    this.#startedMs = now();
    this.#begunAt = begunAt;
    this.#at = begunAt;
    this.#target = begunAt;
  }

  get events(): number {
    return this.#at - this.#begunAt;
  }

  get seconds(): number {
    return (this.#now() - this.#startedMs) / 1000;
  }

  /** The sum of the positions to reach is this now. */
  aim(target: number): void {
    this.#target = target;
  }

  /** The sum of the positions is this now. */
  reached(at: number): void {
    this.#at = at;
    const { events, seconds } = this;
    const eventsPerSecond = seconds > 0 ? Math.round(events / seconds) : 0;
    const left = Math.max(0, this.#target - at);
    const secondsLeft = eventsPerSecond > 0 ? Math.round(left / eventsPerSecond) : undefined;
    this.#onProgress({ events: at, totalEvents: Math.max(at, this.#target), eventsPerSecond, secondsLeft });
  }
}
