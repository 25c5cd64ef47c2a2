// A broker for tests: takes encoded Produce requests, keeps Kafka's rules of idempotence, and fails as it is told.
import assert from 'node:assert/strict';
import type { ProducerLink } from '#kit/event-log/idempotent-producer';
import { IdempotentProducer } from '#kit/event-log/idempotent-producer';
import type { ProduceResponse, ProtocolRequest } from '#kit/event-log/kafkajs-private';
import type { LaneProducer } from '#kit/event-log/produce-batch';
import { decodeRecordBatches } from '#kit/event-log/record-batches';
import type { LogRecord } from '#kit/event-log/types';
import { createLogger } from '#kit/logger';

export const silent = createLogger('test', 'silent');

/** What happens to a request: the whole of it is lost before or after it was written, or partitions answer errors. */
export type Fate = 'ok' | 'request-lost' | 'ack-lost';
export type Judge = {
  /** Fate of the n-th request (from 0). */
  fateOf?(request: number): Fate;
  /** Error code to answer for a partition instead of taking its batch; 0 takes it. */
  errorFor?(request: number, topic: string, partition: number): number;
  /** Leader of a partition; -1 while it has none. */
  leaderOf?(topic: string, partition: number): number;
};

type ParsedBatch = {
  readonly topic: string;
  readonly partition: number;
  readonly producerId: bigint;
  readonly firstSequence: number;
  readonly records: LogRecord[];
};
type KnownBatch = { readonly firstSequence: number; readonly lastSequence: number; readonly baseOffset: number };

const outOfOrder = 45;
/** A broker recognises the last five batches of a producer. */
const batchesRemembered = 5;

export class ModelBroker {
  readonly logs = new Map<string, LogRecord[]>();
  readonly requests: ParsedBatch[][] = [];
  readonly #judge: Judge;
  readonly #known = new Map<string, KnownBatch[]>();
  #producers = 0;
  #inFlight = 0;
  inFlightMax = 0;

  constructor(judge: Judge = {}) {
    this.#judge = judge;
  }

  get producers(): number {
    return this.#producers;
  }

  /** Keys in the log of a partition. */
  keys(topic: string, partition: number): string[] {
    return (this.logs.get(`${topic}/${partition}`) ?? []).map(({ key }) => key);
  }

  readonly openProducer = (): Promise<LaneProducer> => {
    const identity = { producerId: BigInt(++this.#producers), producerEpoch: 0 };
    return Promise.resolve(new IdempotentProducer(this.link(), identity, silent));
  };

  link(): ProducerLink {
    return {
      learn: () => Promise.resolve(),
      leaderOf: (topic, partition) => this.#judge.leaderOf?.(topic, partition) ?? 1,
      markStale: () => {},
      hangUp: () => Promise.resolve(),
      send: async <R>(_node: number, request: ProtocolRequest<R>): Promise<R> =>
        (await this.#produce(request)) as unknown as R,
    };
  }

  async #produce(request: ProtocolRequest<unknown>): Promise<ProduceResponse> {
    this.#inFlight += 1;
    this.inFlightMax = Math.max(this.inFlightMax, this.#inFlight);
    try {
      const number = this.requests.length;
      const batches = parseProduce((await request.request.encode()).buffer);
      this.requests.push(batches);
      const fate = this.#judge.fateOf?.(number) ?? 'ok';
      await new Promise((resolve) => setImmediate(resolve));
      if (fate === 'request-lost') throw new Error('connection lost');
      const answers = batches.map((batch) => ({ ...batch, ...this.#take(number, batch) }));
      if (fate === 'ack-lost') throw new Error('connection lost');
      return {
        topics: answers.map(({ topic, partition, errorCode, baseOffset }) => ({
          topicName: topic,
          partitions: [{ partition, errorCode, baseOffset: String(baseOffset) }],
        })),
      };
    } finally {
      this.#inFlight -= 1;
    }
  }

  // As ProducerStateManager does: a known batch is answered again, the next sequence is taken, anything else refused.
  #take(request: number, batch: ParsedBatch): { errorCode: number; baseOffset: number } {
    const error = this.#judge.errorFor?.(request, batch.topic, batch.partition) ?? 0;
    if (error !== 0) return { errorCode: error, baseOffset: -1 };
    const key = `${batch.producerId}/${batch.topic}/${batch.partition}`;
    const known = this.#known.get(key) ?? [];
    const lastSequence = batch.firstSequence + batch.records.length - 1;
    const same = known.find((one) => one.firstSequence === batch.firstSequence && one.lastSequence === lastSequence);
    if (same !== undefined) return { errorCode: 0, baseOffset: same.baseOffset };
    const expected = (known.at(-1)?.lastSequence ?? -1) + 1;
    if (batch.firstSequence !== expected) return { errorCode: outOfOrder, baseOffset: -1 };
    const log = this.logs.get(`${batch.topic}/${batch.partition}`) ?? [];
    this.logs.set(`${batch.topic}/${batch.partition}`, log);
    const baseOffset = log.length;
    log.push(...batch.records);
    this.#known.set(
      key,
      [...known, { firstSequence: batch.firstSequence, lastSequence, baseOffset }].slice(-batchesRemembered),
    );
    return { errorCode: 0, baseOffset };
  }
}

/** Reads the body of a Produce request, version 7. */
export function parseProduce(body: Buffer): ParsedBatch[] {
  const batches: ParsedBatch[] = [];
  assert.equal(body.readInt16BE(0), -1, 'no transactional id');
  assert.equal(body.readInt16BE(2), -1, 'acks of all');
  let at = 12;
  for (let topics = body.readInt32BE(8); topics > 0; topics -= 1) {
    const nameBytes = body.readInt16BE(at);
    const topic = body.toString('utf8', at + 2, at + 2 + nameBytes);
    at += 2 + nameBytes;
    let partitions = body.readInt32BE(at);
    for (at += 4; partitions > 0; partitions -= 1) {
      const partition = body.readInt32BE(at);
      const set = Buffer.from(body.subarray(at + 8, at + 8 + body.readInt32BE(at + 4)));
      batches.push({
        topic,
        partition,
        producerId: set.readBigInt64BE(43),
        firstSequence: set.readInt32BE(53),
        records: decodeRecordBatches(set, 0).records,
      });
      at += 8 + set.length;
    }
  }
  assert.equal(at, body.length, 'nothing behind the request');
  return batches;
}
