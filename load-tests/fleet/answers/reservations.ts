// Reservations: accepted where an EVSE is free, used by their card or its group, expired by the station's own clock.
import type { OCPP16, OCPP21 } from 'typed-ocpp';
import { outageOf } from '#load-tests/fleet/answers/availability';
import { result, row, type Rows } from '#load-tests/fleet/answers/answer';
import type { Timer } from '#load-tests/fleet/clock';
import type { Commanded } from '#load-tests/fleet/dialect';
import type { Facilities } from '#load-tests/fleet/facilities';
import type { Answer } from '#load-tests/fleet/rpc';

export type Reservation = {
  readonly id: number;
  /** The EVSE that is kept free for it. */
  readonly evseId: number;
  /** The driver may take any EVSE; the kept one is free again then. */
  readonly isForAny: boolean;
  readonly uid: string;
  readonly groupUid: string | undefined;
  readonly expiresAtMs: number;
  readonly timer: Timer;
};

export type Reservations = Map<number, Reservation>;

/** Who stands before the EVSE, with the group that the platform or the local list tells. */
export type Claimant = { readonly uid: string; readonly groupUid: string | undefined };

type Wanted = Omit<Reservation, 'timer' | 'isForAny'>;

export const reservations16: Rows = {
  ReserveNow: row<OCPP16.ReserveNowRequest>((station, request) =>
    reserve(station, {
      id: request.reservationId,
      evseId: request.connectorId,
      uid: request.idTag,
      groupUid: request.parentIdTag,
      expiresAtMs: Date.parse(request.expiryDate),
    }),
  ),
  CancelReservation: row<OCPP16.CancelReservationRequest>(cancel),
};

export const reservations2: Rows = {
  ReserveNow: row<OCPP21.ReserveNowRequest>((station, request) =>
    reserve(station, {
      id: request.id,
      evseId: request.evseId ?? 0,
      uid: request.idToken.idToken,
      groupUid: request.groupIdToken?.idToken,
      expiresAtMs: Date.parse(request.expiryDateTime),
    }),
  ),
  CancelReservation: row<OCPP21.CancelReservationRequest>(cancel),
};

export function reservationAt(facilities: Facilities, evseId: number): Reservation | undefined {
  if (facilities.reservations === undefined) return undefined;
  return [...facilities.reservations.values()].find((reservation) => reservation.evseId === evseId);
}

/** Whether the claimant may charge there: it is nobody's, or his, or his group's. */
export function mayCharge(facilities: Facilities, evseId: number, claimant: Claimant): boolean {
  const kept = reservationAt(facilities, evseId);
  return kept === undefined || isOf(kept, claimant);
}

/** Uses up the claimant's reservation for that EVSE, or for any; its id goes into the start. */
export function useReservation(facilities: Facilities, evseId: number, claimant: Claimant): number | undefined {
  const own = [...(facilities.reservations?.values() ?? [])].find(
    (each) => (each.evseId === evseId || each.isForAny) && isOf(each, claimant),
  );
  if (own === undefined) return undefined;
  own.timer.cancel();
  facilities.reservations?.delete(own.id);
  return own.id;
}

function isOf(reservation: Reservation, claimant: Claimant): boolean {
  if (reservation.uid === claimant.uid) return true;
  return reservation.groupUid !== undefined && reservation.groupUid === claimant.groupUid;
}

function reserve(station: Commanded, wanted: Wanted): Answer {
  if (wanted.evseId < 0 || wanted.evseId > station.identity.evses) return result({ status: 'Rejected' });
  if (!(wanted.expiresAtMs > station.now())) return result({ status: 'Rejected' });
  const { facilities } = station;
  const earlier = facilities.reservations?.get(wanted.id);
  const candidates = station.commandedEvses.filter(({ evseId }) => wanted.evseId === 0 || evseId === wanted.evseId);
  const states = candidates.map((evse) => ({
    evseId: evse.evseId,
    refusal: refusalAt(station, evse.evseId, wanted.id),
  }));
  const free = states.find(({ refusal }) => refusal === undefined);
  if (free === undefined) return result({ status: states[0]?.refusal ?? 'Rejected' });
  earlier?.timer.cancel();
  const timer = station.clock.deadline(wanted.expiresAtMs - station.now(), () => expire(station, wanted.id));
  facilities.reservations ??= new Map();
  facilities.reservations.set(wanted.id, { ...wanted, evseId: free.evseId, isForAny: wanted.evseId === 0, timer });
  return result({ status: 'Accepted' }, () => station.conditionsChanged());
}

function refusalAt(station: Commanded, evseId: number, id: number): 'Faulted' | 'Unavailable' | 'Occupied' | undefined {
  const outage = outageOf(station.facilities, evseId);
  if (outage !== undefined) return outage === 'faulted' ? 'Faulted' : 'Unavailable';
  const kept = reservationAt(station.facilities, evseId);
  // The same id again replaces what it reserved before (1.6 section 5.13, H01.FR.02).
  if (kept !== undefined) return kept.id === id ? undefined : 'Occupied';
  const evse = station.commandedEvses.find((each) => each.evseId === evseId);
  return evse?.status === 'available' ? undefined : 'Occupied';
}

function cancel(station: Commanded, { reservationId }: { readonly reservationId: number }): Answer {
  const reservation = station.facilities.reservations?.get(reservationId);
  if (reservation === undefined) return result({ status: 'Rejected' });
  reservation.timer.cancel();
  station.facilities.reservations?.delete(reservationId);
  return result({ status: 'Accepted' }, () => station.conditionsChanged());
}

function expire(station: Commanded, reservationId: number): void {
  station.facilities.reservations?.delete(reservationId);
  // 1.6 has no word for it: the platform has a clock of its own.
  if (station.version !== '1.6') {
    const payload: OCPP21.ReservationStatusUpdateRequest = { reservationId, reservationUpdateStatus: 'Expired' };
    station.tell({ action: 'ReservationStatusUpdate', payload });
  }
  station.conditionsChanged();
}
