// What 2.x stations answer about messages on their display.
import type { OCPP20 } from 'typed-ocpp';
import { withFacts } from '../domain/call.ts';
import { messagesChanged } from '../domain/facts.ts';
import { orNull } from '../domain/or-null.ts';
import { parseTimestamp } from '../domain/timestamps.ts';

export const setDisplayMessage = withFacts<OCPP20.SetDisplayMessageRequest, OCPP20.SetDisplayMessageResponse>(
  (_answer, { request: { message }, meta }) =>
    messagesChanged(meta(null), 'set', {
      messageId: message.id,
      priority: message.priority,
      state: orNull(message.state),
      startsAt: parseTimestamp(message.startDateTime),
      endsAt: parseTimestamp(message.endDateTime),
      transactionId: orNull(message.transactionId),
      format: message.message.format,
      language: orNull(message.message.language),
      content: message.message.content,
      component: orNull(message.display?.name),
      evseId: orNull(message.display?.evse?.id),
    }),
);

export const clearDisplayMessage = withFacts<OCPP20.ClearDisplayMessageRequest, OCPP20.ClearDisplayMessageResponse>(
  (_answer, { request: { id }, meta }) => messagesChanged(meta(null), 'cleared', { messageId: id }),
);
