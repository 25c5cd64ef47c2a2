// An alerts service on real parts with topics and a database of its own; a test writes what others would say, and listens as a webhook.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomBytes } from 'node:crypto';
import { encodeRecord, type RecordType } from '#contracts/codec';
import type { Records } from '#contracts/generated/types';
import { partitionOf } from '#contracts/keys';
import { deadLettersOf, topicsFor, type Topic } from '#contracts/topics';
import { freePorts } from '#infra/local/ports';
import { rootDir } from '#infra/local/paths';
import { ensureTopics } from '#kit/event-log/topics';
import { openLogWriter } from '#kit/event-log/writer';
import { createLogger } from '#kit/logger';
import { alertsConfig, logSettings } from '#services/alerts/config';
import { startAlerts } from '#services/alerts/main';
import { createDatabase } from '#test/support/fresh-postgres';
import { until } from '#test/support/until';

export const secrets = { internalToken: 'internal-token-of-the-test', tenantKeySeed: 'ab'.repeat(32) };
export type Answer = { readonly status: number; readonly etag: string | null; readonly body: Record<string, unknown> };
export type Shown = Record<string, unknown>;
export type Rig = Awaited<ReturnType<typeof openRig>>;

const partitions = 2;
const waitMs = 30_000;
const crashMs = 120_000;
const logger = createLogger('test', 'silent');

export function topicsOfRun(run: string) {
  const all = topicsFor(partitions);
  const own = <T extends Topic>(topic: T): T => ({ ...topic, name: `alerts-${run}.${topic.name}` });
  return { events: own(all.events), sessions: own(all.sessions), registryChanges: own(all.registryChanges) };
}

export async function openRig(settings: Readonly<Record<string, string>> = {}) {
  const run = randomBytes(4).toString('hex');
  const brokers = (process.env['KAFKA_BROKERS'] ?? '').split(',');
  const topics = topicsOfRun(run);
  const each = Object.values(topics);
  await ensureTopics(brokers, [...each, ...each.map(deadLettersOf)], { replicationFactor: 1 });
  const log = await openLogWriter({ ...logSettings, brokers, clientId: `test-${run}` }, logger);
  const [port = 0] = await freePorts(1);
  const stations = await openStationsDouble();
  const environment = {
    KAFKA_BROKERS: brokers.join(','),
    DATABASE_URL: await createDatabase(`alerts_${run}`),
    ALERTS_PORT: String(port),
    ALERTS_TICK_MS: '30',
    ALERTS_DELIVERY_TICK_MS: '30',
    ALERTS_DRIFT_EVERY_MS: '30',
    STATIONS_URL: stations.url,
    ...settings,
  };
  let service: { close(): Promise<void> } | undefined;
  const url = `http://127.0.0.1:${port}`;
  const ask = (
    method: string,
    path: string,
    body?: unknown,
    as: { tenant?: string; role?: string; headers?: object } = {},
  ) => askAt(url + path, method, body, as);
  const append = async <T extends RecordType>(topic: Topic, key: string, type: T, value: Records[T]): Promise<number> =>
    log.append(topic.name, partitionOf(key, topic.partitions), [{ key, type, value: encodeRecord(type, value) }]);
  return {
    run,
    topics,
    environment,
    brokers,
    drifting: stations.drifting,
    ask,
    append,
    async start(): Promise<void> {
      service = await startAlerts(alertsConfig(environment), topics, secrets);
    },
    async stop(): Promise<void> {
      await service?.close();
      service = undefined;
    },
    /** Runs it in a process of its own that dies where it passes this failpoint; resolves with the signal that ended it. */
    crashAt: (place: string) => crashedAt(run, { ...environment, FAILPOINTS: `${place}=crash@1` }),
    /** Alerts of the tenant as asked, once they are as wanted. */
    async alerts(
      query: string,
      isWanted: (items: Shown[]) => boolean,
      what: string,
      tenant = 'default',
    ): Promise<Shown[]> {
      let items: Shown[] = [];
      await until(
        async () => {
          items = itemsOf(await ask('GET', `/v1/alerts?${query}`, undefined, { tenant }));
          return isWanted(items);
        },
        what,
        waitMs,
      );
      return items;
    },
    /** Resolves once the rules of a tenant are there. */
    seeded: (tenant = 'default') =>
      until(
        async () => itemsOf(await ask('GET', '/v1/alert-rules', undefined, { tenant })).length > 0,
        `the rules of ${tenant}`,
        waitMs,
      ),
    async close(): Promise<void> {
      await service?.close();
      await log.close();
      stations.close();
    },
  };
}

/** The stations service's answer to whose configuration differs: two to a page, of the default tenant; `away` answers nothing. */
async function openStationsDouble() {
  const drifting = { stationIds: new Set<string>(), away: false };
  const server = createServer((request, response) => {
    if (drifting.away) return response.writeHead(503).end();
    const { searchParams } = new URL(request.url ?? '', 'http://stations');
    const all = request.headers['x-tenant-id'] === 'default' ? [...drifting.stationIds] : [];
    const from = Number(searchParams.get('cursor') ?? '0');
    const variables = [
      { variable: 'A', state: 'different' },
      { variable: 'B', state: 'same' },
    ];
    const items = all.slice(from, from + 2).map((stationId) => ({ stationId, state: 'different', variables }));
    const nextCursor = from + 2 < all.length ? String(from + 2) : null;
    return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ items, nextCursor }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, drifting, close: () => void server.close() };
}

async function crashedAt(run: string, env: Readonly<Record<string, string>>): Promise<unknown> {
  const args = ['--import', 'tsx', 'test/services/alerts/one-instance.ts', run];
  const child = spawn(process.execPath, args, {
    cwd: rootDir,
    env: { ...process.env, ...env },
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  try {
    const [, signal]: unknown[] = await once(child, 'exit', { signal: AbortSignal.timeout(crashMs) });
    return signal;
  } finally {
    child.kill('SIGKILL');
  }
}

async function askAt(
  url: string,
  method: string,
  body: unknown,
  as: { tenant?: string; role?: string; headers?: object },
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${secrets.internalToken}`,
      'x-tenant-id': as.tenant ?? 'default',
      'x-actor': 'key-1',
      'x-role': as.role ?? 'operator',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...as.headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    etag: response.headers.get('etag'),
    body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
  };
}

export function itemsOf({ status, body }: Answer): Shown[] {
  assert.equal(status, 200, JSON.stringify(body));
  return body['items'] as Shown[];
}

export type Received = {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly body: Shown;
};

/** A webhook that answers what it is told to, 200 by default. */
export async function openReceiver(statuses: number[] = []) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      received.push({ headers: request.headers, text, body: JSON.parse(text) as Shown });
      response.writeHead(statuses.shift() ?? 200).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { host, url: `http://${host}/alerts`, received, close: () => void server.close() };
}
