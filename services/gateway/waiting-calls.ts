// CALLs of one socket that wait for their turn, in the order in which they came, and no more of them than may.
import type { Request } from './note-exchange.ts';

/** CALLs beyond those that may wait, until the socket is ended whatever still waits. */
const beyondMax = 1_000;

export class WaitingCalls {
  readonly #max: number;
  readonly #calls: Request[] = [];
  #beyond = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get isEmpty(): boolean {
    return this.#calls.length === 0;
  }

  /** Its socket is to end once those that wait are answered: a station that sends all of them again would never get on. */
  get wereTooMany(): boolean {
    return this.#beyond > 0;
  }

  /** So many more than may wait that nothing is worth waiting for. */
  get areFlood(): boolean {
    return this.#beyond > beyondMax;
  }

  /** False where too many wait, and of all that come after that one: served, they would be out of order. */
  add(call: Request): boolean {
    if (this.#beyond > 0 || this.#calls.length >= this.#max) {
      this.#beyond += 1;
      return false;
    }
    this.#calls.push(call);
    return true;
  }

  next(): Request | undefined {
    return this.#calls.shift();
  }

  /** Forgets and returns them. */
  clear(): readonly Request[] {
    return this.#calls.splice(0);
  }
}
