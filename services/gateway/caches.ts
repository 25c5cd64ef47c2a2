// What a gateway knows without asking: stations, tokens, tenants, running sessions and presence, followed from their compacted topics.
import { decodeAs, decodeRecord } from '#contracts/codec';
import type {
  ActiveSession,
  StationPresence,
  StationRegistered,
  TenantRegistered,
  TokenRegistered,
} from '#contracts/generated/types';
import { stationKey, tokenKey } from '#contracts/keys';
import type { Topics } from '#contracts/topics';
import { openTable } from '#kit/event-log/table';
import type { LogRecord } from '#kit/event-log/types';
import type { Logger } from '#kit/logger';
import { ActiveSessions } from './active-sessions.ts';

export type CachesOptions = {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly topics: Topics;
  readonly logger: Logger;
};

export type CacheListener = {
  /** Every presence record of a station from now on, whatever its epoch. */
  onPresence(presence: StationPresence): void;
  /** A station's registration changed, or is gone. */
  onStation(key: string, station: StationRegistered | undefined): void;
};

export type Caches = {
  /** Resolves when every cache has reached the end offsets seen at start. */
  readonly caughtUp: Promise<void>;
  readonly ready: boolean;
  station(key: string): StationRegistered | undefined;
  token(tenantId: string, tokenRef: string): TokenRegistered | undefined;
  /** A tenant of which nothing is known has the careful defaults. */
  tenant(tenantId: string): TenantRegistered;
  presence(key: string): StationPresence | undefined;
  /** That run on the token, on any station. */
  sessionsOf(tenantId: string, tokenRef: string): readonly ActiveSession[];
  listen(listener: CacheListener): void;
  close(): Promise<void>;
};

/**
 * A million stations and tokens stay small as their framed bytes in latin1 strings; each is decoded when asked for.
 * Only a greater row version (or epoch, or the same one again) replaces what is known.
 */
export function openCaches(options: CachesOptions): Caches {
  const stations = new Map<string, string>();
  const tokens = new Map<string, string>();
  const tenants = new Map<string, TenantRegistered>();
  const presences = new Map<string, StationPresence>();
  const active = new ActiveSessions(Date.now);
  const { topics } = options;
  let listener: CacheListener | undefined;
  const tables = [
    follow(options, topics.registryStations.name, (record) => {
      remember(stations, record, 'StationRegistered', options.logger);
      listener?.onStation(record.key, decodedOf(stations.get(record.key), 'StationRegistered'));
    }),
    follow(options, topics.registryTokens.name, (record) =>
      remember(tokens, record, 'TokenRegistered', options.logger),
    ),
    follow(options, topics.registryTenants.name, (record) => rememberTenant(tenants, record, options.logger)),
    follow(options, topics.activeSessions.name, (record) => {
      const session = record.value === null ? undefined : readOf('ActiveSession', record, options.logger);
      if (record.value === null || session !== undefined) active.tell(record.key, session);
    }),
    follow(options, topics.presence.name, (record) => {
      if (record.value === null) presences.delete(record.key);
      const presence = record.value === null ? undefined : readPresence(record.value, options.logger);
      if (presence === undefined) return;
      const key = stationKey(presence.tenantId, presence.stationId);
      if ((presences.get(key)?.connectionEpoch ?? -1) <= presence.connectionEpoch) presences.set(key, presence);
      listener?.onPresence(presence);
    }),
  ];
  let ready = false;
  const caughtUp = Promise.all(tables.map((table) => table.caughtUp)).then(() => {
    ready = true;
  });
  return {
    caughtUp,
    get ready() {
      return ready;
    },
    station: (key) => decodedOf(stations.get(key), 'StationRegistered'),
    token: (tenantId, tokenRef) => decodedOf(tokens.get(tokenKey(tenantId, tokenRef)), 'TokenRegistered'),
    tenant: (tenantId) => tenants.get(tenantId) ?? defaultTenant(tenantId),
    presence: (key) => presences.get(key),
    sessionsOf: (tenantId, tokenRef) => active.of(tenantId, tokenRef),
    listen: (wanted) => {
      listener = wanted;
    },
    close: async () => {
      await Promise.all(tables.map((table) => table.close()));
    },
  };
}

/** What a tenant wants of which the registry told nothing (yet). */
export function defaultTenant(tenantId: string): TenantRegistered {
  return {
    tenantId,
    rowVersion: 0,
    organisation: null,
    unknownStations: 'refuse',
    tokensUnavailable: 'refuse',
    freeVending: false,
    autocharge: false,
    framesRecorded: true,
    costsShown: false,
  };
}

/** Few, and asked on every CALL: kept decoded. */
function rememberTenant(tenants: Map<string, TenantRegistered>, record: LogRecord, logger: Logger): void {
  if (record.value === null) {
    tenants.delete(record.key);
    return;
  }
  const tenant = readOf('TenantRegistered', record, logger);
  if (tenant === undefined || (tenants.get(record.key)?.rowVersion ?? 0) > tenant.rowVersion) return;
  tenants.set(record.key, tenant);
}

function readOf<T extends 'TenantRegistered' | 'ActiveSession'>(type: T, { value, offset }: LogRecord, logger: Logger) {
  try {
    return value === null ? undefined : decodeAs(type, value);
  } catch (error) {
    logger.error({ err: error, type, offset }, 'unreadable record in a cache topic');
    return undefined;
  }
}

type CachedType = 'StationRegistered' | 'TokenRegistered';

function follow(options: CachesOptions, topic: string, onRecord: (record: LogRecord) => void) {
  return openTable({ brokers: options.brokers, clientId: options.clientId, topic, logger: options.logger, onRecord });
}

function remember(cache: Map<string, string>, record: LogRecord, type: CachedType, logger: Logger): void {
  if (record.value === null) {
    cache.delete(record.key);
    return;
  }
  try {
    const version = decodeAs(type, record.value).rowVersion;
    const known = cache.get(record.key);
    if (known !== undefined && decodeAs(type, Buffer.from(known, 'latin1')).rowVersion > version) return;
    cache.set(record.key, record.value.toString('latin1'));
  } catch (error) {
    logger.error({ err: error, type, offset: record.offset }, 'unreadable record in a cache topic');
  }
}

function decodedOf<T extends CachedType>(cached: string | undefined, type: T) {
  return cached === undefined ? undefined : decodeAs(type, Buffer.from(cached, 'latin1'));
}

function readPresence(bytes: Buffer, logger: Logger): StationPresence | undefined {
  try {
    const record = decodeRecord(bytes);
    return record.type === 'StationPresence' ? record : undefined;
  } catch (error) {
    logger.error({ err: error }, 'unreadable presence record');
    return undefined;
  }
}
