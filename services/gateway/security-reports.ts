// Security events of stations that were not let in, or are not what they say: told to the log, seldom enough that nobody can flood it by knocking.
import { encodeRecord } from '#contracts/codec';
import type { SecurityEventReported } from '#contracts/generated/types';
import { partitionOf, stationKey } from '#contracts/keys';
import { securityEvents } from './metrics.ts';
import type { GatewayParts } from './parts.ts';

/** One of a kind per station within this time. */
const everyMs = 10 * 60_000;
/** Stations and kinds that are remembered; oldest out. */
const rememberedMax = 10_000;

export type ReportParts = Pick<GatewayParts, 'log' | 'topics' | 'logger' | 'now' | 'newEventId'>;

export class SecurityReports {
  readonly #parts: ReportParts;
  readonly #told = new Map<string, number>();

  constructor(parts: ReportParts) {
    this.#parts = parts;
  }

  /** Counted always, recorded at most once per station, kind and ten minutes. */
  report(station: { readonly tenantId: string; readonly stationId: string }, kind: string, info: string): void {
    securityEvents.inc({ kind });
    const now = this.#parts.now();
    const key = stationKey(station.tenantId, station.stationId);
    const name = `${key} ${kind}`;
    if ((this.#told.get(name) ?? -Infinity) > now - everyMs) return;
    this.#remember(name, now);
    const { log, logger, topics } = this.#parts;
    const event = this.#event(station, kind, info);
    const record = { key, type: 'SecurityEventReported', value: encodeRecord('SecurityEventReported', event) };
    log.append(topics.events.name, partitionOf(key, topics.events.partitions), [record]).catch((error: unknown) => {
      this.#told.delete(name);
      logger.warn({ err: error, kind, stationId: station.stationId }, 'security event not recorded');
    });
  }

  #event(
    { tenantId, stationId }: { readonly tenantId: string; readonly stationId: string },
    kind: string,
    info: string,
  ): SecurityEventReported {
    return {
      meta: {
        eventId: this.#parts.newEventId(),
        tenantId,
        stationId,
        occurredAt: null,
        recordedAt: this.#parts.now(),
        source: 'gateway',
        connectionEpoch: null,
        seq: null,
        ocppVersion: null,
        messageId: null,
        traceparent: null,
      },
      kind,
      info,
    };
  }

  #remember(name: string, at: number): void {
    const [oldest] = this.#told.keys();
    if (this.#told.size >= rememberedMax && oldest !== undefined) this.#told.delete(oldest);
    this.#told.delete(name);
    this.#told.set(name, at);
  }
}
