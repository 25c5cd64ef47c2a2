// 2.x NotifyEvent (N07, N08): what a station notices about its own components.
import type { OCPP21 } from 'typed-ocpp';
import type { DeviceEvent } from '#contracts/generated/types';
import type { Row } from '../domain/action.ts';
import { orNull } from '../domain/or-null.ts';
import { parseTimestamp } from '../domain/timestamps.ts';
import { shownValue } from '../domain/variables.ts';
import { namesOf } from './variables.ts';

type EventData = OCPP21.NotifyEventRequest['eventData'][number];

export const notifyEvent: Row<OCPP21.NotifyEventRequest> = {
  handle: (request, context) => ({
    reply: {},
    events: [
      {
        type: 'DeviceEventsReported',
        meta: context.meta(parseTimestamp(request.generatedAt)),
        part: request.seqNo,
        last: request.tbc !== true,
        events: request.eventData.map(eventOf),
      },
    ],
  }),
};

function eventOf(data: EventData): DeviceEvent {
  return {
    eventId: data.eventId,
    occurredAt: parseTimestamp(data.timestamp),
    trigger: data.trigger,
    cause: orNull(data.cause),
    // A monitor on a secret would tell it with every change.
    value: shownValue(data.variable.name, data.actualValue) ?? '',
    techCode: orNull(data.techCode),
    techInfo: orNull(data.techInfo),
    cleared: orNull(data.cleared),
    transactionId: orNull(data.transactionId),
    monitorId: orNull(data.variableMonitoringId),
    notificationType: data.eventNotificationType,
    severity: orNull(data.severity),
    ...namesOf(data.component, data.variable),
  };
}
