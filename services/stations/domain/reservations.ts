// The reservations of a station: active until a transaction uses them, or until they are cancelled, expired or lost.
import type { ReservationChanged } from '#contracts/generated/types';
import type { Told } from './standing.ts';

export type ReservationState = 'active' | 'used' | 'expired' | 'cancelled' | 'removed' | 'lost' | 'noTransaction';

export type Reservation = {
  readonly reservationId: number;
  readonly state: ReservationState;
  readonly evseId: number | null;
  readonly connectorType: string | null;
  readonly expiresAt: number | null;
  readonly tokenRef: string | null;
  readonly tokenType: string | null;
  readonly groupRef: string | null;
  readonly acceptedAt: number | null;
  readonly changedAt: number;
  /** The transaction that used it. */
  readonly transactionId: string | null;
  /** recordedAt of the boot since which nobody knows whether the station still has it; null: it has. */
  readonly uncertainSince: number | null;
  /** Connection that told of it last. */
  readonly epoch: number;
};

export type Reservations = readonly Reservation[];

/** Ended ones that are still shown; all active ones are. */
export const endedKeptMax = 20;
const activeMax = 500;

export function reservationsAfter(known: Reservations | null, event: ReservationChanged, told: Told): Reservations {
  const reservations = known ?? [];
  const { change, reservationId } = event;
  switch (change) {
    case 'accepted':
      return accepted(reservations, event, told);
    case 'used':
      return usedBy(reservations, { reservationId, transactionId: null }, told);
    case 'expired':
    case 'cancelled':
    case 'removed':
    case 'lost':
    case 'noTransaction':
      return ended(reservations, event, change, told);
    case 'unknown':
      return reservations;
  }
}

/** A transaction proves that it used the reservation, whatever was said of it before. */
export function usedBy(
  reservations: Reservations,
  { reservationId, transactionId }: { readonly reservationId: number; readonly transactionId: string | null },
  told: Told,
): Reservations {
  const known = reservations.find((each) => each.reservationId === reservationId);
  if (known === undefined) {
    // Some stations write 0 or -1 where there is none.
    if (reservationId <= 0) return reservations;
    const unknown = { evseId: null, connectorType: null, expiresAt: null, tokenRef: null, tokenType: null };
    const used = { reservationId, ...unknown, groupRef: null, acceptedAt: null, uncertainSince: null };
    const { at: changedAt, epoch } = told;
    return bounded([...reservations, { ...used, state: 'used', changedAt, transactionId, epoch }]);
  }
  // The number may be in use again: what an older connection tells late is of the reservation before.
  if (known.epoch > told.epoch) return reservations;
  const isKnown = known.state === 'used' && (transactionId === null || known.transactionId === transactionId);
  if (isKnown) return reservations;
  const used = { state: 'used', changedAt: told.at, uncertainSince: null, epoch: told.epoch } as const;
  return changed(reservations, known, { ...known, ...used, transactionId: transactionId ?? known.transactionId });
}

/** After a boot a station may have lost what it does not keep over one: no version promises that it does. */
export function uncertainSince(reservations: Reservations, told: Told): Reservations {
  const isTouched = (each: Reservation): boolean => each.state === 'active' && each.epoch <= told.epoch;
  if (!reservations.some(isTouched)) return reservations;
  return reservations.map((each) => (isTouched(each) ? { ...each, uncertainSince: told.recordedAt } : each));
}

/** A connector that the station calls reserved is the proof that it kept the reservation. */
export function confirmed(reservations: Reservations, evseId: number): Reservations {
  const isProved = (each: Reservation): boolean =>
    each.state === 'active' && each.uncertainSince !== null && (each.evseId === evseId || (each.evseId ?? 0) === 0);
  if (!reservations.some(isProved)) return reservations;
  return reservations.map((each) => (isProved(each) ? { ...each, uncertainSince: null } : each));
}

export function activeOf(reservations: Reservations | null): Reservations {
  return (reservations ?? []).filter(({ state }) => state === 'active');
}

/** The same number again is a new reservation, or a change of the one that stands (1.6 5.13, 2.x H01). */
function accepted(reservations: Reservations, event: ReservationChanged, told: Told): Reservations {
  const { reservationId, evseId, connectorType, expiresAt, tokenRef, tokenType, groupRef } = event;
  const known = reservations.find((each) => each.reservationId === reservationId);
  if (known !== undefined && known.epoch > told.epoch) return reservations;
  const terms = { evseId, connectorType, expiresAt, tokenRef, tokenType, groupRef };
  const dates = { acceptedAt: told.at, changedAt: told.at, uncertainSince: null, epoch: told.epoch };
  const reservation: Reservation = { reservationId, state: 'active', ...terms, ...dates, transactionId: null };
  return bounded([...reservations.filter((each) => each !== known), reservation]);
}

function ended(
  reservations: Reservations,
  event: ReservationChanged,
  state: ReservationState,
  told: Told,
): Reservations {
  const known = reservations.find((each) => each.reservationId === event.reservationId);
  if (known === undefined || known.state !== 'active' || known.epoch > told.epoch) return reservations;
  if (event.meta.source === 'timer' && !isStillDue(known, event)) return reservations;
  return changed(reservations, known, { ...known, state, changedAt: told.at, uncertainSince: null, epoch: told.epoch });
}

/** A timer decided about what it saw: it is ignored where the station told something newer meanwhile. */
function isStillDue(known: Reservation, { change, expiresAt }: ReservationChanged): boolean {
  return change === 'lost' ? known.uncertainSince !== null : known.expiresAt === expiresAt;
}

function changed(reservations: Reservations, known: Reservation, now: Reservation): Reservations {
  return bounded([...reservations.filter((each) => each !== known), now]);
}

function bounded(reservations: Reservations): Reservations {
  const ends = reservations.filter(({ state }) => state !== 'active').slice(-endedKeptMax);
  return [...reservations.filter(({ state }) => state === 'active').slice(-activeMax), ...ends];
}
