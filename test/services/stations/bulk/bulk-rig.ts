// Stations of bulk jobs: connected, booted with a version, answering by their conduct; sessions are a server of ours.
import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { encodeRecord, type RecordType } from '#contracts/codec';
import type { Records } from '#contracts/generated/types';
import { partitionOf, stationKey } from '#contracts/keys';
import { booted, meta, tenantId } from '../records.ts';
import { eventually, FakeGateway, openRig, type Answer, type Rig } from '../rig.ts';

export type JobBody = {
  readonly jobId: string;
  readonly state: string;
  readonly why: string | null;
  readonly wave: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly waves: readonly {
    readonly stations: number;
    readonly waiting: number;
    readonly open: number;
    readonly succeeded: number;
    readonly failed: number;
    readonly skipped: number;
    readonly cancelled: number;
  }[];
};

export class BulkRig {
  readonly rig: Rig;
  readonly gateway: FakeGateway;
  /** Stations with a session. */
  readonly charging: Set<string>;
  readonly #sessions: Server;
  readonly #epochs = new Map<string, number>();
  #seq = 0;

  private constructor(parts: { rig: Rig; gateway: FakeGateway; charging: Set<string>; sessions: Server }) {
    this.rig = parts.rig;
    this.gateway = parts.gateway;
    this.charging = parts.charging;
    this.#sessions = parts.sessions;
  }

  static async open(): Promise<BulkRig> {
    const charging = new Set<string>();
    const sessions = createServer((request, response) => {
      const stationId = new URL(request.url ?? '', 'http://x').searchParams.get('stationId') ?? '';
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ items: charging.has(stationId) ? [{}] : [], nextCursor: null }));
    });
    await new Promise<void>((resolve) => sessions.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(sessions.address() as AddressInfo).port}`;
    // Leases of the gateway are not renewed here, and a slow machine must not end its connections.
    const rig = await openRig({ environment: { SESSIONS_URL: url, LEASE_TIMEOUT_MS: '600000' } });
    return new BulkRig({ rig, gateway: await FakeGateway.open(rig), charging, sessions });
  }

  async close(): Promise<void> {
    await this.gateway.close();
    await this.rig.close();
    this.#sessions.close();
  }

  /** A station that connects and boots with the version, where one is given. */
  async station(
    stationId: string,
    { version, locationId = null }: { readonly version?: string; readonly locationId?: string | null } = {},
  ): Promise<void> {
    await this.rig.register(stationId, locationId);
    this.#epochs.set(stationId, await this.gateway.connect(stationId));
    if (version !== undefined) await this.boot(stationId, version);
    await eventually(
      () => this.rig.ask('GET', `/v1/stations/${stationId}/state`),
      ({ status, body }) => status === 200 && JSON.stringify(body).includes(version ?? 'connected'),
      'the station',
    );
  }

  async boot(stationId: string, firmwareVersion: string): Promise<void> {
    await this.#tell(stationId, 'StationBooted', { ...booted(this.#on(stationId)), firmwareVersion });
  }

  async firmwareStatus(stationId: string, status: string): Promise<void> {
    const none = { requestId: null, retrieveAt: null, installAt: null, signed: null, checksum: null, detail: null };
    const event = { meta: meta(this.#on(stationId)), job: 'update', status, answered: false, locations: [], ...none };
    await this.#tell(stationId, 'FirmwareStatusChanged', event as Records['FirmwareStatusChanged']);
  }

  /** Commands of a station, in the order in which it got them. */
  sent(stationId: string) {
    return this.gateway.received.filter((command) => command.stationId === stationId);
  }

  async post(path: string, body?: object, headers: Record<string, string> = {}): Promise<Answer> {
    return this.rig.ask('POST', path, body === undefined ? { headers } : { body, headers });
  }

  async job(path: string, jobId: string): Promise<JobBody> {
    return (await this.rig.ask('GET', `${path}/${jobId}`)).body as unknown as JobBody;
  }

  until(path: string, jobId: string, isWanted: (job: JobBody) => boolean, what: string): Promise<JobBody> {
    return eventually(() => this.job(path, jobId), isWanted, what);
  }

  /** How many rows of the register of jobs hold the text, once as many do as wanted. */
  async registerHas(text: string, wanted: number): Promise<void> {
    const sql = 'select count(*)::int as count from stations_own.bulk_jobs as job where job::text like $1';
    await eventually(
      () => this.sql<{ count: number }>(sql, [`%${text}%`]),
      ([row]) => row?.count === wanted,
      'the register',
    );
  }

  async sql<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.rig.database });
    await client.connect();
    try {
      return (await client.query<Row>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** Writes so that the runner's next look finds it as a crash would have left it: not in the middle of one. */
  async whileWriterWaits(table: string, text: string, values: unknown[]): Promise<void> {
    const client = new pg.Client({ connectionString: this.rig.database });
    await client.connect();
    try {
      await client.query('begin');
      await client.query(`lock table ${table} in exclusive mode`);
      await client.query(text, values);
      await eventually(
        () => this.sql(`select from pg_locks where relation = '${table}'::regclass and not granted`),
        (waiting) => waiting.length > 0,
        'the runner',
      );
      await client.query('commit');
    } finally {
      await client.end();
    }
  }

  #on(stationId: string) {
    this.#seq += 1;
    const eventId = randomBytes(6).toString('hex');
    const connectionEpoch = this.#epochs.get(stationId) ?? -1;
    return { eventId, stationId, connectionEpoch, seq: this.#seq, recordedAt: Date.now() };
  }

  async #tell<T extends RecordType>(stationId: string, type: T, event: Records[T]): Promise<void> {
    const key = stationKey(tenantId, stationId);
    const { name, partitions } = this.rig.topics.events;
    await this.rig.log.append(name, partitionOf(key, partitions), [{ key, type, value: encodeRecord(type, event) }]);
  }
}
