// An idempotent producer that owns its sequences: what kafkajs' producer rolls back, wraps or resends wrongly, it does not.
import { Fault } from '#kit/fault';
import type { Logger } from '#kit/logger';
import { type BrokerLink, noLeader } from './broker-link.ts';
import { errorName, type ProduceResponse, type ProtocolRequest, requests } from './kafkajs-private.ts';
import { produceErrors } from './log-metrics.ts';
import { type LaneProducer, notSequenced, type ProduceBatch } from './produce-batch.ts';
import { ProduceEncoder, type ProducerIdentity } from './produce-request.ts';

const ackTimeoutMs = 10_000;
const transactionTimeoutMs = 60_000;
const sequenceMax = 0x7fff_ffff;
/** Half of the way to the wrap; no retry of any batch can span it. */
const sequencesUsedMax = 2 ** 30;

const retriable: ReadonlySet<string> = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
  'REQUEST_TIMED_OUT',
  'BROKER_NOT_AVAILABLE',
  'REPLICA_NOT_AVAILABLE',
  'NETWORK_EXCEPTION',
  'NOT_ENOUGH_REPLICAS',
  'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  'KAFKA_STORAGE_ERROR',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
]);

/** What the broker will not take however often it is sent; it wrote nothing of it. */
const refusing: ReadonlySet<string> = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_TOPIC_EXCEPTION',
  'TOPIC_AUTHORIZATION_FAILED',
  'INVALID_TIMESTAMP',
  'UNSUPPORTED_FOR_MESSAGE_FORMAT',
  'POLICY_VIOLATION',
  'INVALID_RECORD',
]);

/** What a producer needs of its link. */
export type ProducerLink = Pick<BrokerLink, 'learn' | 'leaderOf' | 'send' | 'markStale' | 'hangUp'>;

/** Takes a producer id. Throws Fault LOG_UNAVAILABLE, or an error of the connection. */
export async function openIdempotentProducer(link: BrokerLink, logger: Logger): Promise<LaneProducer> {
  await link.learn([]);
  const broker = await link.broker(link.controllerId);
  const { producerId, producerEpoch } = await broker.initProducerId({ transactionTimeout: transactionTimeoutMs });
  return new IdempotentProducer(link, { producerId: BigInt(producerId), producerEpoch }, logger);
}

/** Exported for tests, which give it a link of theirs. */
export class IdempotentProducer implements LaneProducer {
  readonly #link: ProducerLink;
  readonly #identity: ProducerIdentity;
  readonly #logger: Logger;
  readonly #encoders = new Map<number, ProduceEncoder>();
  readonly #nextSequences = new Map<string, number[]>();
  #isWorn = false;

  constructor(link: ProducerLink, identity: ProducerIdentity, logger: Logger) {
    this.#link = link;
    this.#identity = identity;
    this.#logger = logger;
  }

  get isWorn(): boolean {
    return this.#isWorn;
  }

  async produce(batches: readonly ProduceBatch[]): Promise<void> {
    // A sequence is given once and never taken back: the broker may have what we believe it has not (defect 5).
    for (const batch of batches) if (batch.firstSequence === notSequenced) batch.firstSequence = this.#sequence(batch);
    if (!(await this.#learn(batches))) return;
    const byLeader = this.#groupByLeader(batches);
    const results = await Promise.allSettled([...byLeader].map(([nodeId, group]) => this.#send(nodeId, group)));
    const fatal: string[] = [];
    for (const result of results) if (result.status === 'fulfilled') fatal.push(...result.value);
    // Only now, so that one broker's failure does not cut off another's answer.
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) {
      this.#logger.warn({ err: failed.reason as unknown }, 'produce request failed, will be sent again');
      await this.#link.hangUp();
    }
    if (fatal.length > 0) throw new Fault('LOG_UNAVAILABLE', { detail: `the producer is lost: ${fatal.join(', ')}` });
  }

  /** Its link belongs to whoever opened it. */
  async close(): Promise<void> {}

  // A broker that is away is no reason to give up the sequences: with them it recognises what it already has.
  async #learn(batches: readonly ProduceBatch[]): Promise<boolean> {
    try {
      await this.#link.learn([...new Set(batches.map((batch) => batch.topic))]);
      return true;
    } catch (error) {
      for (const batch of batches) this.#failed(batch, error instanceof Fault ? error.code : 'UNKNOWN');
      return false;
    }
  }

  /** Returns the errors after which this producer's sequences are worth nothing. */
  async #send(nodeId: number, batches: readonly ProduceBatch[]): Promise<string[]> {
    try {
      const response = await this.#link.send(nodeId, this.#request(nodeId, batches));
      return this.#judge(response, batches);
    } catch (error) {
      const code = error instanceof Error ? error.name : 'UNKNOWN';
      for (const batch of batches) this.#failed(batch, code);
      throw error;
    }
  }

  #request(nodeId: number, batches: readonly ProduceBatch[]): ProtocolRequest<ProduceResponse> {
    // One encoder per node, since requests to several nodes are encoded while others wait; kafkajs copies what it gets.
    const encoder = this.#encoders.get(nodeId) ?? new ProduceEncoder();
    this.#encoders.set(nodeId, encoder);
    return {
      request: {
        apiKey: 0,
        apiVersion: 7,
        apiName: 'Produce',
        encode: () => {
          const buffer = encoder.encode(batches, this.#identity, ackTimeoutMs);
          return Promise.resolve({ buf: buffer, buffer });
        },
      },
      response: { decode: requests.decodeProduce, parse: (decoded) => Promise.resolve(decoded) },
    };
  }

  // Each partition is judged alone: kafkajs would throw the first error and resend the acknowledged ones too (defect 9).
  #judge(response: ProduceResponse, batches: readonly ProduceBatch[]): string[] {
    const fatal: string[] = [];
    const answers = answersOf(response);
    for (const batch of batches) {
      const error = settle(batch, answers.get(`${batch.topic}/${batch.partition}`));
      if (error === undefined) continue;
      this.#failed(batch, error);
      if (refusing.has(error)) batch.state = 'refused';
      else if (retriable.has(error)) this.#link.markStale();
      else fatal.push(`${batch.topic}/${batch.partition} ${error}`);
    }
    return fatal;
  }

  #failed(batch: ProduceBatch, error: string): void {
    batch.error = error;
    produceErrors.inc({ code: error });
  }

  #groupByLeader(batches: readonly ProduceBatch[]): Map<number, ProduceBatch[]> {
    const byLeader = new Map<number, ProduceBatch[]>();
    for (const batch of batches) {
      const leader = this.#link.leaderOf(batch.topic, batch.partition);
      if (leader === noLeader) {
        this.#failed(batch, 'LEADER_NOT_AVAILABLE');
        this.#link.markStale();
        continue;
      }
      const group = byLeader.get(leader);
      if (group === undefined) byLeader.set(leader, [batch]);
      else group.push(batch);
    }
    return byLeader;
  }

  // Kafka's sequences wrap modulo 2^31; kafkajs restarts at 0 one too early or late (defect 6). We wrap rightly and renew.
  #sequence(batch: ProduceBatch): number {
    let ofTopic = this.#nextSequences.get(batch.topic);
    if (ofTopic === undefined) this.#nextSequences.set(batch.topic, (ofTopic = []));
    const first = ofTopic[batch.partition] ?? 0;
    const next = first + batch.recordCount;
    ofTopic[batch.partition] = next > sequenceMax ? next - sequenceMax - 1 : next;
    if (next > sequencesUsedMax) this.#isWorn = true;
    return first;
  }
}

type PartitionAnswer = ProduceResponse['topics'][number]['partitions'][number];

function answersOf({ topics }: ProduceResponse): Map<string, PartitionAnswer> {
  const answers = new Map<string, PartitionAnswer>();
  for (const { topicName, partitions } of topics) {
    for (const answer of partitions) answers.set(`${topicName}/${answer.partition}`, answer);
  }
  return answers;
}

/** Marks the batch acknowledged, or returns the name of its error. */
function settle(batch: ProduceBatch, answer: PartitionAnswer | undefined): string | undefined {
  if (answer === undefined) return 'NOT_ANSWERED';
  if (answer.errorCode !== 0) return errorName(answer.errorCode);
  const baseOffset = Number(answer.baseOffset);
  if (baseOffset < 0) return 'NO_OFFSET';
  batch.baseOffset = baseOffset;
  batch.state = 'acknowledged';
  return undefined;
}
