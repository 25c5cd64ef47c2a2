// An operator door in front of a real registry and of a double for the other services, on live topics of its own.
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { encodeRecord } from '#contracts/codec';
import type { Records } from '#contracts/generated/types';
import { partitionOf, stationKey } from '#contracts/keys';
import { topicsFor, type Topic } from '#contracts/topics';
import { ensureTopics } from '#kit/event-log/topics';
import type { LogWriter } from '#kit/event-log/types';
import { openLogWriter } from '#kit/event-log/writer';
import { createLogger } from '#kit/logger';
import { operatorConfig } from '#services/operator/config';
import { startOperator } from '#services/operator/main';
import { startRig, type Rig } from '#test/services/registry/rig';

export type Forwarded = {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

/** Stands for stations, sessions and analytics: notes what reaches it, answers as told. */
export type Double = {
  readonly url: string;
  readonly forwarded: Forwarded[];
  answer: { status: number; body: object };
  close(): Promise<void>;
};

export type Door = {
  readonly url: string;
  readonly registry: Rig;
  readonly double: Double;
  /** fetch with a key. */
  ask(path: string, init?: RequestInit & { key?: string | null }): Promise<Response>;
  /** A key with this role, made through the door. */
  newKey(role: string, tenant?: string): Promise<{ keyId: string; key: string }>;
  append<T extends keyof Records & ('StationBooted' | 'CommandRequested')>(type: T, value: Records[T]): Promise<void>;
  close(): Promise<void>;
};

const partitions = 4;

export async function startDoor(name: string, environment: Record<string, string> = {}): Promise<Door> {
  const registry = await startRig(name);
  const double = await startDouble();
  const suffix = randomBytes(4).toString('hex');
  const all = topicsFor(partitions);
  const prefixed = <T extends Topic>(topic: T): T => ({ ...topic, name: `${name}-${suffix}.${topic.name}` });
  const topics = { events: prefixed(all.events), commands: prefixed(all.commands), sessions: prefixed(all.sessions) };
  const brokers = (process.env['KAFKA_BROKERS'] ?? '').split(',');
  await ensureTopics(brokers, Object.values(topics), { replicationFactor: 1 });
  const writer = await openWriter(brokers, `${name}-${suffix}`);
  const config = operatorConfig({
    KAFKA_BROKERS: brokers.join(','),
    OPERATOR_PORT: '0',
    REGISTRY_URL: registry.url,
    STATIONS_URL: double.url,
    SESSIONS_URL: double.url,
    ANALYTICS_URL: 'http://127.0.0.1:9',
    ...environment,
  });
  const service = await startOperator(config, topics, registry.secrets);
  const url = service.url ?? '';
  const ask: Door['ask'] = (path, { key = registry.secrets.demoOperatorKey, ...init } = {}) =>
    fetch(`${url}${path}`, {
      ...init,
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(init.headers as Record<string, string>),
      },
    });
  return {
    url,
    registry,
    double,
    ask,
    async newKey(role, tenant = 'default') {
      const response = await ask('/v1/keys', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-tenant-id': tenant },
        body: JSON.stringify({ role, label: `${role} of a test` }),
      });
      if (response.status !== 201) throw new Error(await response.text());
      return (await response.json()) as { keyId: string; key: string };
    },
    async append(type, value) {
      const { tenantId, stationId } = 'meta' in value ? value.meta : value;
      const key = stationKey(tenantId, stationId);
      const topic = type === 'StationBooted' ? topics.events : topics.commands;
      const record = { key, type, value: encodeRecord(type, value) };
      await writer.append(topic.name, partitionOf(key, partitions), [record]);
    },
    async close() {
      await service.close();
      await writer.close();
      await double.close();
      await registry.close();
    },
  };
}

function openWriter(brokers: readonly string[], clientId: string): Promise<LogWriter> {
  const options = {
    brokers,
    clientId,
    lanes: 1,
    lingerMs: 0,
    batchRecordsMax: 100,
    batchBytesMax: 100_000,
    queueBytesMax: 1_000_000,
    appendTimeoutMs: 20_000,
    closeTimeoutMs: 5_000,
  };
  return openLogWriter(options, createLogger('test', 'silent'));
}

async function startDouble(): Promise<Double> {
  const forwarded: Forwarded[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      forwarded.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(double.answer.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(double.answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const double: Double = {
    url: `http://127.0.0.1:${port}`,
    forwarded,
    answer: { status: 200, body: {} },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return double;
}
