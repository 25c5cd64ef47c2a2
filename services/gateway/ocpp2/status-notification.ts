// 2.x StatusNotification (G01): always of a connector.
import type { OCPP20 } from 'typed-ocpp';
import type { Row } from '../domain/action.ts';
import { parseTimestamp } from '../domain/timestamps.ts';

export const statusNotification: Row<OCPP20.StatusNotificationRequest> = {
  handle: (request, context) => ({
    reply: {},
    events: [
      {
        type: 'ConnectorStatusChanged',
        meta: context.meta(parseTimestamp(request.timestamp)),
        evseId: request.evseId,
        connectorId: request.connectorId,
        status: request.connectorStatus,
        errorCode: null,
        info: null,
        vendorId: null,
        vendorErrorCode: null,
      },
    ],
  }),
};
