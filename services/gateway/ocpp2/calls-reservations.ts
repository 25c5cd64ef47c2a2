// What 2.x stations answer about reservations.
import type { OCPP20 } from 'typed-ocpp';
import { tokenRefPattern } from '#contracts/registry';
import { withFacts } from '../domain/call.ts';
import { reservationChanged } from '../domain/facts.ts';
import { orNull } from '../domain/or-null.ts';
import { parseTimestamp } from '../domain/timestamps.ts';

const refPattern = new RegExp(tokenRefPattern);

export const reserveNow = withFacts<OCPP20.ReserveNowRequest, OCPP20.ReserveNowResponse>(
  (_answer, { request, refOf, meta }) =>
    reservationChanged(meta(null), {
      reservationId: request.id,
      change: 'accepted',
      evseId: orNull(request.evseId),
      connectorType: orNull(request.connectorType),
      expiresAt: parseTimestamp(request.expiryDateTime),
      tokenRef: refOf(request.idToken.type, request.idToken.idToken),
      tokenType: request.idToken.type,
      groupRef: groupRefOf(request.groupIdToken?.idToken),
    }),
);

/** What we tell of a group is its ref (groupIdOf of keys.ts); another word came by a raw CALL. */
function groupRefOf(groupId: string | undefined): string | null {
  return groupId !== undefined && refPattern.test(groupId) ? groupId : null;
}

export const cancelReservation = withFacts<OCPP20.CancelReservationRequest, OCPP20.CancelReservationResponse>(
  (_answer, { request: { reservationId }, meta }) =>
    reservationChanged(meta(null), { reservationId, change: 'cancelled' }),
);
