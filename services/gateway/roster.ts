// The connections of this process, by station: the newest authenticated one is the station's.
import type { Connection } from './connection.ts';

export class Roster {
  readonly #byKey = new Map<string, Connection>();
  readonly #unfinished = new Set<Connection>();

  get(key: string): Connection | undefined {
    return this.#byKey.get(key);
  }

  /** Takes the place of an older connection and returns it. */
  replace(key: string, connection: Connection): Connection | undefined {
    const older = this.#byKey.get(key);
    this.#byKey.set(key, connection);
    return older;
  }

  /** Leaves only if it is still this one: an old socket's late close never removes the new one. */
  leave(key: string, connection: Connection): void {
    if (this.#byKey.get(key) === connection) this.#byKey.delete(key);
  }

  /** A connection of this process from its upgrade until its end is recorded, displaced or not. */
  opened(connection: Connection): void {
    this.#unfinished.add(connection);
  }

  finished(connection: Connection): void {
    this.#unfinished.delete(connection);
  }

  /** Ends every socket of this process at once. */
  endAll(code: number, reason: string, cause: string): void {
    for (const connection of this.#unfinished) connection.end(code, reason, cause);
  }

  get unfinished(): ReadonlySet<Connection> {
    return this.#unfinished;
  }
}
