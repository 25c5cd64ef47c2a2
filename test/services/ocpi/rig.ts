// An ocpi service on real parts with topics and a database of its own; a test writes what other services would say.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fastify from 'fastify';
import { encodeRecord, type RecordType } from '#contracts/codec';
import type { Records } from '#contracts/generated/types';
import { partitionOf } from '#contracts/keys';
import { topicsFor, type Topic } from '#contracts/topics';
import { freePorts } from '#infra/local/ports';
import { openLogWriter } from '#kit/event-log/writer';
import { createLogger } from '#kit/logger';
import { logSettings, ocpiConfig } from '#services/ocpi/config';
import { startOcpi } from '#services/ocpi/main';
import { headersOf } from '#test/partner/partner-server';
import { createDatabase } from '#test/support/fresh-postgres';
import { until } from '#test/support/until';

export type Envelope = { readonly status_code: number; readonly status_message: string; readonly data?: unknown };
export type PartnerAnswer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Envelope;
};
export type OperatorAnswer = {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly etag: string | null;
};
export type Rig = Awaited<ReturnType<typeof openRig>>;

const internalToken = 'internal-token-of-the-test';

export async function openRig(insecureHosts: readonly string[] = [], settings: Record<string, string> = {}) {
  const run = randomBytes(4).toString('hex');
  const brokers = (process.env['KAFKA_BROKERS'] ?? '').split(',');
  const databaseUrl = await createDatabase(`ocpi_${run}`);
  const all = topicsFor(2);
  const own = <T extends Topic>(topic: T): T => ({ ...topic, name: `${run}.${topic.name}` });
  const topics = {
    events: own(all.events),
    sessions: own(all.sessions),
    cdrs: own(all.cdrs),
    registryChanges: own(all.registryChanges),
  };
  const registry = await startNames();
  const [partnersPort = 0] = await freePorts(1);
  const config = ocpiConfig({
    KAFKA_BROKERS: brokers.join(','),
    DATABASE_URL: databaseUrl,
    OCPI_PORT: '0',
    OCPI_PARTNERS_PORT: String(partnersPort),
    OCPI_PARTNERS_URL: `http://127.0.0.1:${partnersPort}`,
    OCPI_INSECURE_HOSTS: insecureHosts.join(','),
    OCPI_TOKEN_NAMES_CACHE_MS: '0',
    OCPI_STRANGER_PER_SECOND: '1000',
    OCPI_PARTNER_PER_SECOND: '10000',
    REGISTRY_URL: registry.url,
    ...settings,
  });
  const secrets = {
    internalToken,
    demoOperatorKey: 'demo-operator-key-of-the-test',
    tenantKeySeed: randomBytes(32).toString('hex'),
    clickhousePassword: '',
    analystPassword: '',
    certificateAuthorityKey: '',
  };
  const appended = new Map<string, number>();
  const service = await startOcpi(config, topics, secrets);
  const log = await openLogWriter({ ...logSettings, brokers, clientId: `test-${run}` }, createLogger('test', 'silent'));
  const { url = '', partnersUrl } = service;
  return {
    topics,
    brokers,
    databaseUrl,
    partnersUrl,
    names: registry.names,
    operator: (method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
      askOperator(`${url}${path}`, method, body, { 'x-tenant-id': 'default', ...headers }),
    partner: (token: string, path: string, more: RequestInit = {}) => askPartner(partnersUrl, token, path, more),
    async append<T extends RecordType>(
      topic: keyof typeof topics,
      key: string,
      type: T,
      value: Records[T],
    ): Promise<number> {
      const { name, partitions } = topics[topic];
      const partition = topic === 'registryChanges' ? 0 : partitionOf(key, partitions);
      const offset = await log.append(name, partition, [{ key, type, value: encodeRecord(type, value) }]);
      appended.set(`${topic}/${partition}`, offset);
      return offset;
    },
    /** Resolves once every fold has applied what was appended here. */
    async caughtUp(): Promise<void> {
      for (const [place, offset] of appended) {
        const [topic = '', partition = ''] = place.split('/');
        const name = foldOf[topic as keyof typeof topics];
        await until(() => isPast(url, name, Number(partition), offset), `${name} to catch up`, 20_000);
      }
    },
    async close(): Promise<void> {
      await service.close();
      await log.close();
      await registry.close();
    },
  };
}

/** The registry's answer to who is behind a token. */
async function startNames() {
  const names = new Map<string, { uid: string; contractId: string; issuer: string }>();
  const api = fastify({ forceCloseConnections: true });
  api.post('/internal/tokens/resolve', async ({ body }) => {
    const { tokenRefs } = body as { tokenRefs: string[] };
    return {
      items: tokenRefs.flatMap((tokenRef) => {
        const known = names.get(tokenRef);
        return known === undefined ? [] : [{ tokenRef, ...known }];
      }),
    };
  });
  const url = await api.listen({ host: '127.0.0.1', port: 0 });
  return { url, names, close: () => api.close() };
}

async function askOperator(
  url: string,
  method: string,
  body: object | undefined,
  headers: Record<string, string>,
): Promise<OperatorAnswer> {
  const response = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${internalToken}`,
      'x-actor': 'key-1',
      'x-role': 'platform',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const parsed = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  return { status: response.status, body: parsed, etag: response.headers.get('etag') };
}

/** As a sound partner asks; a path that is a whole URL is asked as it is. */
async function askPartner(base: string, token: string, path: string, more: RequestInit): Promise<PartnerAnswer> {
  const response = await fetch(path.startsWith('http') ? path : `${base}${path}`, {
    ...more,
    headers: {
      ...headersOf(token),
      ...(typeof more.body === 'string' ? { 'content-type': 'application/json' } : {}),
      ...(more.headers as Record<string, string> | undefined),
    },
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: JSON.parse(text) as Envelope };
}

const foldOf = {
  events: 'ocpi_evse_status',
  sessions: 'ocpi_sessions',
  cdrs: 'ocpi_cdrs',
  registryChanges: 'ocpi_registry',
} as const;

async function isPast(url: string, name: string, partition: number, offset: number): Promise<boolean> {
  const { body } = await askOperator(`${url}/v1/projections/${name}`, 'GET', undefined, { 'x-tenant-id': 'default' });
  const partitions = body['partitions'] as { partition: number; nextOffset: number }[];
  assert.deepEqual(body['parked'], []);
  return partitions.some((each) => each.partition === partition && each.nextOffset > offset);
}

export type Issued = { readonly token: string; readonly versionsUrl: string };

/** Registers a partner as operators do, and issues its first token. */
export async function newPartner(rig: Rig, fields: object, tenant = 'default'): Promise<Issued> {
  const headers = { 'x-tenant-id': tenant };
  const created = await rig.operator('POST', '/v1/ocpi/partners', fields, headers);
  assert.equal(created.status, 201, JSON.stringify(created.body));
  const path = `/v1/ocpi/partners/${String(created.body['partnerId'])}/tokens`;
  const issued = await rig.operator('POST', path, {}, headers);
  assert.equal(issued.status, 201, JSON.stringify(issued.body));
  return issued.body as Issued;
}
