// A lane: queues appends per partition and carries all of them in one request at a time, in order, until acknowledged.
import { sleep } from '#kit/back-off';
import { failpoint } from '#kit/failpoint';
import { Fault } from '#kit/fault';
import type { Logger } from '#kit/logger';
import { producersOpened, produceSeconds } from './log-metrics.ts';
import { createPartitionQueue, cutBatch, type PartitionQueue, settleBatch } from './partition-queue.ts';
import { type LaneProducer, notSequenced, type PendingAppend, type ProduceBatch } from './produce-batch.ts';

export type LaneOptions = {
  readonly lingerMs: number;
  readonly batchRecordsMax: number;
  readonly batchBytesMax: number;
  readonly logger: Logger;
  /** Takes a new producer id; called at start and after a producer failed for good. */
  openProducer(): Promise<LaneProducer>;
  /** Called when a batch leaves the lane: the broker answered, it took it or refused it for good. */
  onReleased(bytes: number): void;
};

const retryDelayMsMin = 50;
const retryDelayMsMax = 2_000;

export class Lane {
  readonly #options: LaneOptions;
  readonly #queues = new Map<string, PartitionQueue[]>();
  /** Partitions that have appends and no unacknowledged batch, the longest waiting first. */
  #waiting: PartitionQueue[] = [];
  #waitingRecords = 0;
  #waitingBytes = 0;
  /** Partitions whose batch was cut and is not acknowledged: in flight, or to be sent again from retryAtMs on. */
  #unacknowledged: PartitionQueue[] = [];
  #retryAtMs = 0;
  #sentAtMs = -Infinity;
  #failures = 0;
  #producer: LaneProducer | undefined;
  #timer: NodeJS.Timeout | undefined;
  #timerAtMs = 0;
  #isSending = false;
  #isFlushing = false;
  #onIdle: (() => void) | undefined;
  readonly #end = new AbortController();

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  /** Takes its producer id, so that a start without a broker fails at start. */
  async open(): Promise<void> {
    this.#producer ??= await this.#openProducer();
  }

  /** Queues; the promise settles as LogWriter.append() says. */
  append(topic: string, partition: number, records: PendingAppend['records'], bytes: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const queue = this.#queueOf(topic, partition);
      const queuedAtMs = performance.now();
      queue.appends.push({ records, bytes, queuedAtMs, resolve, reject, isAbandoned: false });
      // What stands behind an unacknowledged batch cannot leave before it, so it fills no request yet.
      if (queue.unacknowledged === undefined) {
        this.#waitingRecords += records.length;
        this.#waitingBytes += bytes;
        if (!queue.isWaiting) this.#wait(queue);
      }
      if (!this.#isSending) this.#schedule(queuedAtMs);
    });
  }

  /** Tells callers that waited since before queuedBeforeMs that the outcome is unknown; their records go on. */
  abandon(queuedBeforeMs: number, fault: Fault): number {
    let abandoned = 0;
    for (const append of this.#appends()) {
      if (append.queuedAtMs >= queuedBeforeMs || append.isAbandoned) continue;
      append.isAbandoned = true;
      append.reject(fault);
      abandoned += 1;
    }
    return abandoned;
  }

  /** When the oldest record that is not acknowledged was queued; undefined when there is none. */
  oldestQueuedAtMs(): number | undefined {
    let oldest = Infinity;
    for (const { unacknowledged, appends } of [...this.#waiting, ...this.#unacknowledged]) {
      oldest = Math.min(oldest, (unacknowledged?.groups[0] ?? appends[0])?.queuedAtMs ?? Infinity);
    }
    return oldest === Infinity ? undefined : oldest;
  }

  /** Sends what is queued without linger; at the deadline it tells who still waits that the outcome is unknown. */
  async close(timeoutMs: number): Promise<void> {
    this.#isFlushing = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#schedule(performance.now());
    if (this.#hasWork()) {
      const flushed = new Promise<void>((resolve) => (this.#onIdle = resolve));
      await Promise.race([flushed, sleep(timeoutMs, this.#end.signal)]);
    }
    this.#end.abort();
    clearTimeout(this.#timer);
    this.abandon(Infinity, new Fault('LOG_UNAVAILABLE', { detail: 'closed before the log acknowledged' }));
    await this.#producer?.close();
  }

  #queueOf(topic: string, partition: number): PartitionQueue {
    let ofTopic = this.#queues.get(topic);
    if (ofTopic === undefined) this.#queues.set(topic, (ofTopic = []));
    return (ofTopic[partition] ??= createPartitionQueue(topic, partition));
  }

  #wait(queue: PartitionQueue): void {
    queue.isWaiting = true;
    this.#waiting.push(queue);
  }

  #hasWork(): boolean {
    return this.#waiting.length > 0 || this.#unacknowledged.length > 0;
  }

  #schedule(nowMs: number): void {
    if (this.#isSending || this.#end.signal.aborted || !this.#hasWork()) return;
    const dueInMs = this.#dueInMs(nowMs);
    if (dueInMs > 0) {
      this.#wakeAt(nowMs + dueInMs, dueInMs);
      return;
    }
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isSending = true;
    // Not within append(): what the same tick appends belongs into the same request. Whatever it throws is our bug:
    // unhandled, it ends the process.
    setImmediate(() => void this.#sendWhileDue());
  }

  // A timer that stands for a later moment (a retry) must not make a fresh append wait for it.
  #wakeAt(atMs: number, dueInMs: number): void {
    if (this.#timer !== undefined && this.#timerAtMs <= atMs) return;
    clearTimeout(this.#timer);
    this.#timerAtMs = atMs;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#schedule(performance.now());
    }, dueInMs);
  }

  /** A request leaves when it is full, lingerMs after the one before it, when a retry is due, or at once when we close. */
  #dueInMs(nowMs: number): number {
    const { lingerMs, batchRecordsMax, batchBytesMax } = this.#options;
    const retryInMs = this.#unacknowledged.length === 0 ? Infinity : this.#retryAtMs - nowMs;
    const oldest = this.#waiting[0]?.appends[0];
    if (oldest === undefined) return retryInMs;
    if (this.#isFlushing || this.#waitingRecords >= batchRecordsMax || this.#waitingBytes >= batchBytesMax) return 0;
    return Math.min(retryInMs, this.#sentAtMs + lingerMs - nowMs);
  }

  async #sendWhileDue(): Promise<void> {
    do {
      const request = this.#takeRequest();
      if (request.length > 0) await this.#attempt(request);
      if (this.#end.signal.aborted) return;
      this.#settle();
    } while (this.#hasWork() && this.#dueInMs(performance.now()) <= 0);
    this.#isSending = false;
    if (this.#hasWork()) this.#schedule(performance.now());
    else this.#onIdle?.();
  }

  /** First what is to be sent again, unchanged; then what waits, one batch per partition, up to the bounds. */
  #takeRequest(): ProduceBatch[] {
    const request: ProduceBatch[] = [];
    this.#sentAtMs = performance.now();
    const left = { records: this.#options.batchRecordsMax, bytes: this.#options.batchBytesMax };
    const add = (batch: ProduceBatch): void => {
      request.push(batch);
      left.records -= batch.recordCount;
      left.bytes -= batch.bytes;
    };
    if (this.#sentAtMs >= this.#retryAtMs || this.#isFlushing) {
      for (const { unacknowledged } of this.#unacknowledged) if (unacknowledged !== undefined) add(unacknowledged);
    }
    let cut = 0;
    for (const queue of this.#waiting) {
      const batch = cutBatch(queue, left, request.length === 0);
      if (batch === undefined) break;
      add(batch);
      this.#waitingRecords -= batch.recordCount + countRecords(queue.appends);
      this.#waitingBytes -= batch.bytes + countBytes(queue.appends);
      queue.isWaiting = false;
      queue.unacknowledged = batch;
      this.#unacknowledged.push(queue);
      cut += 1;
    }
    this.#waiting.splice(0, cut);
    return request;
  }

  async #attempt(request: readonly ProduceBatch[]): Promise<void> {
    try {
      if (this.#producer?.isWorn === true && !this.#hasSequenced()) await this.#discardProducer();
      this.#producer ??= await this.#openProducer();
      const startedMs = performance.now();
      await failpoint('log.before-send');
      await this.#producer.produce(request);
      await failpoint('log.after-ack');
      produceSeconds.observe((performance.now() - startedMs) / 1000);
      // What a refused batch's sequences mean to the broker is not worth knowing: start again with a new id.
      if (request.some((batch) => batch.state === 'refused')) await this.#discardProducer();
    } catch (error) {
      if (this.#end.signal.aborted) return;
      this.#options.logger.error({ err: error }, 'producer failed, a new one sends its records again');
      await this.#discardProducer();
    }
  }

  async #openProducer(): Promise<LaneProducer> {
    const producer = await this.#options.openProducer();
    producersOpened.inc();
    return producer;
  }

  #hasSequenced(): boolean {
    return this.#unacknowledged.some(({ unacknowledged }) => unacknowledged?.firstSequence !== notSequenced);
  }

  // A new producer id knows no sequence: everything unacknowledged starts again. The broker may then have records twice,
  // which readers drop by identity; it can never take new records for old ones (defects 5 and 7).
  async #discardProducer(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    for (const { unacknowledged } of this.#unacknowledged) {
      if (unacknowledged !== undefined) unacknowledged.firstSequence = notSequenced;
    }
    await producer?.close();
  }

  #settle(): void {
    const open: PartitionQueue[] = [];
    for (const queue of this.#unacknowledged) {
      const batch = queue.unacknowledged;
      if (batch === undefined || batch.state === 'unacknowledged') {
        open.push(queue);
        continue;
      }
      queue.unacknowledged = undefined;
      if (queue.appends.length > 0) {
        this.#waitingRecords += countRecords(queue.appends);
        this.#waitingBytes += countBytes(queue.appends);
        this.#wait(queue);
      }
      settleBatch(batch);
      this.#options.onReleased(batch.bytes);
    }
    this.#unacknowledged = open;
    this.#planRetry();
  }

  // Only what failed waits for its retry: a partition without leader does not hold up the others of its lane.
  #planRetry(): void {
    if (this.#unacknowledged.length === 0) {
      this.#failures = 0;
      return;
    }
    const nowMs = performance.now();
    if (nowMs < this.#retryAtMs) return;
    const fullMs = Math.min(retryDelayMsMax, retryDelayMsMin * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, 10);
    this.#retryAtMs = nowMs + fullMs * (1 - Math.random() / 2);
    const first = this.#unacknowledged[0]?.unacknowledged;
    this.#options.logger.warn(
      {
        partitions: this.#unacknowledged.length,
        topic: first?.topic,
        partition: first?.partition,
        error: first?.error,
      },
      'not acknowledged, will be sent again',
    );
  }

  *#appends(): Generator<PendingAppend> {
    for (const { unacknowledged } of this.#unacknowledged) yield* unacknowledged?.groups ?? [];
    for (const ofTopic of this.#queues.values()) for (const queue of ofTopic) yield* queue?.appends ?? [];
  }
}

function countRecords(appends: readonly PendingAppend[]): number {
  let records = 0;
  for (const append of appends) records += append.records.length;
  return records;
}

function countBytes(appends: readonly PendingAppend[]): number {
  let bytes = 0;
  for (const append of appends) bytes += append.bytes;
  return bytes;
}
