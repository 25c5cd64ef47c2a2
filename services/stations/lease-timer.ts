// Process: ends connections whose gateway is gone, by an event on the station's partition and a record in presence.
import { encodeRecord } from '#contracts/codec';
import type { StationDisconnected, StationPresence } from '#contracts/generated/types';
import { partitionOf, stationKey } from '#contracts/keys';
import type { Topics } from '#contracts/topics';
import type { LogWriter } from '#kit/event-log/types';
import { failpoint } from '#kit/failpoint';
import type { Closable } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';
import type { Database } from '#kit/postgres';
import { isLeaseForgotten, judgeConnection, type LiveConnection } from './domain/lease.ts';
import { connectionsOf, connectionsOfGateways, countConnections, pageOfConnections } from './live-connections.ts';
import { leasesExpired, stationsConnected } from './metrics.ts';
import type { PresenceBook } from './presence-book.ts';
import { Ticking } from './ticking.ts';

export type LeaseTimerOptions = {
  readonly presence: PresenceBook;
  readonly topics: Pick<Topics, 'events' | 'presence'>;
  readonly log: LogWriter;
  readonly database: Database;
  readonly logger: Logger;
  readonly tickMs: number;
  readonly leaseTimeoutMs: number;
  leads(): boolean;
  /** Resolves when the presence book holds everything that was appended before the call. */
  readToEnd(): Promise<void>;
  now(): number;
};

/** All connections are judged in turn, so many per tick: a million take under two minutes. */
const pageRows = 10_000;
/** Connections of gateways that just went are judged at once, so many per tick. */
const goneRowsMax = 5_000;
/** For so long after a gateway went its connections are asked for by name; then the turn finds what is left. */
const goneWatchMs = 60_000;
/** Connections remembered as unclaimed; more are remembered in a later turn. */
const unclaimedMax = 50_000;
/** After a pause of this process, leases count as renewed just now: silence was ours. */
const pauseMs = 5_000;
const countEveryTicks = 10;
/** Leases that are forgotten per tick. */
const forgottenMax = 100;

export class LeaseTimer implements Closable {
  readonly #options: LeaseTimerOptions;
  /** Since when a connection was seen without a claim. */
  readonly #unclaimed = new Map<string, { readonly epoch: number; readonly since: number }>();
  readonly #ticking: Ticking;
  #ticks = 0;
  #lastTickAt: number;
  #readableSince: number;
  #after: LiveConnection | undefined;

  constructor(options: LeaseTimerOptions) {
    this.#options = options;
    this.#lastTickAt = options.now();
    this.#readableSince = options.now();
    this.#ticking = new Ticking(options.tickMs, () => this.#tick());
  }

  close(): Promise<void> {
    return this.#ticking.close();
  }

  async #tick(): Promise<void> {
    const { now, leads, readToEnd, logger, database } = this.#options;
    const startedAt = now();
    if (startedAt - this.#lastTickAt > pauseMs + this.#options.tickMs) this.#readableSince = startedAt;
    this.#lastTickAt = startedAt;
    try {
      await readToEnd();
      // What took so long to read tells of leases as they were before: a log that was away is our silence, too.
      if (now() - startedAt > pauseMs) this.#readableSince = now();
      if (this.#ticks++ % countEveryTicks === 0) stationsConnected.set(await countConnections(database));
      if (leads()) await this.#judgeAll();
      else this.#unclaimed.clear();
    } catch (error) {
      this.#readableSince = now();
      logger.warn({ err: error }, 'leases not judged');
    }
    this.#lastTickAt = now();
  }

  async #judgeAll(): Promise<void> {
    const { database, now } = this.#options;
    const page = await pageOfConnections(database, this.#after, pageRows);
    this.#after = page.length < pageRows ? undefined : page.at(-1);
    const gone = this.#gatewaysGone(now());
    const ofGone = gone.length === 0 ? [] : await connectionsOfGateways(database, gone, goneRowsMax);
    const unclaimed = this.#unclaimed.size === 0 ? [] : await connectionsOf(database, [...this.#unclaimed.keys()]);
    const connections = new Map([...page, ...ofGone, ...unclaimed].map((each) => [keyOf(each), each]));
    for (const key of this.#unclaimed.keys()) if (!connections.has(key)) this.#unclaimed.delete(key);
    const over = [...connections.values()].filter((connection) => this.#isOver(connection));
    await Promise.all(over.map((connection) => this.#end(connection)));
    await this.#forgetLeases(now());
  }

  /** The topic keeps the last record of every key: without a tombstone that of each gateway that ever started. */
  async #forgetLeases(nowMs: number): Promise<void> {
    const { presence, log, topics } = this.#options;
    const forgotten = [...presence.leases().values()].filter((lease) => isLeaseForgotten(lease, nowMs));
    const append = ({ key }: { readonly key: string }): Promise<number> =>
      log.append(topics.presence.name, partitionOf(key, topics.presence.partitions), [
        { key, type: 'GatewayLease', value: null },
      ]);
    await Promise.all(forgotten.slice(0, forgottenMax).map(append));
  }

  #gatewaysGone(nowMs: number): string[] {
    const { leaseTimeoutMs } = this.#options;
    const isGone = ({ noticedAt, ended }: { noticedAt: number; ended: boolean }): boolean => {
      const silentMs = nowMs - noticedAt;
      return ended ? silentMs < goneWatchMs : silentMs >= leaseTimeoutMs && silentMs < leaseTimeoutMs + goneWatchMs;
    };
    return [...this.#options.presence.leases()].filter(([, lease]) => isGone(lease)).map(([gatewayId]) => gatewayId);
  }

  #isOver(connection: LiveConnection): boolean {
    const { presence, now, leaseTimeoutMs } = this.#options;
    const key = keyOf(connection);
    const nowMs = now();
    const known = this.#unclaimed.get(key);
    const unclaimedSince = known?.epoch === connection.lastEpoch ? known.since : undefined;
    const judgement = judgeConnection(
      connection,
      {
        lease: presence.lease(connection.gatewayId),
        claim: presence.claim(key),
        unclaimedSince,
        readableSince: this.#readableSince,
        leaseTimeoutMs,
      },
      nowMs,
    );
    if (judgement !== 'unclaimed') this.#unclaimed.delete(key);
    else if (unclaimedSince === undefined && this.#unclaimed.size < unclaimedMax) {
      this.#unclaimed.set(key, { epoch: connection.lastEpoch, since: nowMs });
    }
    return judgement === 'over';
  }

  /**
   * 1. The event, so that folds know. 2. The presence record, on which a holder of that connection closes. A crash
   * between them repeats both: the event has the same id, and folds ignore the end of what is over.
   */
  async #end(connection: LiveConnection): Promise<void> {
    const { log, topics, presence, now, logger } = this.#options;
    const key = keyOf(connection);
    const claim = presence.claim(key);
    const unended = failpoint('stations.before-lease-end');
    if (unended !== undefined) await unended;
    const ended = encodeRecord('StationDisconnected', endOf(connection, now()));
    await log.append(topics.events.name, partitionOf(key, topics.events.partitions), [
      { key, type: 'StationDisconnected', value: ended },
    ]);
    const untold = failpoint('stations.before-lease-presence');
    if (untold !== undefined) await untold;
    const record: StationPresence = {
      tenantId: connection.tenantId,
      stationId: connection.stationId,
      gatewayId: connection.gatewayId,
      connectionEpoch: connection.lastEpoch,
      connected: false,
      // Acceptance outlives a connection: a station that comes back need not boot again.
      accepted: claim?.accepted ?? false,
      subprotocol: claim?.subprotocol ?? '',
      heartbeatSeconds: claim?.heartbeatSeconds ?? 0,
      refuseUntil: null,
      zombieEndedAt: claim?.zombieEndedAt ?? null,
      recordedAt: now(),
    };
    await log.append(topics.presence.name, partitionOf(key, topics.presence.partitions), [
      { key, type: 'StationPresence', value: encodeRecord('StationPresence', record) },
    ]);
    leasesExpired.inc();
    logger.warn(
      { stationId: connection.stationId, gatewayId: connection.gatewayId },
      'connection without a gateway ended',
    );
  }
}

function endOf({ tenantId, stationId, lastEpoch }: LiveConnection, nowMs: number): StationDisconnected {
  const meta = {
    eventId: `${tenantId}/${stationId}.lease-expired.${lastEpoch}`,
    tenantId,
    stationId,
    occurredAt: null,
    recordedAt: nowMs,
    source: 'timer',
    connectionEpoch: lastEpoch,
    seq: null,
    ocppVersion: null,
    messageId: null,
    traceparent: null,
  } as const;
  return { meta, cause: 'lease-expired', closeCode: null };
}

function keyOf({ tenantId, stationId }: LiveConnection): string {
  return stationKey(tenantId, stationId);
}
