// Appends the ends of reservations that we decide to their stations' partitions, each once while the fold has yet to read it.
import { encodeRecord } from '#contracts/codec';
import type { ReservationChanged } from '#contracts/generated/types';
import { partitionOf, stationKey } from '#contracts/keys';
import type { Topics } from '#contracts/topics';
import type { LogWriter } from '#kit/event-log/types';
import { failpoint } from '#kit/failpoint';
import { reservationsEnded } from './metrics.ts';

/** An end that was appended is not appended again for so long: the fold has yet to read it. */
const againAfterMs = 60_000;
/** Ends remembered as appended; beyond that some are appended twice, which folds ignore. */
const appendedMax = 50_000;

export type ReservationEndsOptions = { readonly topics: Pick<Topics, 'events'>; readonly log: LogWriter };

export class ReservationEnds {
  readonly #options: ReservationEndsOptions;
  /** When each end was appended, by the id of its event. */
  readonly #appended = new Map<string, number>();

  constructor(options: ReservationEndsOptions) {
    this.#options = options;
  }

  /** A crash after the append repeats it under the same id. */
  async append(event: ReservationChanged, nowMs: number): Promise<void> {
    const { eventId, tenantId, stationId } = event.meta;
    if (this.#appended.has(eventId)) return;
    const { log, topics } = this.#options;
    const key = stationKey(tenantId, stationId);
    const undecided = failpoint('stations.before-reservation-end');
    if (undecided !== undefined) await undecided;
    await log.append(topics.events.name, partitionOf(key, topics.events.partitions), [
      { key, type: 'ReservationChanged', value: encodeRecord('ReservationChanged', event) },
    ]);
    const unknown = failpoint('stations.after-reservation-end');
    if (unknown !== undefined) await unknown;
    reservationsEnded.inc({ change: event.change });
    if (this.#appended.size < appendedMax) this.#appended.set(eventId, nowMs);
  }

  forget(nowMs: number): void {
    for (const [id, at] of this.#appended) {
      // They stand in the order in which they were appended.
      if (nowMs - at < againAfterMs) break;
      this.#appended.delete(id);
    }
  }
}
