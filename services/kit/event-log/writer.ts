// The log writer: spreads partitions over lanes, keeps the bound over all of them, and says when an append took too long.
import assert from 'node:assert/strict';
import { createBackOff } from '#kit/back-off';
import { Fault } from '#kit/fault';
import type { Logger } from '#kit/logger';
import { BrokerLink } from './broker-link.ts';
import { openIdempotentProducer } from './idempotent-producer.ts';
import { Lane } from './lane.ts';
import { oldestUnackedSeconds, queueBytes, refusedAppends } from './log-metrics.ts';
import { partitionBatchBytesMax } from './partition-queue.ts';
import type { LaneProducer } from './produce-batch.ts';
import { recordBytes } from './produce-request.ts';
import type { AppendRecord, LogWriterOptions, WatchableLogWriter } from './types.ts';

const requestTimeoutMs = 15_000;
const openDelayMsMax = 1_000;

/**
 * Connects every lane and takes its producer id. Waits up to appendTimeoutMs while a fresh broker's coordinators load,
 * then rejects with Fault LOG_UNAVAILABLE. See LogWriter for what append() promises.
 */
export async function openLogWriter(options: LogWriterOptions, logger: Logger): Promise<WatchableLogWriter> {
  const { brokers, clientId } = options;
  const links = Array.from(
    { length: options.lanes },
    () => new BrokerLink({ brokers, clientId, requestTimeoutMs, logger }),
  );
  const writer = new LaneWriter(options, logger, (lane) => {
    const link = links[lane];
    assert(link !== undefined, 'a lane has its link');
    return openIdempotentProducer(link, logger);
  });
  const closeAll = async (): Promise<void> => {
    await writer.close();
    await Promise.all(links.map((link) => link.close()));
  };
  try {
    await writer.open();
  } catch (error) {
    await closeAll();
    throw error;
  }
  return {
    append: (topic, partition, records) => writer.append(topic, partition, records),
    get queuedBytes() {
      return writer.queuedBytes;
    },
    get answeredBatches() {
      return writer.answeredBatches;
    },
    oldestUnackedMs: () => writer.oldestUnackedMs(),
    close: closeAll,
  };
}

/** The writer over any producers; openProducer is called with the number of the lane. */
export class LaneWriter implements WatchableLogWriter {
  readonly #options: LogWriterOptions;
  readonly #lanes: readonly Lane[];
  readonly #appendBytesMax: number;
  readonly #watch: NodeJS.Timeout;
  #queuedBytes = 0;
  #answeredBatches = 0;
  #closing: Promise<void> | undefined;

  constructor(options: LogWriterOptions, logger: Logger, openProducer: (lane: number) => Promise<LaneProducer>) {
    this.#options = options;
    this.#appendBytesMax = Math.min(options.batchBytesMax, partitionBatchBytesMax);
    this.#lanes = Array.from({ length: options.lanes }, (_, lane) => {
      const { lingerMs, batchRecordsMax, batchBytesMax } = options;
      const onReleased = (bytes: number): void => {
        this.#queuedBytes -= bytes;
        this.#answeredBatches += 1;
      };
      const open = (): Promise<LaneProducer> => openProducer(lane);
      return new Lane({ lingerMs, batchRecordsMax, batchBytesMax, logger, openProducer: open, onReleased });
    });
    const watchEveryMs = Math.min(1_000, Math.max(10, options.appendTimeoutMs / 10));
    this.#watch = setInterval(() => this.#watchAges(), watchEveryMs);
    this.#watch.unref();
  }

  async open(): Promise<void> {
    const deadline = AbortSignal.timeout(this.#options.appendTimeoutMs);
    await Promise.all(this.#lanes.map((lane) => openPatiently(lane, deadline)));
  }

  append(topic: string, partition: number, records: readonly AppendRecord[]): Promise<number> {
    assert(records.length > 0, 'an append without records has no offset');
    if (this.#closing !== undefined) return refuse(new Fault('LOG_CLOSED'));
    let bytes = 0;
    for (const record of records) bytes += recordBytes(record);
    if (bytes > this.#appendBytesMax) {
      const detail = `an append of ${bytes} bytes is larger than one request may be (${this.#appendBytesMax})`;
      return refuse(new Fault('LOG_REFUSED', { detail }));
    }
    if (this.#queuedBytes + bytes > this.#options.queueBytesMax) return refuse(new Fault('LOG_FULL'));
    const lane = this.#lanes[partition % this.#lanes.length];
    assert(lane !== undefined, 'partitions are whole numbers from 0');
    this.#queuedBytes += bytes;
    return lane.append(topic, partition, records, bytes);
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  get answeredBatches(): number {
    return this.#answeredBatches;
  }

  oldestUnackedMs(): number {
    const nowMs = performance.now();
    return this.#lanes.reduce((oldest, lane) => Math.max(oldest, nowMs - (lane.oldestQueuedAtMs() ?? nowMs)), 0);
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeLanes();
    return this.#closing;
  }

  async #closeLanes(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.close(this.#options.closeTimeoutMs)));
    clearInterval(this.#watch);
    const client = { client: this.#options.clientId };
    queueBytes.remove(client);
    oldestUnackedSeconds.remove(client);
  }

  #watchAges(): void {
    const { appendTimeoutMs, clientId } = this.#options;
    queueBytes.set({ client: clientId }, this.#queuedBytes);
    oldestUnackedSeconds.set({ client: clientId }, this.oldestUnackedMs() / 1000);
    const detail = `not acknowledged within ${appendTimeoutMs} ms; the outcome is unknown`;
    const fault = new Fault('LOG_UNAVAILABLE', { detail });
    const queuedBeforeMs = performance.now() - appendTimeoutMs;
    for (const lane of this.#lanes) {
      const abandoned = lane.abandon(queuedBeforeMs, fault);
      if (abandoned > 0) refusedAppends.inc({ code: fault.code }, abandoned);
    }
  }
}

async function openPatiently(lane: Lane, deadline: AbortSignal): Promise<void> {
  const backOff = createBackOff(deadline, openDelayMsMax);
  for (;;) {
    try {
      await lane.open();
      return;
    } catch (error) {
      if (error instanceof Fault && error.code === 'CONFIG_INVALID') throw error;
      if (deadline.aborted) throw new Fault('LOG_UNAVAILABLE', { cause: error, detail: messageOf(error) });
    }
    await backOff.wait();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Fault ? error.detail : error instanceof Error ? error.message : String(error);
}

function refuse(fault: Fault): Promise<number> {
  refusedAppends.inc({ code: fault.code });
  return Promise.reject(fault);
}
