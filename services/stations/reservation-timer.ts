// Process: ends reservations that are over by the clock where their station does not, by an event on the station's partition.
import { encodeRecord } from '#contracts/codec';
import type { ReservationChanged } from '#contracts/generated/types';
import { partitionOf, stationKey } from '#contracts/keys';
import type { Topics } from '#contracts/topics';
import type { LogWriter } from '#kit/event-log/types';
import { failpoint } from '#kit/failpoint';
import type { Closable } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';
import type { Database } from '#kit/postgres';
import { isSelfReliant, overdue } from './domain/reservation-end.ts';
import { pageOfDue, type DueStation } from './due-reservations.ts';
import { reservationsEnded } from './metrics.ts';
import { Ticking } from './ticking.ts';

export type ReservationTimerOptions = {
  readonly topics: Pick<Topics, 'events'>;
  readonly log: LogWriter;
  readonly database: Database;
  readonly logger: Logger;
  readonly tickMs: number;
  leads(): boolean;
  now(): number;
};

const pageRows = 1_000;
/** An end that was appended is not appended again for so long: the fold has yet to read it. */
const againAfterMs = 60_000;
/** Ends remembered as appended; beyond that some are appended twice, which folds ignore. */
const appendedMax = 50_000;

export class ReservationTimer implements Closable {
  readonly #options: ReservationTimerOptions;
  /** When each end was appended, by the id of its event. */
  readonly #appended = new Map<string, number>();
  readonly #ticking: Ticking;

  constructor(options: ReservationTimerOptions) {
    this.#options = options;
    this.#ticking = new Ticking(options.tickMs, () => this.#tick());
  }

  close(): Promise<void> {
    return this.#ticking.close();
  }

  async #tick(): Promise<void> {
    const { now, leads, logger, database } = this.#options;
    this.#forget(now());
    if (!leads()) return;
    try {
      let page: DueStation[] = [];
      do {
        page = await pageOfDue(database, now(), page.at(-1), pageRows);
        await Promise.all(page.map((station) => this.#endThoseOf(station)));
      } while (page.length === pageRows);
    } catch (error) {
      logger.warn({ err: error }, 'reservations not ended');
    }
  }

  /**
   * The table may be behind the log: what the station tells first wins in the fold, which ignores the end of what is used
   * or accepted anew. A crash after the append repeats it under the same id.
   */
  async #endThoseOf({ tenantId, stationId, subprotocol, reservations }: DueStation): Promise<void> {
    const selfReliant = isSelfReliant(subprotocol ?? undefined);
    const nowMs = this.#options.now();
    for (const event of overdue(reservations, { tenantId, stationId, selfReliant }, nowMs)) {
      if (this.#appended.has(event.meta.eventId)) continue;
      await this.#append(event);
      if (this.#appended.size < appendedMax) this.#appended.set(event.meta.eventId, nowMs);
    }
  }

  async #append(event: ReservationChanged): Promise<void> {
    const { log, topics } = this.#options;
    const key = stationKey(event.meta.tenantId, event.meta.stationId);
    const undecided = failpoint('stations.before-reservation-end');
    if (undecided !== undefined) await undecided;
    await log.append(topics.events.name, partitionOf(key, topics.events.partitions), [
      { key, type: 'ReservationChanged', value: encodeRecord('ReservationChanged', event) },
    ]);
    const unknown = failpoint('stations.after-reservation-end');
    if (unknown !== undefined) await unknown;
    reservationsEnded.inc({ change: event.change });
  }

  #forget(nowMs: number): void {
    for (const [id, at] of this.#appended) {
      // They stand in the order in which they were appended.
      if (nowMs - at < againAfterMs) break;
      this.#appended.delete(id);
    }
  }
}
