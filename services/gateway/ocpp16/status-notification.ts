// 1.6 StatusNotification (4.9).
import type { OCPP16 } from 'typed-ocpp';
import { placeOf, type Row } from '../domain/action.ts';
import { parseTimestamp } from '../domain/timestamps.ts';
import { orNull } from '../domain/or-null.ts';

export const statusNotification: Row<OCPP16.StatusNotificationRequest> = {
  handle(request, context) {
    const { evseId, connectorId } = placeOf(context.station, request.connectorId);
    return {
      reply: {},
      events: [
        {
          type: 'ConnectorStatusChanged',
          meta: context.meta(parseTimestamp(request.timestamp)),
          evseId,
          connectorId,
          status: request.status,
          errorCode: request.errorCode === 'NoError' ? null : request.errorCode,
          info: orNull(request.info),
          vendorId: orNull(request.vendorId),
          vendorErrorCode: orNull(request.vendorErrorCode),
        },
      ],
    };
  },
};
