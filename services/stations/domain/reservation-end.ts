// When a reservation is over by the clock, and the event that says so: what the reservation timer decides.
import type { ReservationChanged } from '#contracts/generated/types';
import type { Reservation, Reservations } from './reservations.ts';

/** A station that tells the expiry itself (2.x H04) is given so long to do so. */
export const tellsItselfMs = 2 * 60_000;
/** So long after a boot a station may show that it kept a reservation, or we may have it accepted again. */
export const confirmationMs = 2 * 60_000;

export type Place = { readonly tenantId: string; readonly stationId: string };

/** Whether a station of this subprotocol tells of expiries and keeps reservations over a boot: 1.6 promises neither. */
export function isSelfReliant(subprotocol: string | undefined): boolean {
  return subprotocol !== 'ocpp1.6';
}

/** The earliest time at which one of the active ones is over; null: none has an end. */
export function dueAtOf(reservations: Reservations, selfReliant: boolean): number | null {
  const ends = reservations.map((each) => endOf(each, selfReliant)?.at ?? Infinity);
  const earliest = Math.min(...ends);
  return Number.isFinite(earliest) ? earliest : null;
}

/** An event for each that is over: its id is made of what it ends, so that a second one says nothing new. */
export function overdue(
  reservations: Reservations,
  place: Place & { readonly selfReliant: boolean },
  nowMs: number,
): ReservationChanged[] {
  return reservations.flatMap((reservation) => {
    const end = endOf(reservation, place.selfReliant);
    return end === undefined || end.at > nowMs ? [] : [eventOf(reservation, { ...place, ...end }, nowMs)];
  });
}

type End = { readonly change: 'expired' | 'lost'; readonly at: number };

function endOf({ state, expiresAt, uncertainSince }: Reservation, selfReliant: boolean): End | undefined {
  if (state !== 'active') return undefined;
  const expiry = expiresAt === null ? Infinity : expiresAt + (selfReliant ? tellsItselfMs : 0);
  const loss = uncertainSince === null ? Infinity : uncertainSince + confirmationMs;
  if (Math.min(expiry, loss) === Infinity) return undefined;
  return expiry <= loss ? { change: 'expired', at: expiry } : { change: 'lost', at: loss };
}

function eventOf(
  reservation: Reservation,
  { tenantId, stationId, change }: Place & End,
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
