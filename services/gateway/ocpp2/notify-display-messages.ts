// 2.x NotifyDisplayMessages (O03): one part of the messages on a station's display.
import type { OCPP21 } from 'typed-ocpp';
import type { DisplayMessage } from '#contracts/generated/types';
import type { Row } from '../domain/action.ts';
import { orNull } from '../domain/or-null.ts';
import { parseTimestamp } from '../domain/timestamps.ts';

type MessageInfo = NonNullable<OCPP21.NotifyDisplayMessagesRequest['messageInfo']>[number];

export const notifyDisplayMessages: Row<OCPP21.NotifyDisplayMessagesRequest> = {
  handle: (request, context) => ({
    reply: {},
    events: [
      {
        type: 'DisplayMessagesReported',
        meta: context.meta(null),
        change: 'report',
        requestId: request.requestId,
        // Its parts are not numbered: they come in order, one CALL after the other.
        part: null,
        last: request.tbc !== true,
        messages: (request.messageInfo ?? []).map(displayMessageOf),
      },
    ],
  }),
};

/** How 2.x writes a message on a display, in our words. */
export function displayMessageOf(info: MessageInfo): DisplayMessage {
  const { message, display } = info;
  return {
    messageId: info.id,
    priority: info.priority,
    state: orNull(info.state),
    startsAt: parseTimestamp(info.startDateTime),
    endsAt: parseTimestamp(info.endDateTime),
    transactionId: orNull(info.transactionId),
    format: message.format,
    language: orNull(message.language),
    content: message.content,
    component: orNull(display?.name),
    evseId: orNull(display?.evse?.id),
    extraJson: info.messageExtra === undefined ? null : JSON.stringify(info.messageExtra),
  };
}
