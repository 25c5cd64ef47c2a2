// A stations service on real parts with topics and a database of its own, and a gateway of ours that plays its side of the log.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { decodeRecord, encodeRecord, type AnyRecord, type RecordType } from '#contracts/codec';
import type {
  CertificateSigningRequested,
  CommandOutcome,
  CommandRequested,
  Records,
  StationPresence,
} from '#contracts/generated/types';
import { partitionOf, stationKey } from '#contracts/keys';
import { deadLettersOf, topicsFor, type Topics } from '#contracts/topics';
import { openLogReader } from '#kit/event-log/reader';
import { ensureTopics } from '#kit/event-log/topics';
import type { LogReader, LogWriter } from '#kit/event-log/types';
import { openLogWriter } from '#kit/event-log/writer';
import { createLogger } from '#kit/logger';
import { logSettings, stationsConfig } from '#services/stations/config';
import { startStations } from '#services/stations/main';
import { booted, connected, disconnected, meta, reported, status, tenantId } from './records.ts';

const partitions = 2;
const secrets = {
  internalToken: 'internal-token-of-the-test',
  demoOperatorKey: 'demo-operator-key-of-the-test',
  tenantKeySeed: '00'.repeat(32),
  clickhousePassword: '',
  analystPassword: '',
  certificateAuthorityKey: '',
};
const logger = createLogger('test', 'silent');

export type Answer = { readonly status: number; readonly body: Record<string, unknown> };
export type Rig = Awaited<ReturnType<typeof openRig>>;

export async function openRig(
  over: { readonly environment?: Record<string, string>; readonly authorityKey?: string } = {},
) {
  const brokers = (process.env['KAFKA_BROKERS'] ?? '').split(',');
  const run = randomBytes(4).toString('hex');
  const topics = topicsOf(run);
  await ensureTopics(
    brokers,
    [...Object.values(topics), deadLettersOf(topics.events), deadLettersOf(topics.commands)],
    {
      replicationFactor: 1,
    },
  );
  const log = await openLogWriter({ ...logSettings, brokers, clientId: `test-${run}` }, logger);
  const databases: string[] = [];
  const filesDir = await mkdtemp(join(tmpdir(), 'stations-files-'));
  const services: { close(): Promise<void> }[] = [];
  const start = async (database: string) => {
    const config = stationsConfig({
      KAFKA_BROKERS: brokers.join(','),
      DATABASE_URL: database,
      STATIONS_PORT: '0',
      STATION_FILES_PORT: '0',
      STATION_FILES_DIR: filesDir,
      STATIONS_TICK_MS: '200',
      ...over.environment,
    });
    const service = await startStations(config, topics, {
      ...secrets,
      certificateAuthorityKey: over.authorityKey ?? '',
    });
    services.push(service);
    return service;
  };
  const newDatabase = async (): Promise<string> => {
    const name = `stations_${run}_${databases.length}`;
    databases.push(name);
    await asAdmin((client) => client.query(`create database ${name}`));
    const url = new URL(process.env['DATABASE_URL'] ?? '');
    url.pathname = `/${name}`;
    return url.toString();
  };
  const database = await newDatabase();
  const service = await start(database);
  return {
    topics,
    log,
    database,
    brokers,
    start,
    newDatabase,
    url: service.url ?? '',
    register: (stationId: string, locationId: string | null = null) => register(log, topics, stationId, locationId),
    ask: (method: string, path: string, options: AskOptions = {}) => ask(service.url ?? '', method, path, options),
    /** On the service's database. */
    sql: (statement: string) => query(database, statement),
    /** The service that the rig began with. */
    service,
    async close() {
      for (const each of services.toReversed()) await each.close();
      await log.close();
      await rm(filesDir, { recursive: true, force: true });
      for (const name of databases) await asAdmin((client) => client.query(`drop database ${name} with (force)`));
    },
  };
}

export type AskOptions = {
  readonly body?: object;
  readonly tenant?: string;
  readonly role?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

export async function ask(url: string, method: string, path: string, options: AskOptions): Promise<Answer> {
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
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** Asks again until the answer is as wanted. */
export async function eventually<T>(get: () => Promise<T>, isWanted: (value: T) => boolean, what: string): Promise<T> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const value = await get();
    if (isWanted(value)) return value;
    assert.ok(Date.now() < deadline, `${what} did not come: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

async function query(database: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: database });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

/** Rows of every table of a service's database, ordered, as text; positions and owners left out. */
export async function dump(database: string): Promise<Record<string, string[]>> {
  const client = new pg.Client({ connectionString: database });
  await client.connect();
  try {
    const dumped: Record<string, string[]> = {};
    for (const table of await tablesOf(client)) {
      const { rows } = await client.query<{ row: string }>(`select t::text as row from ${table} as t order by 1`);
      dumped[table] = rows.map(({ row }) => row);
    }
    return dumped;
  } finally {
    await client.end();
  }
}

/** Of both projections, but for where a process stands in the log. */
async function tablesOf(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select table_schema || '.' || table_name as name from information_schema.tables
     where table_schema in ('stations_1', 'commands_1') and table_name <> all($1) order by 1`,
    [['projection_position', 'schema_migrations', 'parked_keys', 'rebuild_said']],
  );
  return rows.map(({ name }) => name);
}

/** Every record of a topic, decoded, with its key. */
export async function recordsOf(rig: Rig, topic: string): Promise<AnyRecord[]> {
  const reader = await openReader(rig.brokers, topic);
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

/** What a gateway does with a command that names a connection it holds. */
export type Conduct = 'answer' | 'send-only' | 'ignore';

export class FakeGateway {
  readonly #rig: Rig;
  readonly #id: string;
  readonly #held = new Map<string, number>();
  readonly #reader: LogReader;
  readonly #following: Promise<void>;
  readonly received: CommandRequested[] = [];
  conduct: Conduct = 'answer';
  /** How the next commands end, one after the other; all others are accepted. */
  readonly outcomes: CommandOutcome[] = [];

  private constructor(rig: Rig, id: string, reader: LogReader) {
    this.#rig = rig;
    this.#id = id;
    this.#reader = reader;
    this.#following = this.#follow();
  }

  static async open(rig: Rig): Promise<FakeGateway> {
    const id = `gw-${randomBytes(4).toString('hex')}`;
    const reader = await openReader(rig.brokers, rig.topics.commands.name);
    for (const [partition, end] of await reader.endOffsets()) reader.assign(partition, end);
    const gateway = new FakeGateway(rig, id, reader);
    await gateway.renewLease(false);
    return gateway;
  }

  async renewLease(ended: boolean): Promise<void> {
    const value = { gatewayId: this.#id, startedAt: 0, renewedAt: Date.now(), ended };
    await this.#append('presence', this.#id, 'GatewayLease', value);
  }

  /** Connects a station; it is accepted, claimed, and its epoch comes back. */
  async connect(stationId: string, options: { accepted?: boolean; claim?: boolean } = {}): Promise<number> {
    const event = connected({ eventId: randomBytes(6).toString('hex'), stationId, recordedAt: Date.now() }, this.#id);
    const epoch = await this.#append('events', stationKey(tenantId, stationId), 'StationConnected', event);
    this.#held.set(stationId, epoch);
    if (options.claim !== false) await this.claim(stationId, { connected: true, accepted: options.accepted ?? true });
    return epoch;
  }

  async claim(stationId: string, fields: Pick<StationPresence, 'connected' | 'accepted'>): Promise<void> {
    const held = { gatewayId: this.#id, connectionEpoch: this.#held.get(stationId) ?? -1 };
    const rest = {
      subprotocol: 'ocpp1.6',
      heartbeatSeconds: 300,
      refuseUntil: null,
      zombieEndedAt: null,
      recordedAt: Date.now(),
    };
    const presence = { tenantId, stationId, ...held, ...fields, ...rest };
    await this.#append('presence', stationKey(tenantId, stationId), 'StationPresence', presence);
  }

  async disconnect(stationId: string): Promise<void> {
    const fields = { stationId, connectionEpoch: this.#held.get(stationId) ?? -1, seq: 1_000, recordedAt: Date.now() };
    await this.#append('events', stationKey(tenantId, stationId), 'StationDisconnected', disconnected(fields));
    await this.claim(stationId, { connected: false, accepted: true });
    this.#held.delete(stationId);
  }

  /** A station boots, tells a status and a variable on its connection. */
  async report(stationId: string): Promise<void> {
    const key = stationKey(tenantId, stationId);
    const on = { stationId, connectionEpoch: this.#held.get(stationId) ?? -1, recordedAt: Date.now() };
    await this.#append('events', key, 'StationBooted', booted({ ...on, seq: 0 }));
    await this.#append('events', key, 'ConnectorStatusChanged', status({ ...on, seq: 1 }, 'Charging'));
    await this.#append(
      'events',
      key,
      'VariablesReported',
      reported({ ...on, seq: 2 }, { A: '1', HeartbeatInterval: '30' }),
    );
  }

  /** A station asks to have a certificate signed; what it sends is told whole. */
  async askToSign(stationId: string, csrPem: string, over: Partial<CertificateSigningRequested> = {}): Promise<void> {
    const eventId = randomBytes(6).toString('hex');
    const asked = meta({
      eventId,
      stationId,
      recordedAt: Date.now(),
      connectionEpoch: this.#held.get(stationId) ?? -1,
    });
    const event = {
      meta: asked,
      csrPem,
      certificateType: 'ChargingStationCertificate',
      requestId: null,
      combined: false,
      ...over,
    };
    await this.#append('events', stationKey(tenantId, stationId), 'CertificateSigningRequested', event);
  }

  async complete(command: Pick<CommandRequested, 'commandId' | 'stationId'>): Promise<void> {
    const { commandId, stationId } = command;
    await this.#append('commands', stationKey(tenantId, stationId), 'CommandCompleted', {
      eventId: randomBytes(6).toString('hex'),
      tenantId,
      stationId,
      commandId,
      outcome: this.outcomes.shift() ?? 'accepted',
      detail: null,
      answerJson: '{"status":"Accepted"}',
      completedAt: Date.now(),
      completedBy: this.#id,
    });
  }

  async close(): Promise<void> {
    await this.#reader.close();
    await this.#following;
  }

  async #follow(): Promise<void> {
    for (let batches = await this.#reader.next(100); batches.length > 0; batches = await this.#reader.next(100)) {
      for (const { value } of batches.flatMap((batch) => batch.records)) {
        const record = value === null ? undefined : decodeRecord(value);
        if (record?.type === 'CommandRequested') await this.#take(record);
      }
    }
  }

  async #take(command: CommandRequested): Promise<void> {
    const { stationId, commandId, connectionEpoch } = command;
    if (this.#held.get(stationId) !== connectionEpoch || this.conduct === 'ignore') return;
    this.received.push(command);
    await this.#append('commands', stationKey(tenantId, stationId), 'CommandSent', {
      eventId: randomBytes(6).toString('hex'),
      tenantId,
      stationId,
      commandId,
      connectionEpoch,
      gatewayId: this.#id,
      messageId: 'm',
      action: 'Reset',
      sentAt: Date.now(),
    });
    if (this.conduct === 'answer') await this.complete(command);
  }

  #append<T extends RecordType>(topic: keyof Topics, key: string, type: T, value: Records[T]): Promise<number> {
    return append(this.#rig.log, this.#rig.topics[topic], key, { type, value: encodeRecord(type, value) });
  }
}

function register(log: LogWriter, topics: Topics, stationId: string, locationId: string | null): Promise<number> {
  const value = encodeRecord('StationRegistered', {
    tenantId,
    stationId,
    rowVersion: 1,
    enabled: true,
    securityProfile: 1,
    verifiers: [],
    locationId,
    heartbeatSeconds: 300,
    bootPolicy: 'accept',
    defaultSubprotocol: null,
    connectorMap: [],
    vendor: null,
    model: null,
    serialNumber: null,
    framesRecorded: true,
    allowsProfileDowngrade: false,
    onboarded: false,
    acceptsWithoutBoot: false,
    traits: null,
    costsShown: null,
  });
  return append(log, topics.registryStations, stationKey(tenantId, stationId), { type: 'StationRegistered', value });
}

function append(
  log: LogWriter,
  topic: Topics[keyof Topics],
  key: string,
  record: { type: string; value: Buffer },
): Promise<number> {
  return log.append(topic.name, partitionOf(key, topic.partitions), [{ key, ...record }]);
}

function topicsOf(run: string): Topics {
  const named = Object.entries(topicsFor(partitions)).map(([name, topic]) => [
    name,
    { ...topic, name: `${run}.${topic.name}` },
  ]);
  return Object.fromEntries(named) as Topics;
}

function openReader(brokers: readonly string[], topic: string): Promise<LogReader> {
  const onLost = (_partition: number, fault: Error): void => assert.fail(fault);
  return openLogReader({ ...logSettings, brokers, clientId: 'test', topic, onLost }, logger);
}

async function asAdmin(fn: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: process.env['DATABASE_URL'] });
  await client.connect();
  try {
    await fn(client);
  } finally {
    await client.end();
  }
}
