// The audit of frames: notes every exchange after its answer went out, and tells the log in batches nobody waits for.
import { encodeRecord } from '#contracts/codec';
import type { TenantRegistered } from '#contracts/generated/types';
import { sleep } from '#kit/back-off';
import { openRelaxedProducer, type RelaxedProducer } from '#kit/event-log/relaxed-producer';
import type { AppendRecord } from '#kit/event-log/types';
import type { Closable } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';
import type { Connection } from './connection.ts';
import type { GatewayConfig } from './config.ts';
import { writtenExchange, type Exchange } from './domain/exchange.ts';
import { shedding, type Level } from './domain/overload.ts';
import { FrameQueue, type Noted } from './frame-queue.ts';
import { framesCut, framesLagSeconds, framesQueueBytes, framesShed } from './metrics.ts';
import type { GatewayParts } from './parts.ts';

export type FramesOptions = {
  readonly config: Pick<GatewayConfig, 'framesRecorded' | 'framesQueueBytesMax'>;
  readonly gatewayId: string;
  readonly topic: string;
  readonly producer: Pick<RelaxedProducer, 'send' | 'close'>;
  readonly pressure: { readonly level: Level };
  readonly logger: Logger;
  tenant(tenantId: string): Pick<TenantRegistered, 'framesRecorded'>;
  now(): number;
};

/** Of a connection, what an exchange on it is told with. */
export type FramesConnection = Pick<
  Connection,
  'tenantId' | 'stationId' | 'key' | 'partition' | 'epoch' | 'dialect' | 'station'
>;

/** A batch waits so long for more of it: fewer requests, and no answer waits for them. */
const lingerMs = 20;
const batchRecordsMax = 500;
/** Three bytes each at most: below what Kafka takes of one partition. */
const batchCharsMax = 256 * 1024;
/** After a request of which nothing was acknowledged. */
const restMs = 1_000;
const closeMsMax = 2_000;
const lookEveryMs = 1_000;
const requestTimeoutMs = 10_000;

type Opening = Pick<GatewayParts, 'config' | 'gatewayId' | 'topics' | 'caches' | 'logger'> &
  Pick<FramesOptions, 'pressure'>;

/** With connections of its own: a request of frames never stands before one of facts. */
export function openFrames({ config, gatewayId, topics, caches, pressure, logger }: Opening): Frames {
  const clientId = `${gatewayId}-frames`;
  const producer = openRelaxedProducer({ brokers: config.brokers, clientId, requestTimeoutMs, logger });
  const tenant: FramesOptions['tenant'] = (tenantId) => caches.tenant(tenantId);
  return new Frames({
    config,
    gatewayId,
    topic: topics.frames.name,
    producer,
    pressure,
    logger,
    tenant,
    now: Date.now,
  });
}

export class Frames implements Closable {
  readonly #options: FramesOptions;
  readonly #queue: FrameQueue;
  readonly #isOn: boolean;
  readonly #closing = new AbortController();
  readonly #watch: NodeJS.Timeout;
  #seq = 0;
  #telling: Promise<void> | undefined;

  constructor(options: FramesOptions) {
    this.#options = options;
    this.#isOn = options.config.framesRecorded === 'on';
    this.#queue = new FrameQueue(options.config.framesQueueBytesMax);
    this.#watch = setInterval(() => this.#look(), lookEveryMs);
    this.#watch.unref();
  }

  /** Called once the answer is on its way. Costs a push: what is written down is made later, in batches. */
  note(connection: FramesConnection, exchange: Exchange): void {
    if (!this.#isOn || !connection.station.framesRecorded) return;
    if (!this.#options.tenant(connection.tenantId).framesRecorded) return;
    const seq = this.#seq++;
    if (this.#options.pressure.level >= shedding.frames || this.#closing.signal.aborted) {
      framesShed.inc({ reason: this.#closing.signal.aborted ? 'closing' : 'overloaded' });
      return;
    }
    const dropped = this.#queue.push({ connection, exchange, seq });
    if (dropped > 0) framesShed.inc({ reason: 'queue-full' }, dropped);
    this.#telling ??= this.#tell().finally(() => (this.#telling = undefined));
  }

  /** Tells what waits, for two seconds at most; the rest is counted. */
  async close(): Promise<void> {
    clearInterval(this.#watch);
    this.#closing.abort();
    const late = new AbortController();
    await Promise.race([this.#telling, sleep(closeMsMax, late.signal)]);
    late.abort();
    const left = this.#queue.clear();
    if (left > 0) framesShed.inc({ reason: 'closing' }, left);
    await this.#options.producer.close();
  }

  /** One request at a time, so that records of a station stay in order; ends when nothing waits. */
  async #tell(): Promise<void> {
    const { producer, topic } = this.#options;
    const { signal } = this.#closing;
    while (this.#queue.length > 0) {
      if (this.#queue.length < batchRecordsMax) await sleep(lingerMs, signal);
      const { acknowledged, lost } = await producer.send(topic, this.#nextBatch());
      if (lost > 0) framesShed.inc({ reason: 'unacknowledged' }, lost);
      if (lost > 0 && acknowledged === 0) await sleep(restMs, signal);
    }
  }

  #nextBatch(): ReadonlyMap<number, readonly AppendRecord[]> {
    const byPartition = new Map<number, AppendRecord[]>();
    for (const noted of this.#queue.take(batchRecordsMax, batchCharsMax)) {
      const record = this.#recordOf(noted);
      if (record === undefined) continue;
      // The topic has as many partitions as that of the events, and the same keys.
      const { partition } = noted.connection;
      const ofPartition = byPartition.get(partition);
      if (ofPartition === undefined) byPartition.set(partition, [record]);
      else ofPartition.push(record);
    }
    return byPartition;
  }

  #recordOf({ connection, exchange, seq }: Noted): AppendRecord | undefined {
    const written = writtenExchange(exchange);
    if (written.requestCharsCut > 0 || written.answerCharsCut > 0) framesCut.inc();
    const { answeredAt, receivedAt } = exchange;
    try {
      const value = encodeRecord('ExchangeRecorded', {
        tenantId: connection.tenantId,
        stationId: connection.stationId,
        gatewayId: this.#options.gatewayId,
        seq,
        connectionEpoch: connection.epoch,
        ocppVersion: connection.dialect.version,
        direction: exchange.direction,
        messageId: exchange.messageId,
        action: written.action,
        requestFrame: written.requestFrame,
        requestCharsCut: written.requestCharsCut,
        answerFrame: written.answerFrame,
        answerCharsCut: written.answerCharsCut,
        errorCode: written.errorCode,
        receivedAt,
        latencyMs: answeredAt === null ? null : Math.max(0, answeredAt - receivedAt),
        outcome: exchange.outcome,
        quirks: [...exchange.quirks],
      });
      return { key: connection.key, type: 'ExchangeRecorded', value };
    } catch (error) {
      framesShed.inc({ reason: 'unrecordable' });
      this.#options.logger.error({ err: error, stationId: connection.stationId }, 'exchange not recorded');
      return undefined;
    }
  }

  #look(): void {
    const oldest = this.#queue.oldestReceivedAt();
    framesQueueBytes.set(this.#queue.bytes);
    framesLagSeconds.set(oldest === undefined ? 0 : Math.max(0, this.#options.now() - oldest) / 1000);
  }
}
