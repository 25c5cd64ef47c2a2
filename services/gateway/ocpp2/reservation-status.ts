// 2.x ReservationStatusUpdate (H04): the station let a reservation go; 2.1 also says that it was used for nothing.
import type { OCPP21 } from 'typed-ocpp';
import type { ReservationChange } from '#contracts/generated/types';
import type { Row } from '../domain/action.ts';
import { reservationChanged } from '../domain/facts.ts';

type Request = OCPP21.ReservationStatusUpdateRequest;

const changes: Readonly<Record<Request['reservationUpdateStatus'], ReservationChange>> = {
  Expired: 'expired',
  Removed: 'removed',
  NoTransaction: 'noTransaction',
};

export const reservationStatusUpdate: Row<Request> = {
  handle: ({ reservationId, reservationUpdateStatus }, context) => ({
    reply: {},
    events: [reservationChanged(context.meta(null), { reservationId, change: changes[reservationUpdateStatus] })],
  }),
};
