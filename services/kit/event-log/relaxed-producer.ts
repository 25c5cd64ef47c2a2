// A producer for records that may be lost: acknowledged by the leader alone, tried once, never waited for by anyone else.
import type { Logger } from '#kit/logger';
import { BrokerLink, type BrokerLinkOptions, noLeader } from './broker-link.ts';
import { errorName, type ProduceResponse, requests } from './kafkajs-private.ts';
import { appendedRecords, produceErrors } from './log-metrics.ts';
import { acks, anonymous, type EncodableBatch, ProduceEncoder } from './produce-request.ts';
import type { AppendRecord } from './types.ts';

/** What it needs of its link. */
export type RelaxedLink = Pick<BrokerLink, 'learn' | 'leaderOf' | 'send' | 'markStale' | 'hangUp' | 'close'>;

export type RecordsByPartition = ReadonlyMap<number, readonly AppendRecord[]>;

/** What became of the records of one send(), in numbers. */
export type Sent = { readonly acknowledged: number; readonly lost: number };

const ackTimeoutMs = 5_000;
const withoutSequence = -1;

/** Opens nothing yet: it connects with the first records. */
export function openRelaxedProducer(options: BrokerLinkOptions): RelaxedProducer {
  return new RelaxedProducer(new BrokerLink(options), options.logger);
}

/**
 * One request at a time is the caller's part. Without a producer id the broker drops no repeat, so nothing is repeated:
 * what is not acknowledged counts as lost, though the broker may have it.
 */
export class RelaxedProducer {
  readonly #link: RelaxedLink;
  readonly #logger: Logger;
  readonly #encoder = new ProduceEncoder();

  constructor(link: RelaxedLink, logger: Logger) {
    this.#link = link;
    this.#logger = logger;
  }

  /** Sends records of one topic, at most what one request may be; never rejects. */
  async send(topic: string, records: RecordsByPartition): Promise<Sent> {
    let total = 0;
    for (const { length } of records.values()) total += length;
    let acknowledged = 0;
    try {
      await this.#link.learn([topic]);
      for (const [nodeId, batches] of this.#byLeader(topic, records))
        acknowledged += await this.#sendTo(nodeId, batches);
    } catch (error) {
      this.#failed(error instanceof Error ? error.name : 'UNKNOWN');
      this.#logger.warn({ err: error, topic }, 'records that may be lost are lost');
      await this.#link.hangUp();
    }
    appendedRecords.inc({ topic }, acknowledged);
    return { acknowledged, lost: total - acknowledged };
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  #byLeader(topic: string, records: RecordsByPartition): ReadonlyMap<number, EncodableBatch[]> {
    const byLeader = new Map<number, EncodableBatch[]>();
    for (const [partition, group] of records) {
      const leader = this.#link.leaderOf(topic, partition);
      if (leader === noLeader) {
        this.#failed('LEADER_NOT_AVAILABLE');
        continue;
      }
      const groups = [{ records: group }];
      const batch = { topic, partition, firstSequence: withoutSequence, groups, recordCount: group.length };
      const ofLeader = byLeader.get(leader);
      if (ofLeader === undefined) byLeader.set(leader, [batch]);
      else ofLeader.push(batch);
    }
    return byLeader;
  }

  /** Returns how many records the leader took. */
  async #sendTo(nodeId: number, batches: readonly EncodableBatch[]): Promise<number> {
    const response = await this.#link.send<ProduceResponse>(nodeId, {
      request: {
        apiKey: 0,
        apiVersion: 7,
        apiName: 'Produce',
        encode: () => {
          const buffer = this.#encoder.encode(batches, anonymous, ackTimeoutMs, acks.leader);
          return Promise.resolve({ buf: buffer, buffer });
        },
      },
      response: { decode: requests.decodeProduce, parse: (decoded) => Promise.resolve(decoded) },
    });
    const refused = this.#refusedBy(response);
    return batches.reduce((sum, { partition, recordCount }) => sum + (refused.has(partition) ? 0 : recordCount), 0);
  }

  #refusedBy({ topics }: ProduceResponse): ReadonlySet<number> {
    const refused = new Set<number>();
    for (const { partitions } of topics) {
      for (const { partition, errorCode } of partitions) {
        if (errorCode === 0) continue;
        refused.add(partition);
        this.#failed(errorName(errorCode));
      }
    }
    return refused;
  }

  #failed(code: string): void {
    produceErrors.inc({ code });
    // Whatever it was, the leader may be another by the next request.
    this.#link.markStale();
  }
}
