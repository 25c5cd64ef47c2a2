// States of recently folded keys, as the database holds them: bounded, least recently used out first.

/** Holds committed states only; whoever rolls back clears it. */
export class StateCache<S> {
  readonly #entriesMax: number;
  readonly #states = new Map<string, S>();

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax;
  }

  get size(): number {
    return this.#states.size;
  }

  get(key: string): S | undefined {
    const state = this.#states.get(key);
    if (state === undefined) return undefined;
    this.#states.delete(key);
    this.#states.set(key, state);
    return state;
  }

  set(key: string, state: S): void {
    this.#states.delete(key);
    this.#states.set(key, state);
    if (this.#states.size <= this.#entriesMax) return;
    const oldest = this.#states.keys().next();
    if (oldest.done !== true) this.#states.delete(oldest.value);
  }

  clear(): void {
    this.#states.clear();
  }
}
