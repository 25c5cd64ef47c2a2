// A gateway's parts with a log whose acknowledgements, a clock and a socket that the test controls.
import { pino } from 'pino';
import type { WebSocket } from 'uWebSockets.js';
import { decodeRecord, encodeRecord, type AnyRecord } from '#contracts/codec';
import { intents, type Intent } from '#contracts/commands';
import type {
  ActiveSession,
  CommandRequested,
  Records,
  StationPresence,
  StationRegistered,
  TenantRegistered,
  TokenRegistered,
} from '#contracts/generated/types';
import type { OcppVersion } from '#contracts/ocpp';
import { topicsFor } from '#contracts/topics';
import { Fault } from '#kit/fault';
import type { AppendRecord, LogRecord, LogWriter } from '#kit/event-log/types';
import { Awake } from '#services/gateway/awake';
import { defaultTenant } from '#services/gateway/caches';
import { gatewayConfig } from '#services/gateway/config';
import { Costs } from '#services/gateway/costs';
import type { Admitted } from '#services/gateway/admitted';
import { Connection } from '#services/gateway/connection';
import type { DowngradeAnswer } from '#services/gateway/device-models';
import type { Exchange } from '#services/gateway/domain/exchange';
import { Liveness } from '#services/gateway/liveness';
import { dialects, type GatewayParts } from '#services/gateway/parts';
import { endsAtOnceMax } from '#services/gateway/life';
import { PartnerTokens, type AskPartner } from '#services/gateway/partner-tokens';
import { Roster } from '#services/gateway/roster';
import { SecurityReports } from '#services/gateway/security-reports';
import { Questions, type Sources } from '#services/gateway/sources';
import { Turns } from '#services/gateway/turns';
import { Vouchers } from '#services/gateway/vouchers';
import { station, tenantKey } from './support.ts';

export type Append = { readonly topic: string; readonly records: readonly AnyRecord[]; ack(): void; fail(): void };

const partnerLimits = { timeoutMs: 3_000, atOnceMax: 8 };

export type NotedExchange = Exchange & { readonly stationId: string };

export type FakeGateway = {
  readonly parts: GatewayParts;
  /** Appends that wait for their acknowledgement, oldest first. */
  readonly pending: Append[];
  /** Everything appended, acknowledged or not, as `topic type`. */
  readonly appended: string[];
  /** The same, decoded. */
  readonly records: AnyRecord[];
  readonly presences: Map<string, StationPresence>;
  readonly tokens: Map<string, TokenRegistered>;
  /** What the audit of frames was told. */
  readonly noted: NotedExchange[];
  /** What the tenant wants, where it is not the default. */
  policies: Partial<TenantRegistered>;
  /** That run, on any station. */
  sessions: ActiveSession[];
  /** What partners say of their tokens. */
  askPartner: AskPartner;
  /** What the stations service knows of a station's own consent to a lower profile. */
  askDowngrade: () => Promise<DowngradeAnswer>;
  /** Acknowledges whatever is appended, at once, from now on. */
  ackAll(): void;
  nowMs: number;
  /** Whether what is acknowledged comes back at once to the reader of the commands. */
  /** What the registry was told of raised profiles and of proved passwords, and the passwords it gives away. */
  readonly raised: { stationId: string; securityProfile: number }[];
  readonly proved: { stationId: string; salt: string }[];
  /** Whoever knocked under an identity that nobody registered. */
  readonly held: { tenantId: string; stationId: string; address: string; subprotocols: string }[];
  readonly passwords: Map<string, string>;
  readsBack: boolean;
  /** The monotonic clock: set forward, it is a pause of the process. */
  monotonicMs: number;
  /** What the gateway does when it is overloaded or its log is away. */
  readonly pressure: FakePressure;
  /** Looks when the test says so. */
  readonly liveness: Liveness;
};

export type FakePressure = {
  withholds: boolean;
  refusal: 'log-away' | 'overloaded' | undefined;
  isLogAway: boolean;
  relieve(isRelieved: boolean): void;
};

function fakePressure(): FakePressure & GatewayParts['pressure'] {
  const waiting: ((isRelieved: boolean) => void)[] = [];
  const pressure = {
    withholds: false,
    refusal: undefined,
    isLogAway: false,
    relieved: () => new Promise<boolean>((resolve) => waiting.push(resolve)),
    logBack: () =>
      pressure.isLogAway ? new Promise<void>((resolve) => waiting.push(() => resolve())) : Promise.resolve(),
    relieve(isRelieved: boolean) {
      pressure.withholds = pressure.withholds && !isRelieved;
      pressure.isLogAway = pressure.isLogAway && !isRelieved;
      for (const resolve of waiting.splice(0)) resolve(isRelieved);
    },
  };
  return pressure;
}

export function fakeGateway(environment: Record<string, string> = {}, sources: Sources = {}): FakeGateway {
  const pending: Append[] = [];
  const appended: string[] = [];
  const everything: AnyRecord[] = [];
  const presences = new Map<string, StationPresence>();
  const tokens = new Map<string, TokenRegistered>();
  const noted: NotedExchange[] = [];
  let acking = false;
  let offset = 100;
  let ids = 0;
  let monotonicMs = 0;
  const append = (topic: string, _partition: number, records: readonly AppendRecord[]): Promise<number> =>
    new Promise((resolve, reject) => {
      for (const { type } of records) appended.push(`${topic} ${type}`);
      const base = offset;
      offset += records.length;
      const decoded = records.flatMap(({ value }) => (value === null ? [] : [decodeRecord(value)]));
      everything.push(...decoded);
      const entry = {
        topic,
        records: decoded,
        ack: () => {
          resolve(base);
          if (gateway.readsBack) readBack(roster, decoded);
        },
        fail: () => reject(new Fault('LOG_UNAVAILABLE')),
      };
      if (acking) entry.ack();
      else pending.push(entry);
    });
  const asked = new Questions(sources, { timeoutMs: 1_000, atOnceMax: 4 }, pino({ level: 'silent' }));
  const roster = new Roster();
  const log: LogWriter = { append, queuedBytes: 0, oldestUnackedMs: () => 0, close: async () => undefined };
  const pressure = fakePressure();
  const nowMs = (): number => monotonicMs;
  const config = gatewayConfig(environment);
  const liveness = new Liveness({ config, connections: roster.unfinished, nowMs });
  const gateway: FakeGateway = {
    pressure,
    liveness,
    pending,
    appended,
    records: everything,
    presences,
    tokens,
    noted,
    policies: {},
    sessions: [],
    askPartner: () => Promise.reject(new Error('no partner')),
    askDowngrade: () => Promise.resolve('not-allowed'),
    raised: [],
    proved: [],
    held: [],
    passwords: new Map(),
    readsBack: true,
    nowMs: Date.UTC(2026, 10, 25, 10),
    get monotonicMs() {
      return monotonicMs;
    },
    set monotonicMs(ms) {
      monotonicMs = ms;
    },
    ackAll() {
      acking = true;
      for (const entry of pending.splice(0)) entry.ack();
    },
    parts: {
      config,
      gatewayId: 'gw-test',
      topics: topicsFor(24),
      log,
      caches: {
        caughtUp: Promise.resolve(),
        ready: true,
        station: () => station,
        token: (_tenantId, tokenRef) => tokens.get(tokenRef),
        tenant: (tenantId) => ({ ...defaultTenant(tenantId), ...gateway.policies }),
        presence: (key) => presences.get(key),
        sessionsOf: (_tenantId, tokenRef) => gateway.sessions.filter((session) => session.tokenRef === tokenRef),
        listen: () => undefined,
        close: async () => undefined,
      },
      presence: {
        claim: async (presence) => {
          appended.push(`presence ${presence.connected ? 'connected' : 'gone'}${presence.accepted ? ' accepted' : ''}`);
          presences.set(`${presence.tenantId}/${presence.stationId}`, presence);
        },
        close: async () => undefined,
      },
      reports: new SecurityReports({
        log,
        topics: topicsFor(24),
        logger: pino({ level: 'silent' }),
        now: () => gateway.nowMs,
        newEventId: () => `e${ids++}`,
      }),
      registry: {
        raiseProfile: async ({ stationId }, securityProfile) => {
          gateway.raised.push({ stationId, securityProfile });
        },
        passwordOf: async (_station, credentialId) => gateway.passwords.get(credentialId),
        proved: async ({ stationId }, salt) => {
          gateway.proved.push({ stationId, salt });
        },
        held: async (knock) => {
          gateway.held.push(knock);
        },
      },
      deviceModels: { allowsDowngrade: () => gateway.askDowngrade() },
      roster,
      liveness,
      awake: new Awake({
        pausedMsMax: 15_000,
        now: () => monotonicMs,
        onPause: () => roster.endAll(1012, 'service was stopped', 'stopped'),
      }),
      vouchers: new Vouchers(() => tenantKey),
      partners: new PartnerTokens((...asked) => gateway.askPartner(...asked), partnerLimits, pino({ level: 'silent' })),
      ends: new Turns(endsAtOnceMax),
      questions: asked,
      costs: new Costs({ questions: asked, runningEveryMs: 60_000, now: () => gateway.nowMs }),
      frames: { note: ({ stationId }, exchange) => void noted.push({ stationId, ...exchange }) },
      pressure,
      logger: pino({ level: 'silent' }),
      now: () => gateway.nowMs,
      random: () => 0.5,
      newEventId: () => `e${ids++}`,
      tenantKey: () => tenantKey,
    },
  };
  return gateway;
}

function readBack(roster: Roster, records: readonly AnyRecord[]): void {
  for (const record of records)
    if (record.type === 'CommandSent')
      roster.get(`${record.tenantId}/${record.stationId}`)?.outbound.readBack(record.messageId);
}

export type FakeSocket = {
  readonly sent: string[];
  readonly ends: { code: number; reason: string }[];
  pings: number;
  cuts: number;
  end(code: number, reason: string): void;
};

/** A connection on a socket that remembers what was written. */
export function connect(
  gateway: FakeGateway,
  version: OcppVersion = '1.6',
  registered: StationRegistered = station,
): { connection: Connection; socket: FakeSocket } {
  const socket: FakeSocket = {
    sent: [],
    ends: [],
    pings: 0,
    cuts: 0,
    end: (code, reason) => socket.ends.push({ code, reason }),
  };
  const ws = {
    send: (text: string) => socket.sent.push(text) && 1,
    end: (code: number, reason: string) => socket.end(code, reason),
    ping: () => socket.pings++,
    close: () => socket.cuts++,
  };
  const admitted: Admitted = {
    tenantId: 'default',
    stationId: registered.stationId,
    station: registered,
    dialect: dialects[version],
    subprotocol: `ocpp${version}`,
    remoteAddress: '127.0.0.1',
    securityProfile: 1,
    certificate: null,
  };
  const connection = new Connection(gateway.parts, ws as unknown as WebSocket<Admitted>, admitted);
  gateway.parts.roster.replace(connection.key, connection);
  return { connection, socket };
}

let commandIds = 0;

/** A command for exactly this connection, with its own id, that may wait as long as its intent says. */
export function command(
  gateway: FakeGateway,
  connection: Connection,
  intent: Intent,
  parameters: object,
): CommandRequested {
  const { lane, expirySeconds } = intents[intent];
  return {
    eventId: `c${commandIds}`,
    tenantId: connection.tenantId,
    stationId: connection.stationId,
    commandId: `command-${commandIds++}`,
    connectionEpoch: connection.epoch ?? -1,
    intent,
    parametersJson: JSON.stringify(parameters),
    lane,
    requestedBy: 'test',
    requestedAt: gateway.nowMs,
    expiresAt: gateway.nowMs + expirySeconds * 1000,
  };
}

/** A record of the commands topic as a reader hands it over. */
export function logRecord<T extends 'CommandRequested' | 'CommandSent' | 'CommandCompleted'>(
  type: T,
  value: Records[T],
): LogRecord {
  const { tenantId, stationId } = value;
  return { offset: 0, timestampMs: 0, key: `${tenantId}/${stationId}`, type, value: encodeRecord(type, value) };
}

/** Lets everything that waits for a resolved promise run. */
export async function settle(): Promise<void> {
  for (let n = 0; n < 50; n++) await Promise.resolve();
}
