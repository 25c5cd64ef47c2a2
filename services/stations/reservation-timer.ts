// Process: ends reservations that are over by the clock where their station does not, by an event on the station's partition.
import type { Closable } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';
import type { Database } from '#kit/postgres';
import { isSelfReliant, overdue } from './domain/reservation-end.ts';
import { pageOfDue, type DueStation } from './due-reservations.ts';
import { ReservationEnds, type ReservationEndsOptions } from './reservation-ends.ts';
import { Ticking } from './ticking.ts';

export type ReservationTimerOptions = ReservationEndsOptions & {
  readonly database: Database;
  readonly logger: Logger;
  readonly tickMs: number;
  leads(): boolean;
  now(): number;
};

const pageRows = 1_000;

export class ReservationTimer implements Closable {
  readonly #options: ReservationTimerOptions;
  readonly #ends: ReservationEnds;
  readonly #ticking: Ticking;

  constructor(options: ReservationTimerOptions) {
    this.#options = options;
    this.#ends = new ReservationEnds(options);
    this.#ticking = new Ticking(options.tickMs, () => this.#tick());
  }

  close(): Promise<void> {
    return this.#ticking.close();
  }

  async #tick(): Promise<void> {
    const { now, leads, logger, database } = this.#options;
    this.#ends.forget(now());
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

  /** The table may be behind the log: the fold ignores the end of what was used or accepted anew meanwhile. */
  async #endThoseOf({ tenantId, stationId, subprotocol, reservations }: DueStation): Promise<void> {
    const selfReliant = isSelfReliant(subprotocol ?? undefined);
    const nowMs = this.#options.now();
    const events = overdue(reservations, { tenantId, stationId, selfReliant }, nowMs);
    for (const event of events) await this.#ends.append(event, nowMs);
  }
}
