// One instance decides: who holds a Postgres advisory lock on a connection of its own leads until that connection is lost.
import type { PoolClient } from 'pg';
import type { Closable } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';
import type { Database } from '#kit/postgres';

/** How often who leads proves its connection, and who does not asks for the lock. */
const tryEveryMs = 1_000;

/** Asks for a named lock of the database and, once it has it, holds it until close() or until its connection is lost. */
export class Leadership implements Closable {
  readonly #database: Database;
  readonly #lock: string;
  readonly #logger: Logger;
  readonly #timer: NodeJS.Timeout;
  #client: PoolClient | undefined;
  #trying: Promise<void> | undefined;
  #closed = false;

  /** @param lock name of what is led, the same in every instance. */
  constructor(database: Database, lock: string, logger: Logger) {
    this.#database = database;
    this.#lock = lock;
    this.#logger = logger;
    this.#timer = setInterval(() => this.#tryNow(), tryEveryMs);
    this.#tryNow();
  }

  /**
   * Whether this instance leads, as far as it knows. A paused one may still believe it for a moment: what it then appends
   * has the same ids as the new leader's, and readers take the first.
   */
  get leads(): boolean {
    return this.#client !== undefined;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#trying;
    // Ending the connection gives the lock back.
    this.#drop();
  }

  #tryNow(): void {
    if (this.#trying !== undefined || this.#closed) return;
    this.#trying = (this.#client === undefined ? this.#acquire() : this.#prove(this.#client)).finally(() => {
      this.#trying = undefined;
    });
  }

  async #acquire(): Promise<void> {
    let client: PoolClient | undefined;
    // A checked-out client reports a lost connection as an event too: without a listener that ends the process.
    const onError = (): void => this.#drop();
    try {
      client = await this.#database.pool.connect();
      client.on('error', onError);
      const { rows } = await client.query<{ got: boolean }>(
        'select pg_try_advisory_lock(hashtextextended($1, 0)) as got',
        [this.#lock],
      );
      if (rows[0]?.got !== true) {
        client.off('error', onError);
        client.release();
        return;
      }
      this.#client = client;
      this.#logger.info({ lock: this.#lock }, 'this instance decides');
    } catch (error) {
      client?.release(true);
      this.#logger.warn({ err: error, lock: this.#lock }, 'leadership not asked for');
    }
  }

  async #prove(client: PoolClient): Promise<void> {
    try {
      await client.query('select 1');
    } catch (error) {
      this.#logger.warn({ err: error, lock: this.#lock }, 'leadership lost');
      this.#drop();
    }
  }

  #drop(): void {
    const client = this.#client;
    this.#client = undefined;
    client?.release(true);
  }
}
