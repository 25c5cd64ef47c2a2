// The outbox: changes written in their owner's transaction, published to the log in commit order by one relay.
import type { PoolClient } from 'pg';
import { createBackOff, sleep } from '#kit/back-off';
import type { LogWriter } from '#kit/event-log/types';
import { failpoint } from '#kit/failpoint';
import type { Closable } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';
import { type Counter, type Gauge, counter, gauge } from '#kit/metrics';
import { type Database, apiRoleOf, faultOf, identifier, transaction } from '#kit/postgres';
import { type Addressed, appendAll } from '#kit/projection/append-all';

export type OutboxEntry = {
  /** What changed, in the owner's words; with `key` it names the row. */
  readonly topic: string;
  readonly key: string;
  readonly type: string;
  /** Version of the row after this change; readers apply only a greater one. */
  readonly rowVersion: number;
  readonly payload: unknown;
};

export type OutboxRelayOptions = {
  /** Database whose schema holds the outbox. */
  readonly database: Database;
  readonly writer: LogWriter;
  /** Records that tell of an entry, usually one for the history and one with the current value. */
  readonly toRecords: (entry: OutboxEntry) => readonly Addressed[];
  /** Entries with what these rows hold now. Asked when a relay cannot know whether its records came last. */
  readonly current?: (entries: readonly OutboxEntry[]) => Promise<readonly OutboxEntry[]>;
  readonly logger: Logger;
  readonly pollMs?: number;
};

const batchEntriesMax = 1_000;
const rememberedRowsMax = 10_000;
const pollMsDefault = 1_000;
const blockedPollMs = 20;
const standbyMs = 1_000;
const backOffMsMax = 5_000;

/** Creates the table in the database's schema; the API role may add to it and nothing else. */
export async function prepareOutbox(database: Database): Promise<void> {
  await transaction(database, async (client) => {
    await client.query(`select pg_advisory_xact_lock(hashtext('outbox'))`);
    await client.query(
      `create table if not exists outbox (
         id bigint generated always as identity primary key, xid xid8 not null default pg_current_xact_id(),
         topic text not null, key text not null, type text not null, row_version bigint not null, payload json not null)`,
    );
    await client.query(`grant insert on outbox to ${identifier(apiRoleOf(database.role))}`);
  });
}

/**
 * Adds entries in the transaction that changed the rows. Call it after the rows are written: then the lock on the row
 * gives the ids of two changes of one row the order of their versions.
 */
export async function enqueue(client: PoolClient, entries: readonly OutboxEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await client.query(
    `insert into outbox (topic, key, type, row_version, payload)
     select t.topic, t.key, t.type, t.row_version, t.payload
       from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::json[]) with ordinality
         as t (topic, key, type, row_version, payload, n)
      order by t.n`,
    [
      entries.map((entry) => entry.topic),
      entries.map((entry) => entry.key),
      entries.map((entry) => entry.type),
      entries.map((entry) => entry.rowVersion),
      entries.map((entry) => JSON.stringify(entry.payload)),
    ],
  );
  // Delivered at commit, so a relay that wakes sees the rows.
  await client.query(`select pg_notify('outbox_' || current_schema(), '')`);
}

/** Publishes until close(); of several relays over one outbox one works and the others stand by. */
export function runOutboxRelay(options: OutboxRelayOptions): Closable {
  return new OutboxRelay(options);
}

type Round = { readonly published: number; readonly isBlocked: boolean };

class OutboxRelay implements Closable {
  readonly #options: OutboxRelayOptions;
  readonly #closing = new AbortController();
  readonly #published: Counter;
  readonly #pending: Gauge;
  /** Highest version published of recent rows, oldest first. */
  readonly #newest = new Map<string, OutboxEntry>();
  /** Entries whose records may have come after another relay's. */
  #unsure: readonly OutboxEntry[] = [];
  #wake: () => void = () => {};
  readonly #loop: Promise<void>;

  constructor(options: OutboxRelayOptions) {
    this.#options = options;
    this.#published = counter('outbox_published_total', { help: 'Entries published', labels: ['outbox'] });
    this.#pending = gauge('outbox_pending', { help: 'Entries read and not yet published', labels: ['outbox'] });
    this.#loop = this.#run();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#wake();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    const backOff = createBackOff(signal, backOffMsMax);
    while (!signal.aborted) {
      try {
        await this.#lead();
        backOff.reset();
        await sleep(standbyMs, signal);
      } catch (error) {
        const { database, logger } = this.#options;
        logger.error({ err: faultOf(error), outbox: database.schema }, 'outbox relay failed, trying again');
        await backOff.wait();
      }
    }
  }

  // The lock lives as long as this connection: whoever loses it stops deleting, and the next one publishes again.
  async #lead(): Promise<void> {
    const { database } = this.#options;
    const client = await database.pool.connect();
    let failure: unknown;
    const onError = (error: Error): void => {
      failure = error;
      this.#wake();
    };
    const onNotification = (): void => this.#wake();
    client.on('error', onError);
    client.on('notification', onNotification);
    try {
      await this.#settleUnsure();
      const { rows } = await client.query<{ leads: boolean }>(
        `select pg_try_advisory_lock(hashtext('outbox'), hashtext($1)) as leads`,
        [database.schema],
      );
      if (rows[0]?.leads !== true) return;
      await client.query(`listen ${identifier(`outbox_${database.schema}`)}`);
      while (!this.#closing.signal.aborted && failure === undefined) await this.#publishAndWait(client);
      await client.query('unlisten *; select pg_advisory_unlock_all()');
    } catch (error) {
      failure ??= error;
      throw error;
    } finally {
      client.off('error', onError);
      client.off('notification', onNotification);
      client.release(failure !== undefined);
    }
  }

  async #publishAndWait(client: PoolClient): Promise<void> {
    // Armed before the read: a commit in between wakes us, too.
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    const { published, isBlocked } = await this.#publish(client);
    if (published === batchEntriesMax) return;
    const idle = new AbortController();
    const waitMs = isBlocked ? blockedPollMs : (this.#options.pollMs ?? pollMsDefault);
    await Promise.race([woken, sleep(waitMs, idle.signal)]);
    idle.abort();
  }

  /**
   * 1. read what is final, in order, 2. append and wait for the acks, 3. delete.
   * A crash between 2 and 3 repeats 2: readers apply only a greater version.
   */
  async #publish(client: PoolClient): Promise<Round> {
    const { database, toRecords, writer } = this.#options;
    const rows = await readFinal(client);
    const final = rows.filter((row) => row.isFinal);
    const isBlocked = rows.length > final.length;
    if (final.length === 0) return { published: 0, isBlocked };
    this.#pending.set({ outbox: database.schema }, final.length);
    this.#unsure = final;
    await failpoint('outbox.before-publish');
    await appendAll(
      writer,
      final.flatMap((entry) => [...toRecords(entry), ...this.#higherOf(entry)]),
    );
    await failpoint('outbox.before-mark');
    await client.query('delete from outbox where id = any($1)', [final.map((row) => row.id)]);
    this.#unsure = [];
    this.#pending.set({ outbox: database.schema }, 0);
    this.#published.inc({ outbox: database.schema }, final.length);
    return { published: final.length, isBlocked };
  }

  // A lower version after a higher one would become a compacted topic's last word, so the higher one is said again.
  #higherOf(entry: OutboxEntry): readonly Addressed[] {
    const row = JSON.stringify([entry.topic, entry.key]);
    const newest = this.#newest.get(row);
    if (newest !== undefined && newest.rowVersion > entry.rowVersion) return this.#options.toRecords(newest);
    this.#newest.delete(row);
    this.#newest.set(row, entry);
    const oldest = this.#newest.keys().next();
    if (this.#newest.size > rememberedRowsMax && oldest.done !== true) this.#newest.delete(oldest.value);
    return [];
  }

  // A relay that failed after it began to append may have spoken after its successor: what the rows hold now is queued
  // anew, for whoever leads.
  async #settleUnsure(): Promise<void> {
    const { current, database } = this.#options;
    if (this.#unsure.length === 0 || current === undefined) return;
    const entries = await current(this.#unsure);
    await transaction(database, (client) => enqueue(client, entries));
    this.#unsure = [];
  }
}

type OutboxRow = OutboxEntry & { readonly id: number; readonly isFinal: boolean };

// Transactions below the snapshot's xmin have all ended, so nothing of theirs can appear later below what was read.
// Within them the id follows the row's lock (see enqueue), which makes it the order of versions.
async function readFinal(client: PoolClient): Promise<OutboxRow[]> {
  const { rows } = await client.query<OutboxRow>(
    `select id, topic, key, type, row_version as "rowVersion", payload,
            xid < pg_snapshot_xmin(pg_current_snapshot()) as "isFinal"
       from outbox order by xid < pg_snapshot_xmin(pg_current_snapshot()) desc, id limit $1`,
    [batchEntriesMax],
  );
  return rows;
}
