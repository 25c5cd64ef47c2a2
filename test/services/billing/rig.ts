// A billing service on real parts with topics and a database of its own; sessions and the registry are ours to tell.
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { decodeRecord, encodeRecord, type AnyRecord, type RecordType } from '#contracts/codec';
import type { CdrIssued, PriceReading, Records, SessionUpdated } from '#contracts/generated/types';
import { partitionOf, sessionKey } from '#contracts/keys';
import { deadLettersOf, topicsFor, type Topic } from '#contracts/topics';
import { openLogReader } from '#kit/event-log/reader';
import { ensureTopics } from '#kit/event-log/topics';
import { openLogWriter } from '#kit/event-log/writer';
import { createLogger } from '#kit/logger';
import { billingConfig, logSettings } from '#services/billing/config';
import { startBilling } from '#services/billing/main';
import { createDatabase } from '#test/support/fresh-postgres';

export const tenantId = 'default';
const partitions = 2;
const logger = createLogger('test', 'silent');
export const secrets = { internalToken: 'internal-token-of-the-test' };

export type Answer = { readonly status: number; readonly etag: string | null; readonly body: Record<string, unknown> };
export type Rig = Awaited<ReturnType<typeof openRig>>;

export const start = Date.UTC(2026, 2, 2, 12);
export const minuteMs = 60_000;
export const kWh = 1_000_000;

export function topicsOfRun(run: string) {
  const all = topicsFor(partitions);
  const prefixed = <T extends Topic>(topic: T): T => ({ ...topic, name: `billing-${run}.${topic.name}` });
  return {
    sessions: prefixed(all.sessions),
    cdrs: prefixed(all.cdrs),
    registryChanges: prefixed(all.registryChanges),
  };
}

export async function openRig(options: { services?: number } = {}) {
  const run = randomBytes(4).toString('hex');
  const brokers = (process.env['KAFKA_BROKERS'] ?? '').split(',');
  const topics = topicsOfRun(run);
  const each = Object.values(topics);
  await ensureTopics(brokers, [...each, ...each.map(deadLettersOf)], { replicationFactor: 1 });
  const log = await openLogWriter({ ...logSettings, brokers, clientId: `test-${run}` }, logger);
  const databaseUrl = await createDatabase(`billing_${run}`);
  const environment = {
    KAFKA_BROKERS: brokers.join(','),
    DATABASE_URL: databaseUrl,
    BILLING_PORT: '0',
    BILLING_TICK_MS: '50',
  };
  const services: { url?: string; close(): Promise<void> }[] = [];
  const startService = async (url = databaseUrl) => {
    const service = await startBilling(billingConfig({ ...environment, DATABASE_URL: url }), topics, secrets);
    services.push(service);
    return service;
  };
  for (let n = 0; n < (options.services ?? 1); n++) await startService();
  const append = async <T extends RecordType>(topic: Topic, key: string, type: T, value: Records[T]): Promise<number> =>
    log.append(topic.name, partitionOf(key, topic.partitions), [{ key, type, value: encodeRecord(type, value) }]);
  return {
    topics,
    brokers,
    run,
    environment,
    databaseUrl,
    append,
    startService,
    newDatabase: (name: string) => createDatabase(`billing_${run}_${name}`),
    /** Asks the service that was started last. */
    ask: (method: string, path: string, body?: unknown, as?: { tenant?: string; role?: string; headers?: object }) =>
      ask(services.at(-1)?.url ?? '', method, path, { body, ...as }),
    tell: (event: SessionUpdated & { type?: SessionType }) =>
      append(topics.sessions, sessionKey(event.tenantId, event.sessionId), event.type ?? 'SessionEnded', event),
    /** Ends the service that was started first. */
    endFirst: async () => services.shift()?.close(),
    async stop() {
      for (const service of services.splice(0)) await service.close();
    },
    /** Every decision that the topic holds. */
    decisions: () => recordsOf(brokers, topics.cdrs.name),
    changes: async () => {
      const records = await recordsOf(brokers, topics.registryChanges.name);
      return records.filter((record) => record.type === 'RegistryChanged');
    },
    async close() {
      for (const service of services.splice(0)) await service.close();
      await log.close();
    },
  };
}

type SessionType = 'SessionStarted' | 'SessionUpdated' | 'SessionFlagged' | 'SessionEnded' | 'SessionCorrected';

let offsets = 0;

/** What charging.sessions says of a session that charged 10 kWh within an hour; each is newer than the one before. */
export function sessionSays(more: Partial<SessionUpdated> & { readonly type?: SessionType } = {}): SessionUpdated & {
  type?: SessionType;
} {
  offsets += 1;
  return {
    eventId: `test/0/${offsets}`,
    tenantId,
    sessionId: randomUUID(),
    stationId: 'S-1',
    transactionId: '7001',
    reportedId: Buffer.alloc(16),
    generation: 1,
    sourcePartition: 0,
    sourceOffset: offsets,
    recordedAt: start,
    phase: 'ended',
    evseId: 1,
    connectorId: 1,
    startedAt: start,
    endedAt: start + 60 * minuteMs,
    tokenRef: 'aa'.repeat(16),
    tokenType: 'ISO14443',
    authorization: 'Accepted',
    chargingState: null,
    meterStartMilliWh: 1_000_000,
    meterStopMilliWh: 1_000_000 + 10 * kWh,
    meterLastMilliWh: 1_000_000 + 10 * kWh,
    energyMilliWh: 10 * kWh,
    remoteStartId: null,
    reservationId: null,
    stopReason: 'Local',
    stoppedByTokenRef: null,
    ocppVersion: '1.6',
    flags: [],
    readings: [],
    ...more,
  };
}

export const stateAt = (minutes: number, chargingState: string): PriceReading => ({
  at: start + minutes * minuteMs,
  energyMilliWh: null,
  powerMilliW: null,
  currentMilliA: null,
  chargingState,
});

/** What the registry says of a station and of its location. */
export async function tellPlace(
  rig: Rig,
  place: { stationId: string; locationId: string; partyId: string; at?: number },
): Promise<void> {
  const { stationId, locationId, partyId, at: recordedAt = 0 } = place;
  for (const [kind, id, value] of [
    ['location', locationId, { locationId, partyId, timeZone: 'Europe/Berlin' }],
    ['station', stationId, { stationId, locationId }],
  ] as const) {
    offsets += 1;
    await rig.append(rig.topics.registryChanges, `${tenantId}/${kind}/${id}`, 'RegistryChanged', {
      eventId: `${kind}/${id}/${offsets}`,
      tenantId,
      kind,
      id,
      rowVersion: offsets,
      operation: 'updated',
      currentJson: JSON.stringify(value),
      actor: 'test',
      recordedAt,
    });
  }
}

type Asking = { readonly body?: unknown; readonly tenant?: string; readonly role?: string; readonly headers?: object };

export async function ask(url: string, method: string, path: string, options: Asking = {}): Promise<Answer> {
  const response = await fetch(url + path, {
    method,
    headers: {
      authorization: `Bearer ${secrets.internalToken}`,
      'x-tenant-id': options.tenant ?? tenantId,
      'x-actor': 'key-1',
      'x-role': options.role ?? 'operator',
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });
  const text = await response.text();
  const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  return { status: response.status, etag: response.headers.get('etag'), body };
}

/** Asks again until the answer is as wanted. */
export async function eventually<T>(get: () => Promise<T>, isWanted: (value: T) => boolean, what: string): Promise<T> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const value = await get();
    if (isWanted(value)) return value;
    assert.ok(Date.now() < deadline, `${what} did not come: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

export const itemsOf = ({ body }: Answer): Record<string, unknown>[] => body['items'] as Record<string, unknown>[];

/** The one CDR of a session, once it is there. */
export async function cdrOf(rig: Rig, sessionId: string): Promise<Record<string, unknown>> {
  const found = await eventually(
    () => rig.ask('GET', `/v1/cdrs?sessionId=${sessionId}`),
    (answer) => answer.status === 200 && itemsOf(answer).length > 0,
    `CDR of ${sessionId}`,
  );
  assert.equal(itemsOf(found).length, 1);
  return itemsOf(found)[0] ?? {};
}

/** The open review of a session for that reason, once it is there. */
export async function reviewOf(rig: Rig, sessionId: string, reason: string): Promise<Record<string, unknown>> {
  const found = await eventually(
    () => rig.ask('GET', `/v1/billing-reviews?state=open&sessionId=${sessionId}&reason=${reason}`),
    (answer) => answer.status === 200 && itemsOf(answer).length === 1,
    `${reason} of ${sessionId}`,
  );
  return itemsOf(found)[0] ?? {};
}

export function cdrsIn(records: readonly AnyRecord[]): CdrIssued[] {
  return records.filter((record) => record.type === 'CdrIssued');
}

async function recordsOf(brokers: readonly string[], topic: string): Promise<AnyRecord[]> {
  const reading = { fetchWaitMs: 20, fetchBytesMax: 4 << 20, bufferBytesMax: 16 << 20, onLost: () => {} };
  const reader = await openLogReader({ brokers, clientId: 'test', topic, ...reading }, logger);
  try {
    const [starts, ends] = [await reader.startOffsets(), await reader.endOffsets()];
    let left = [...ends].reduce((sum, [partition, end]) => sum + end - (starts.get(partition) ?? 0), 0);
    for (const [partition, offset] of starts) reader.assign(partition, offset);
    const records: AnyRecord[] = [];
    while (left > 0) {
      for (const batch of await reader.next(1000)) {
        left -= batch.records.length;
        for (const { value } of batch.records) if (value !== null) records.push(decodeRecord(value));
      }
    }
    return records;
  } finally {
    await reader.close();
  }
}
