// When a reservation is over by the clock, and the events by which we say that it is over.
import type { ReservationChanged } from '#contracts/generated/types';
import type { Reservation, Reservations } from './reservations.ts';

/** A station that tells the expiry itself (2.x H04) is given so long to do so. */
export const tellsItselfMs = 2 * 60_000;

export type Place = { readonly tenantId: string; readonly stationId: string };

/** Whether a station of this subprotocol tells of expiries: 1.6 does not. */
export function isSelfReliant(subprotocol: string | undefined): boolean {
  return subprotocol !== 'ocpp1.6';
}

/** The earliest time at which one of the active ones is over; null: none has an end. */
export function dueAtOf(reservations: Reservations, selfReliant: boolean): number | null {
  const earliest = Math.min(...reservations.map((each) => expiryOf(each, selfReliant)));
  return Number.isFinite(earliest) ? earliest : null;
}

/** An event for each that is over: its id is made of what it ends, so that a second one says nothing new. */
export function overdue(
  reservations: Reservations,
  place: Place & { readonly selfReliant: boolean },
  nowMs: number,
): ReservationChanged[] {
  return reservations
    .filter((each) => isOver(expiryOf(each, place.selfReliant), nowMs))
    .map((each) => endEventOf(each, { ...place, change: 'expired' }, nowMs));
}

function isOver(expiryMs: number, nowMs: number): boolean {
  return Number.isFinite(expiryMs) && expiryMs <= nowMs;
}

function expiryOf({ state, expiresAt }: Reservation, selfReliant: boolean): number {
  if (state !== 'active' || expiresAt === null) return Infinity;
  return expiresAt + (selfReliant ? tellsItselfMs : 0);
}

/** Its id is made of what ends: the expiry, or the boot over which it was lost. */
export function endEventOf(
  reservation: Reservation,
  { tenantId, stationId, change }: Place & { readonly change: 'expired' | 'lost' },
  nowMs: number,
): ReservationChanged {
  const { reservationId, evseId, connectorType, expiresAt, tokenRef, tokenType, groupRef, uncertainSince } =
    reservation;
  const ended = change === 'expired' ? expiresAt : uncertainSince;
  const meta = {
    eventId: `${tenantId}/${stationId}.reservation-${change}.${reservationId}.${ended}`,
    tenantId,
    stationId,
    occurredAt: null,
    recordedAt: nowMs,
    source: 'timer',
    connectionEpoch: null,
    seq: null,
    ocppVersion: null,
    messageId: null,
    traceparent: null,
  } as const;
  return { meta, reservationId, change, evseId, connectorType, expiresAt, tokenRef, tokenType, groupRef };
}
