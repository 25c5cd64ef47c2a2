// The parts of kafkajs 2.2.4 that it does not export, typed as far as we use them: one connection and single requests.
import { createRequire } from 'node:module';
import { connect, type Socket } from 'node:net';
import type { Logger } from '#kit/logger';
import { patchIdleLoop } from './idle-loop-patch.ts';
import { kafkaLogLevel, kafkaLogs } from './kafka-logs.ts';

/** One request of the protocol, as kafkajs' connection sends it. `buf` and `buffer` are its encoder's two faces. */
export type ProtocolRequest<R> = {
  readonly request: {
    readonly apiKey: number;
    readonly apiVersion: number;
    readonly apiName: string;
    encode(): Promise<EncodedBody>;
  };
  readonly response: { decode(payload: Buffer): Promise<R>; parse(decoded: R): Promise<R> };
  readonly requestTimeout?: number;
};
export type EncodedBody = { readonly buf: Buffer; readonly buffer: Buffer };

export type Metadata = {
  readonly brokers: readonly { readonly nodeId: number; readonly host: string; readonly port: number }[];
  readonly controllerId: number;
  readonly topicMetadata: readonly {
    readonly topicErrorCode: number;
    readonly topic: string;
    readonly partitionMetadata: readonly {
      readonly partitionErrorCode: number;
      readonly partitionId: number;
      readonly leader: number;
    }[];
  }[];
};

export type ProduceResponse = {
  readonly topics: readonly {
    readonly topicName: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly errorCode: number;
      readonly baseOffset: string;
    }[];
  }[];
};

type Connection = {
  readonly socket?: Socket;
  readonly requestQueue: { rejectAll(error: Error): void };
  disconnect(): Promise<boolean>;
};

export type Broker = {
  readonly connectionPool: { readonly pool: readonly Connection[]; send<R>(request: ProtocolRequest<R>): Promise<R> };
  isConnected(): boolean;
  connect(): Promise<void>;
  initProducerId(options: { transactionTimeout: number }): Promise<{ producerId: string; producerEpoch: number }>;
  listOffsets(options: {
    replicaId: number;
    isolationLevel: number;
    topics: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number; readonly timestamp: number }[];
    }[];
  }): Promise<{
    responses: readonly { readonly partitions: readonly { readonly partition: number; readonly offset: string }[] }[];
  }>;
};

type Requests = {
  metadata(options: {
    topics: readonly string[];
    allowAutoTopicCreation: boolean;
  }): ProtocolRequest<Metadata>['request'];
  decodeMetadata(payload: Buffer): Promise<Metadata>;
  decodeProduce(payload: Buffer): Promise<ProduceResponse>;
  fetch(options: FetchOptions): ProtocolRequest<unknown>['request'];
};
export type FetchOptions = {
  readonly replicaId: number;
  readonly maxWaitTime: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly isolationLevel: number;
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly fetchOffset: number;
      readonly maxBytes: number;
    }[];
  }[];
};

// kafkajs has no exports map, so its files can be required; the exact version is pinned in package.json.
const load = createRequire(import.meta.url);
patchIdleLoop();

const BrokerClass = load('kafkajs/src/broker') as new (options: object) => Broker;
const ConnectionPool = load('kafkajs/src/network/connectionPool') as new (options: object) => object;
const { createLogger } = load('kafkajs/src/loggers') as { createLogger(options: object): unknown };
const { createErrorFromCode } = load('kafkajs/src/protocol/error') as {
  createErrorFromCode(code: number): { readonly type: string };
};
const protocol = 'kafkajs/src/protocol/requests';

/** Requests and decoders whose answers we judge ourselves, per partition. */
export const requests: Requests = {
  metadata: load(`${protocol}/metadata/v6/request`) as Requests['metadata'],
  decodeMetadata: (load(`${protocol}/metadata/v6/response`) as { decode: Requests['decodeMetadata'] }).decode,
  decodeProduce: (load(`${protocol}/produce/v7/response`) as { decode: Requests['decodeProduce'] }).decode,
  fetch: load(`${protocol}/fetch/v11/request`) as Requests['fetch'],
};

/** The protocol's name of an error code, such as NOT_LEADER_FOR_PARTITION. */
export function errorName(code: number): string {
  return createErrorFromCode(code).type;
}

export type BrokerAddress = { readonly host: string; readonly port: number; readonly nodeId: number | null };
export type BrokerOptions = {
  readonly clientId: string;
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly logger: Logger;
};

/** A broker to connect to; it has two connections, one of them for fetches only, so that a long poll blocks nothing. */
export function makeBroker({ host, port, nodeId }: BrokerAddress, options: BrokerOptions): Broker {
  const logger = createLogger({ level: kafkaLogLevel, logCreator: kafkaLogs(options.logger) });
  const connectionPool = new ConnectionPool({
    host,
    port,
    logger,
    socketFactory: openSocket,
    clientId: options.clientId,
    connectionTimeout: options.connectTimeoutMs,
    requestTimeout: options.requestTimeoutMs,
    enforceRequestTimeout: true,
  });
  return new BrokerClass({ connectionPool, logger, nodeId, allowAutoTopicCreation: false });
}

/** Ends a broker's connections at once: what waits for an answer is rejected, its outcome unknown. */
export async function hangUp(broker: Broker): Promise<void> {
  for (const connection of broker.connectionPool.pool) {
    connection.requestQueue.rejectAll(new Error('the connection was given up'));
    await connection.disconnect();
    connection.socket?.destroy();
  }
}

const keepAliveAfterMs = 30_000;

function openSocket({ host, port, onConnect }: { host: string; port: number; onConnect: () => void }): Socket {
  const socket = connect({ host, port }, onConnect);
  socket.setKeepAlive(true, keepAliveAfterMs);
  // A request is one write and waits for its answer: Nagle's delay could only hold it back.
  socket.setNoDelay(true);
  return socket;
}
