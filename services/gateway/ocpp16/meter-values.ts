// 1.6 MeterValues (4.7): the hot path of the platform.
import type { OCPP16 } from 'typed-ocpp';
import { placeOf, type Row } from '../domain/action.ts';
import { parseTimestamp } from '../domain/timestamps.ts';
import { readingsOf16 } from './readings.ts';

export const meterValues: Row<OCPP16.MeterValuesRequest> = {
  handle(request, context) {
    const { evseId, connectorId } = placeOf(context.station, request.connectorId);
    const transactionId = request.transactionId === undefined ? null : String(request.transactionId);
    return {
      reply: {},
      events: [
        {
          type: 'MeterValuesSampled',
          meta: context.meta(parseTimestamp(request.meterValue[0]?.timestamp)),
          transactionId,
          reportedId: context.reportedId(transactionId),
          evseId,
          connectorId,
          offline: null,
          readings: readingsOf16(request.meterValue, 'Sample.Periodic'),
        },
      ],
    };
  },
};
