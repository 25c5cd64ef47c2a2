// What 2.x stations answer about messages on their display.
import type { OCPP20, OCPP21 } from 'typed-ocpp';
import { withFacts } from '../domain/call.ts';
import { messagesChanged } from '../domain/facts.ts';
import { displayMessageOf } from './notify-display-messages.ts';

export const setDisplayMessage = withFacts<OCPP21.SetDisplayMessageRequest, OCPP20.SetDisplayMessageResponse>(
  (_answer, { request: { message }, meta }) => messagesChanged(meta(null), 'set', displayMessageOf(message)),
);

export const clearDisplayMessage = withFacts<OCPP20.ClearDisplayMessageRequest, OCPP20.ClearDisplayMessageResponse>(
  (_answer, { request: { id }, meta }) => messagesChanged(meta(null), 'cleared', { messageId: id }),
);
