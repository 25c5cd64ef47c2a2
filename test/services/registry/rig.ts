// A registry on real parts with a database and topics of its own, and a caller for each role.
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { decodeRecord, type AnyRecord } from '#contracts/codec';
import { topicsFor, type Topic } from '#contracts/topics';
import type { Secrets } from '#contracts/secrets';
import { openTable } from '#kit/event-log/table';
import { createLogger } from '#kit/logger';
import { registryConfig } from '#services/registry/config';
import { startRegistry } from '#services/registry/main';
import { createDatabase } from '#test/support/fresh-postgres';

export type Answer = {
  readonly status: number;
  readonly etag: string | null;
  // The routes' shapes are what the tests are about, so they look at plain JSON.
  readonly body: Record<string, unknown>;
};

export type Call = (
  method: string,
  path: string,
  body?: unknown,
  as?: { tenant?: string; role?: string; headers?: Record<string, string> },
) => Promise<Answer>;

export type Seen = { readonly topic: string; readonly key: string; readonly record: AnyRecord | null };

export type Rig = {
  readonly url: string;
  readonly secrets: Secrets;
  readonly call: Call;
  /** Everything that the log holds so far, in order within a topic. */
  readonly log: readonly Seen[];
  readonly topics: {
    readonly changes: string;
    readonly stations: string;
    readonly tokens: string;
    readonly tenants: string;
  };
  readonly databaseUrl: string;
  /** Resolves with the first seen record that fits, waiting for it. */
  seen(what: string, fits: (seen: Seen) => boolean): Promise<Seen>;
  close(): Promise<void>;
};

const waitMs = 20_000;

export async function startRig(name: string, environment: Record<string, string> = {}): Promise<Rig> {
  const suffix = randomBytes(4).toString('hex');
  const databaseUrl = await createDatabase(`${name}_${suffix}`);
  const brokers = (process.env['KAFKA_BROKERS'] ?? '').split(',');
  const secrets: Secrets = {
    internalToken: 'internal-token-of-tests',
    demoOperatorKey: `csk_${randomBytes(24).toString('base64url')}`,
    tenantKeySeed: randomBytes(32).toString('hex'),
    clickhousePassword: '',
    analystPassword: '',
    certificateAuthorityKey: '',
  };
  const prefixed = <T extends Topic>(topic: T): T => ({ ...topic, name: `${name}-${suffix}.${topic.name}` });
  const all = topicsFor(4);
  const topics = {
    registryChanges: prefixed(all.registryChanges),
    registryStations: prefixed(all.registryStations),
    registryTokens: prefixed(all.registryTokens),
    registryTenants: prefixed(all.registryTenants),
  };
  const config = registryConfig({
    KAFKA_BROKERS: brokers.join(','),
    DATABASE_URL: databaseUrl,
    REGISTRY_PORT: '0',
    REGISTRY_GRACE_EVERY_MS: '50',
    REGISTRY_ROTATIONS_EVERY_MS: '50',
    ...environment,
  });
  const service = await startRegistry(config, topics, secrets);
  const log: Seen[] = [];
  const logger = createLogger('test', 'silent');
  const tables = Object.values(topics).map((topic) =>
    openTable({
      brokers,
      clientId: `${name}-${suffix}`,
      topic: topic.name,
      logger,
      onRecord: ({ key, value }) =>
        log.push({ topic: topic.name, key, record: value === null ? null : decodeRecord(value) }),
    }),
  );
  await Promise.all(tables.map((table) => table.caughtUp));
  const url = service.url ?? '';
  return {
    url,
    secrets,
    databaseUrl,
    log,
    topics: {
      changes: topics.registryChanges.name,
      stations: topics.registryStations.name,
      tokens: topics.registryTokens.name,
      tenants: topics.registryTenants.name,
    },
    call: callOf(url, secrets.internalToken),
    async seen(what, fits) {
      const deadline = performance.now() + waitMs;
      for (;;) {
        const found = log.find(fits);
        if (found !== undefined) return found;
        if (performance.now() > deadline)
          throw new Error(`not seen: ${what}; the log holds ${JSON.stringify(log).slice(0, 4000)}`);
        await delay(5);
      }
    },
    async close() {
      await Promise.all(tables.map((table) => table.close()));
      await service.close();
    },
  };
}

/** A call as the operator door makes it. */
export function callOf(url: string, internalToken: string): Call {
  return async (method, path, body, as = {}) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${internalToken}`,
        'x-tenant-id': as.tenant ?? 'default',
        'x-actor': 'key-of-test',
        'x-role': as.role ?? 'operator',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...as.headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const parsed = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
    return { status: response.status, etag: response.headers.get('etag'), body: parsed };
  };
}
