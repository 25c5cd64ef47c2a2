// A link to the cluster: connections by node, leaders by partition, one request at a time as its user wants; no retries.
import { Fault } from '#kit/fault';
import type { Logger } from '#kit/logger';
import { type Broker, hangUp, makeBroker, type Metadata, type ProtocolRequest, requests } from './kafkajs-private.ts';

export type BrokerLinkOptions = {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly requestTimeoutMs: number;
  readonly logger: Logger;
};

type Node = { readonly host: string; readonly port: number; broker: Broker | undefined };

const connectTimeoutMs = 3_000;
const metadataAgeMaxMs = 300_000;
export const noLeader = -1;

/**
 * kafkajs' own cluster fails as a whole when one topic is unknown or one partition has no leader, and retries inside;
 * this one tells what it knows per partition, and its users (lane, reader) decide when to try again.
 */
export class BrokerLink {
  readonly #options: BrokerLinkOptions;
  readonly #topics = new Set<string>();
  readonly #leaders = new Map<string, number[]>();
  #nodes = new Map<number, Node>();
  #controllerId = noLeader;
  #seed: Broker | undefined;
  #seedsTried = 0;
  #refreshAtMs = 0;
  #refreshing: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: BrokerLinkOptions) {
    this.#options = options;
  }

  /** Connects where needed and asks for metadata where unknown, stale or old. Throws Fault LOG_UNAVAILABLE. */
  async learn(topics: readonly string[]): Promise<void> {
    const known = this.#topics.size;
    for (const topic of topics) this.#topics.add(topic);
    if (this.#topics.size > known) this.#refreshAtMs = 0;
    if (performance.now() < this.#refreshAtMs) return;
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    await this.#refreshing;
  }

  /** Node that leads the partition, or noLeader. */
  leaderOf(topic: string, partition: number): number {
    return this.#leaders.get(topic)?.[partition] ?? noLeader;
  }

  /** Partitions of a topic; 0 when the cluster does not have it. */
  partitionsOf(topic: string): number {
    return this.#leaders.get(topic)?.length ?? 0;
  }

  get controllerId(): number {
    return this.#controllerId;
  }

  /** A connected broker by its node. */
  async broker(nodeId: number): Promise<Broker> {
    const node = this.#nodes.get(nodeId);
    if (node === undefined) throw this.#unavailable(new Error(`node ${nodeId} is not in the metadata`));
    node.broker ??= makeBroker({ ...node, nodeId }, this.#brokerOptions());
    if (!node.broker.isConnected()) await node.broker.connect();
    return node.broker;
  }

  async send<R>(nodeId: number, request: ProtocolRequest<R>): Promise<R> {
    const broker = await this.broker(nodeId);
    return broker.connectionPool.send(request);
  }

  /** The next learn() asks again: a partition's leader moved. */
  markStale(): void {
    this.#refreshAtMs = 0;
  }

  /** Gives up every connection, waiting requests included, and starts from the given addresses at the next learn(). */
  async hangUp(): Promise<void> {
    const brokers = new Set([...this.#nodes.values()].map((node) => node.broker));
    brokers.add(this.#seed);
    this.#seed = undefined;
    this.#nodes = new Map();
    this.#refreshAtMs = 0;
    for (const broker of brokers) if (broker !== undefined) await hangUp(broker).catch(() => {});
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.hangUp();
  }

  async #refresh(): Promise<void> {
    try {
      const seed = this.#seed ?? (await this.#connectSeed());
      const metadata = await seed.connectionPool.send({
        request: requests.metadata({ topics: [...this.#topics], allowAutoTopicCreation: false }),
        response: { decode: requests.decodeMetadata, parse: (decoded) => Promise.resolve(decoded) },
      });
      this.#learnNodes(metadata);
      this.#learnLeaders(metadata);
      this.#refreshAtMs = performance.now() + metadataAgeMaxMs;
    } catch (error) {
      // The seed may be the one broker that is gone: the next attempt takes the next address.
      await this.hangUp();
      throw error instanceof Fault ? error : this.#unavailable(error);
    }
  }

  async #connectSeed(): Promise<Broker> {
    if (this.#isClosed) throw new Fault('LOG_CLOSED');
    const { brokers } = this.#options;
    const address = brokers[this.#seedsTried++ % brokers.length] ?? '';
    const colon = address.lastIndexOf(':');
    const [host, port] = [address.slice(0, colon), Number(address.slice(colon + 1))];
    if (colon < 1 || !Number.isInteger(port)) {
      throw new Fault('CONFIG_INVALID', { detail: `"${address}" is no broker address of the form host:port` });
    }
    const seed = makeBroker({ host, port, nodeId: null }, this.#brokerOptions());
    await seed.connect();
    this.#seed = seed;
    return seed;
  }

  #learnNodes(metadata: Metadata): void {
    const nodes = new Map<number, Node>();
    for (const { nodeId, host, port } of metadata.brokers) {
      const known = this.#nodes.get(nodeId);
      const isSame = known !== undefined && known.host === host && known.port === port;
      nodes.set(nodeId, isSame ? known : { host, port, broker: undefined });
      if (known?.broker !== undefined && !isSame) void hangUp(known.broker).catch(() => {});
    }
    for (const [nodeId, known] of this.#nodes) {
      if (!nodes.has(nodeId) && known.broker !== undefined) void hangUp(known.broker).catch(() => {});
    }
    this.#nodes = nodes;
    this.#controllerId = metadata.controllerId;
  }

  #learnLeaders(metadata: Metadata): void {
    for (const { topic, topicErrorCode, partitionMetadata } of metadata.topicMetadata) {
      if (topicErrorCode !== 0) {
        this.#leaders.delete(topic);
        continue;
      }
      const leaders = Array.from({ length: partitionMetadata.length }, () => noLeader);
      for (const { partitionId, partitionErrorCode, leader } of partitionMetadata) {
        // Error 9 (a replica is away) still has a leader; without one it is -1 anyway.
        if (partitionErrorCode === 0 || partitionErrorCode === 9) leaders[partitionId] = leader;
      }
      this.#leaders.set(topic, leaders);
    }
  }

  #brokerOptions() {
    const { clientId, requestTimeoutMs, logger } = this.#options;
    return { clientId, connectTimeoutMs, requestTimeoutMs, logger };
  }

  #unavailable(cause: unknown): Fault {
    const why = cause instanceof Error ? cause.message : String(cause);
    return new Fault('LOG_UNAVAILABLE', { detail: `${this.#options.brokers.join(', ')}: ${why}`, cause });
  }
}
