// Process: after a boot sends the station its reservations again, once, and calls those lost that it does not take.
import { encodeRecord } from '#contracts/codec';
import { laneOf } from '#contracts/commands';
import type { CommandRequested } from '#contracts/generated/types';
import { commandIdOf, partitionOf, stationKey } from '#contracts/keys';
import type { Topics } from '#contracts/topics';
import type { LogWriter } from '#kit/event-log/types';
import { failpoint } from '#kit/failpoint';
import type { Closable } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';
import type { Database } from '#kit/postgres';
import type { CommandBook, Entry } from './command-book.ts';
import { byStations } from './domain/command.ts';
import { endEventOf, type Place } from './domain/reservation-end.ts';
import { afterBoot, attemptsMax, type AfterBoot, type Attempt } from './domain/reservation-resend.ts';
import { activeOf, type Reservation } from './domain/reservations.ts';
import type { ReservingWords } from './domain/reserving.ts';
import { pageOfDoubtful, type DoubtfulStation } from './due-reservations.ts';
import { commandsRequested } from './metrics.ts';
import type { PresenceBook } from './presence-book.ts';
import { ReservationEnds } from './reservation-ends.ts';
import { Ticking } from './ticking.ts';

export type ReservationResenderOptions = {
  readonly topics: Pick<Topics, 'events' | 'commands'>;
  readonly log: LogWriter;
  readonly database: Database;
  readonly commands: CommandBook;
  readonly presence: PresenceBook;
  readonly logger: Logger;
  readonly tickMs: number;
  leads(): boolean;
  /** Resolves when both books hold everything that was appended before the call. */
  readToEnd(): Promise<void>;
  now(): number;
};

const pageRows = 1_000;
/** Every version names an expiry; where it could not be read, the command waits so long. */
const endlessMs = 30_000;

type Decided = {
  readonly place: Place;
  readonly reservation: Reservation;
  readonly next: AfterBoot;
  readonly words: ReservingWords | undefined;
  readonly attempts: number;
  readonly callableEpoch: number | null;
};

export class ReservationResender implements Closable {
  readonly #options: ReservationResenderOptions;
  readonly #ends: ReservationEnds;
  readonly #ticking: Ticking;

  constructor(options: ReservationResenderOptions) {
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
      let page: DoubtfulStation[] = [];
      do {
        page = await pageOfDoubtful(database, page.at(-1), pageRows);
        await this.#decide(page);
      } while (page.length === pageRows);
    } catch (error) {
      logger.warn({ err: error }, 'reservations not sent again');
    }
  }

  /**
   * 1. Is there something to decide? 2. Read both topics to their end, so that nothing asked before is overlooked. 3. Decide
   * on what is known then. 4. Append. A crash after 4 decides the same again under the same ids; readers take the first.
   */
  async #decide(page: readonly DoubtfulStation[]): Promise<void> {
    if (this.#decisionsFor(page).length === 0) return;
    await this.#options.readToEnd();
    const decisions = this.#decisionsFor(page);
    await Promise.all(decisions.map((decided) => this.#carryOut(decided)));
    // What was asked for is in the book before the next look.
    if (decisions.length > 0) await this.#options.readToEnd();
  }

  #decisionsFor(page: readonly DoubtfulStation[]): Decided[] {
    return page.flatMap((station) =>
      activeOf(station.reservations)
        .map((reservation) => this.#decisionOn(station, reservation))
        .filter(({ next }) => next !== undefined),
    );
  }

  #decisionOn(place: Place, reservation: Reservation): Decided {
    const { commands, presence, now } = this.#options;
    const key = stationKey(place.tenantId, place.stationId);
    const claim = presence.claim(key);
    const callableEpoch = claim?.connected === true && claim.accepted ? claim.connectionEpoch : null;
    const words = commands.reservationOf(key, reservation.reservationId);
    const attempts = this.#attemptsOf(place, reservation);
    const situation = { isKnown: words !== undefined, attempts, callableEpoch, nowMs: now() };
    const next = afterBoot(reservation, situation);
    return { place, reservation, next, words, attempts: attempts.length, callableEpoch };
  }

  #attemptsOf(place: Place, reservation: Reservation): Attempt[] {
    const attempts: Attempt[] = [];
    for (let number = 1; number <= attemptsMax; number++) {
      const entry = this.#options.commands.get(nameOf(place, reservation, number));
      if (entry === undefined) break;
      attempts.push(attemptOf(entry));
    }
    return attempts;
  }

  async #carryOut({ place, reservation, next, words, attempts, callableEpoch }: Decided): Promise<void> {
    if (next === 'lost') {
      const nowMs = this.#options.now();
      return this.#ends.append(endEventOf(reservation, { ...place, change: 'lost' }, nowMs), nowMs);
    }
    if (words === undefined || callableEpoch === null) return;
    const commandId = nameOf(place, reservation, attempts + 1);
    await this.#ask(place, { commandId, words, connectionEpoch: callableEpoch, expiresAt: reservation.expiresAt });
  }

  /** In the driver's lane, as the first time: somebody may stand before the station. */
  async #ask(place: Place, asked: Asked): Promise<void> {
    const { log, topics, now, logger } = this.#options;
    const key = stationKey(place.tenantId, place.stationId);
    const request = requestOf(place, asked, now());
    const unasked = failpoint('stations.before-reservation-request');
    if (unasked !== undefined) await unasked;
    await log.append(topics.commands.name, partitionOf(key, topics.commands.partitions), [
      { key, type: 'CommandRequested', value: encodeRecord('CommandRequested', request) },
    ]);
    const unread = failpoint('stations.after-reservation-request');
    if (unread !== undefined) await unread;
    commandsRequested.inc({ intent: request.intent });
    logger.info({ stationId: place.stationId, commandId: request.commandId }, 'reservation sent again after a boot');
  }
}

type Asked = {
  readonly commandId: string;
  readonly words: ReservingWords;
  readonly connectionEpoch: number;
  readonly expiresAt: number | null;
};

function requestOf({ tenantId, stationId }: Place, asked: Asked, nowMs: number): CommandRequested {
  const { commandId, words, connectionEpoch, expiresAt } = asked;
  const { intent, parameters } = words;
  return {
    eventId: `${commandId}.requested`,
    tenantId,
    stationId,
    commandId,
    intent,
    parametersJson: JSON.stringify(parameters),
    connectionEpoch,
    lane: laneOf(intent, parameters),
    requestedAt: nowMs,
    expiresAt: expiresAt ?? nowMs + endlessMs,
    requestedBy: byStations,
  };
}

/** Made of the boot, so that whoever decides asks for it under one name. */
function nameOf(
  { tenantId, stationId }: Place,
  { reservationId, uncertainSince }: Reservation,
  attempt: number,
): string {
  return commandIdOf(tenantId, stationId, `reservation-after-boot-${reservationId}-${uncertainSince}-${attempt}`);
}

function attemptOf({ command: { life, connectionEpoch } }: Entry): Attempt {
  return { outcome: life.phase === 'completed' ? life.outcome : null, connectionEpoch };
}
