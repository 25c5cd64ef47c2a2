// 2.x MeterValues (J01): readings outside transactions only.
import type { OCPP20 } from 'typed-ocpp';
import type { Row } from '../domain/action.ts';
import { parseTimestamp } from '../domain/timestamps.ts';
import { readingsOf2 } from './readings.ts';

export const meterValues: Row<OCPP20.MeterValuesRequest> = {
  handle: (request, context) => ({
    reply: {},
    events: [
      {
        type: 'MeterValuesSampled',
        meta: context.meta(parseTimestamp(request.meterValue[0]?.timestamp)),
        transactionId: null,
        reportedId: context.reportedId(null),
        evseId: request.evseId,
        connectorId: 0,
        offline: null,
        readings: readingsOf2(request.meterValue),
      },
    ],
  }),
};
