// The log reader: static assignment without consumer groups, one long poll per broker, own buffers bounded by bytes.
import { createBackOff, type BackOff } from '#kit/back-off';
import { Fault } from '#kit/fault';
import type { Logger } from '#kit/logger';
import { BrokerLink, noLeader } from './broker-link.ts';
import { decodeFetchResponse, type FetchedPartition, type FetchResponse } from './fetch-response.ts';
import { errorName, type ProtocolRequest, requests } from './kafkajs-private.ts';
import { listOffsets } from './list-offsets.ts';
import { fetchedRecords, fetchErrors } from './log-metrics.ts';
import { ReadBuffer, type ReadPartition } from './read-buffer.ts';
import { decodeRecordBatches } from './record-batches.ts';
import { Signal } from './signal.ts';
import type { LogReader, LogReaderOptions, PartitionBatch } from './types.ts';

const requestTimeoutMs = 15_000;
const openTimeoutMs = 30_000;
const backOffMsMax = 5_000;
const leaderlessWaitMs = 250;

/**
 * Connects and learns the topic's leaders; nothing is read before assign(). Rejects with Fault LOG_UNAVAILABLE when no
 * broker answers, or none knows the topic, within 30 s. A broker that goes away later is waited for.
 */
export async function openLogReader(options: LogReaderOptions, logger: Logger): Promise<LogReader> {
  const { brokers, clientId } = options;
  const link = new BrokerLink({ brokers, clientId, requestTimeoutMs, logger });
  const deadline = AbortSignal.timeout(openTimeoutMs);
  const backOff = createBackOff(deadline, backOffMsMax);
  for (;;) {
    const fault = await learnTopic(link, options.topic);
    if (fault === undefined) return new KafkaReader(options, link, logger);
    if (deadline.aborted || fault.code === 'CONFIG_INVALID') {
      await link.close();
      throw fault;
    }
    await backOff.wait();
  }
}

async function learnTopic(link: BrokerLink, topic: string): Promise<Fault | undefined> {
  try {
    await link.learn([topic]);
  } catch (error) {
    return error instanceof Fault ? error : new Fault('LOG_UNAVAILABLE', { cause: error });
  }
  if (link.partitionsOf(topic) > 0) return undefined;
  link.markStale();
  return new Fault('LOG_UNAVAILABLE', { detail: `the event log has no topic ${topic}` });
}

class KafkaReader implements LogReader {
  readonly #options: LogReaderOptions;
  readonly #link: BrokerLink;
  readonly #logger: Logger;
  readonly #buffer = new ReadBuffer();
  readonly #fetching = new Set<number>();
  /** Something changed for the fetch loop: an assignment, room in the buffer, the end of a fetch. */
  readonly #work = new Signal();
  /** Something changed for the caller: records, or the end. */
  readonly #news = new Signal();
  readonly #end = new AbortController();
  readonly #backOff: BackOff;
  readonly #loop: Promise<void>;
  #reached: { ends: ReadonlyMap<number, number>; resolve: () => void }[] = [];

  constructor(options: LogReaderOptions, link: BrokerLink, logger: Logger) {
    this.#options = options;
    this.#link = link;
    this.#logger = logger.child({ topic: options.topic });
    this.#backOff = createBackOff(this.#end.signal, backOffMsMax);
    this.#loop = this.#run();
  }

  assign(partition: number, nextOffset: number): void {
    this.#buffer.assign(partition, nextOffset);
    this.#work.raise();
  }

  unassign(partition: number): void {
    this.#buffer.unassign(partition);
    this.#work.raise();
  }

  async next(recordsMax: number): Promise<PartitionBatch[]> {
    for (;;) {
      if (this.#end.signal.aborted) return [];
      this.#settleReached();
      const batches = this.#buffer.take(recordsMax);
      if (batches.length > 0) {
        this.#work.raise();
        return batches;
      }
      await this.#news.wait();
    }
  }

  reached(ends: ReadonlyMap<number, number>): Promise<void> {
    return new Promise((resolve) => {
      this.#reached.push({ ends, resolve });
      this.#news.raise();
    });
  }

  endOffsets(): Promise<ReadonlyMap<number, number>> {
    return listOffsets(this.#link, this.#options.topic, 'end', this.#end.signal);
  }

  startOffsets(): Promise<ReadonlyMap<number, number>> {
    return listOffsets(this.#link, this.#options.topic, 'start', this.#end.signal);
  }

  async close(): Promise<void> {
    this.#end.abort();
    this.#work.raise();
    this.#news.raise();
    await this.#link.close();
    await this.#loop;
  }

  // The caller came back for more, so all it was given is done with.
  #settleReached(): void {
    if (this.#reached.length === 0) return;
    const open = this.#reached.filter(({ ends, resolve }) => {
      const isReached = [...ends].every(([partition, end]) => this.#buffer.positionOf(partition) >= end);
      if (isReached) resolve();
      return !isReached;
    });
    this.#reached = open;
  }

  async #run(): Promise<void> {
    const { signal } = this.#end;
    while (!signal.aborted) {
      if (this.#buffer.bytes < this.#options.bufferBytesMax) await this.#startFetches();
      if (!signal.aborted) await this.#work.wait();
    }
  }

  async #startFetches(): Promise<void> {
    const byLeader = new Map<number, ReadPartition[]>();
    try {
      await this.#link.learn([this.#options.topic]);
    } catch (error) {
      await this.#failed('LOG_UNAVAILABLE', error);
      this.#work.raise();
      return;
    }
    for (const partition of this.#buffer.partitions()) {
      const leader = this.#link.leaderOf(this.#options.topic, partition.partition);
      if (this.#fetching.has(leader)) continue;
      const group = byLeader.get(leader);
      if (group === undefined) byLeader.set(leader, [partition]);
      else group.push(partition);
    }
    for (const [leader, partitions] of byLeader) {
      this.#fetching.add(leader);
      void (leader === noLeader ? this.#awaitLeader() : this.#fetch(leader, partitions)).then(() => {
        this.#fetching.delete(leader);
        this.#work.raise();
      });
    }
  }

  async #awaitLeader(): Promise<void> {
    this.#link.markStale();
    fetchErrors.inc({ code: 'LEADER_NOT_AVAILABLE' });
    await new Promise((resolve) => setTimeout(resolve, leaderlessWaitMs).unref());
  }

  async #fetch(leader: number, partitions: readonly ReadPartition[]): Promise<void> {
    let failure: string | undefined;
    try {
      const response = await this.#link.send(leader, this.#request(partitions));
      if (response.errorCode !== 0) failure = errorName(response.errorCode);
      const wanted = new Map(partitions.map((partition) => [partition.partition, partition]));
      for (const fetched of response.partitions) {
        const partition = wanted.get(fetched.partition);
        if (partition !== undefined) failure = this.#take(partition, fetched) ?? failure;
      }
    } catch (error) {
      if (this.#end.signal.aborted) return;
      await this.#link.hangUp();
      await this.#failed(error instanceof Error ? error.name : 'UNKNOWN', error);
      return;
    }
    if (failure === undefined) this.#backOff.reset();
    else {
      this.#link.markStale();
      await this.#failed(failure, undefined);
    }
  }

  /** Buffers what came for a partition; returns the error that is worth another attempt. */
  #take(partition: ReadPartition, fetched: FetchedPartition): string | undefined {
    if (!this.#buffer.isCurrent(partition)) return undefined;
    if (fetched.errorCode === 0) return this.#decode(partition, fetched);
    const code = errorName(fetched.errorCode);
    if (code !== 'OFFSET_OUT_OF_RANGE') return code;
    // Never a silent jump (defect 13): whoever keeps the position decides what a gap means.
    const detail = `${this.#options.topic}/${partition.partition}: offset ${partition.nextOffset} is not in the log`;
    this.#lose(partition, new Fault('LOG_GAP', { detail }));
    return undefined;
  }

  #decode(partition: ReadPartition, fetched: FetchedPartition): undefined {
    try {
      const decoded = decodeRecordBatches(fetched.set, partition.nextOffset);
      this.#buffer.add(partition, decoded, fetched.highWatermark);
      if (decoded.records.length > 0) fetchedRecords.inc({ topic: this.#options.topic }, decoded.records.length);
      if (fetched.set.length > 0) this.#news.raise();
    } catch (error) {
      this.#lose(partition, error instanceof Fault ? error : new Fault('RECORD_UNREADABLE', { cause: error }));
    }
  }

  #lose(partition: ReadPartition, fault: Fault): void {
    fetchErrors.inc({ code: fault.code });
    this.#logger.error({ err: fault, partition: partition.partition }, 'partition lost');
    this.#buffer.unassign(partition.partition);
    this.#options.onLost(partition.partition, fault);
  }

  async #failed(code: string, error: unknown): Promise<void> {
    fetchErrors.inc({ code });
    if (this.#end.signal.aborted) return;
    this.#logger.warn({ err: error, code, attempts: this.#backOff.attempts }, 'fetch failed, will be tried again');
    await this.#backOff.wait();
  }

  #request(partitions: readonly ReadPartition[]): ProtocolRequest<FetchResponse> {
    const { topic, fetchWaitMs, fetchBytesMax } = this.#options;
    return {
      request: requests.fetch({
        replicaId: -1,
        maxWaitTime: fetchWaitMs,
        minBytes: 1,
        maxBytes: fetchBytesMax,
        isolationLevel: 0,
        topics: [
          {
            topic,
            partitions: partitions.map(({ partition, nextOffset }) => ({
              partition,
              fetchOffset: nextOffset,
              maxBytes: fetchBytesMax,
            })),
          },
        ],
      }),
      response: {
        decode: (payload) => Promise.resolve(decodeFetchResponse(payload)),
        parse: (decoded) => Promise.resolve(decoded),
      },
      requestTimeout: fetchWaitMs + requestTimeoutMs,
    };
  }
}
