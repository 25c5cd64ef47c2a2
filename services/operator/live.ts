// Server-sent events: follows events, sessions and commands from now on and hands each to the clients that want it.
import type { ServerResponse } from 'node:http';
import { decodeRecord } from '#contracts/codec';
import { assignAgain } from '#kit/event-log/assign-again';
import { openLogReader } from '#kit/event-log/reader';
import type { LogReader, LogRecord, TopicSpec } from '#kit/event-log/types';
import type { Logger } from '#kit/logger';
import { counter, gauge } from '#kit/metrics';
import { liveEventOf, wants, wantsEvent, type LiveFilter } from './domain/live-event.ts';

export type LiveOptions = {
  readonly brokers: readonly string[];
  readonly topics: readonly TopicSpec[];
  readonly logger: Logger;
  readonly clientsMax: number;
  readonly clientBytesMax: number;
  readonly commentEveryMs: number;
};

export type LiveClient = {
  readonly filter: LiveFilter;
  readonly response: ServerResponse;
  /** Whether its key still works; asked with every comment. */
  stillMay(): Promise<boolean>;
};

const recordsMax = 2_000;
const fetchWaitMs = 250;
const fetchBytesMax = 1024 * 1024;
const bufferBytesMax = 4 * 1024 * 1024;

const clients = gauge('operator_live_clients', { help: 'Clients that watch live' });
const sent = counter('operator_live_events_total', { help: 'Events sent to clients that watch' });
const cut = counter('operator_live_clients_cut_total', { help: 'Clients cut by us', labels: ['reason'] });
const unreadable = counter('operator_live_unreadable_total', { help: 'Records that no client could be told' });

export class Live {
  readonly #options: LiveOptions;
  readonly #clients = new Map<LiveClient, NodeJS.Timeout>();
  /** Clients that wait for the readers to stand at the end. */
  #waiting = 0;
  #following: { readonly readers: readonly LogReader[]; readonly done: Promise<unknown> } | undefined;
  /** Readers are opened and closed one after the other. */
  #turn: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: LiveOptions) {
    this.#options = options;
  }

  get isFull(): boolean {
    return this.#clients.size + this.#waiting >= this.#options.clientsMax;
  }

  /**
   * Begins the answer and sends from then on what the client's filter lets through, until it leaves or is cut.
   * Whatever is appended after the answer's head was sent will be seen. Throws Fault LOG_UNAVAILABLE before it.
   */
  async serve(client: LiveClient, head: () => void): Promise<void> {
    this.#waiting += 1;
    try {
      await this.#adjust();
    } finally {
      this.#waiting -= 1;
    }
    const { response } = client;
    head();
    this.#clients.set(
      client,
      setInterval(() => void this.#comment(client), this.#options.commentEveryMs),
    );
    clients.set(this.#clients.size);
    response.once('close', () => this.#remove(client));
    response.on('error', () => this.#remove(client));
    if (response.destroyed || this.#closed) this.#end(client, 'closing');
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const client of this.#clients.keys()) this.#end(client, 'closing');
    await this.#adjust();
  }

  /** Follows the log exactly while somebody watches. */
  #adjust(): Promise<void> {
    const settle = async (): Promise<void> => {
      const isWatched = !this.#closed && this.#clients.size + this.#waiting > 0;
      if (isWatched && this.#following === undefined) this.#following = await this.#open();
      else if (!isWatched && this.#following !== undefined) await this.#stop();
    };
    const turn = this.#turn.then(settle);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #open() {
    const readers: LogReader[] = [];
    try {
      for (const topic of this.#options.topics) readers.push(await this.#openReader(topic));
    } catch (error) {
      await Promise.all(readers.map((reader) => reader.close()));
      throw error;
    }
    const done = Promise.all(
      readers.map((reader, index) => this.#read(reader, this.#options.topics[index]?.name ?? '')),
    );
    return { readers, done };
  }

  async #stop(): Promise<void> {
    const following = this.#following;
    this.#following = undefined;
    await Promise.all((following?.readers ?? []).map((reader) => reader.close()));
    await following?.done;
  }

  async #openReader(topic: TopicSpec): Promise<LogReader> {
    const { brokers, logger } = this.#options;
    // Live means from now on: a position that is lost is taken up again at the end.
    const onLost = (partition: number): void => void assignAgain(reader, partition, 'end', logger);
    const bounds = { fetchWaitMs, fetchBytesMax, bufferBytesMax };
    const reader: LogReader = await openLogReader(
      { brokers, clientId: 'operator-live', topic: topic.name, onLost, ...bounds },
      logger,
    );
    for (const [partition, end] of await reader.endOffsets()) reader.assign(partition, end);
    return reader;
  }

  async #read(reader: LogReader, topic: string): Promise<void> {
    for (let batches = await reader.next(recordsMax); batches.length > 0; batches = await reader.next(recordsMax)) {
      for (const { partition, records } of batches) {
        for (const record of records) this.#tell(record, `${topic}/${partition}/${record.offset}`);
      }
    }
  }

  /** Only what somebody wants is decoded: type and tenant stand in header and key. */
  #tell(record: LogRecord, id: string): void {
    const tenantId = record.key.slice(0, record.key.indexOf('/'));
    const interested = [...this.#clients.keys()].filter(({ filter }) => wants(filter, record.type, tenantId));
    if (interested.length === 0 || record.value === null) return;
    try {
      const event = liveEventOf(decodeRecord(record.value));
      if (event === undefined) return;
      const text = `id: ${id}\ndata: ${JSON.stringify(event)}\n\n`;
      for (const client of interested) if (wantsEvent(client.filter, event)) this.#send(client, text);
    } catch (error) {
      unreadable.inc();
      this.#options.logger.warn({ err: error, id }, 'record not told live');
    }
  }

  #send(client: LiveClient, text: string): void {
    const { response } = client;
    response.write(text);
    sent.inc();
    if (response.writableLength > this.#options.clientBytesMax) this.#end(client, 'slow');
  }

  async #comment(client: LiveClient): Promise<void> {
    client.response.write(': still here\n\n');
    const may = await client.stillMay().catch(() => true);
    if (!may) this.#end(client, 'key-revoked');
  }

  #end(client: LiveClient, reason: string): void {
    if (!this.#clients.has(client)) return;
    cut.inc({ reason });
    this.#remove(client);
    // A slow client would not read a farewell either.
    if (reason === 'slow') client.response.destroy();
    else client.response.end();
  }

  #remove(client: LiveClient): void {
    const timer = this.#clients.get(client);
    if (timer === undefined) return;
    clearInterval(timer);
    this.#clients.delete(client);
    clients.set(this.#clients.size);
    this.#adjust().catch((error: unknown) => this.#options.logger.warn({ err: error }, 'live readers not closed'));
  }
}
