// Rows without logic of their own: the message is kept whole and answered with what promises nothing.
import { redactedJson } from './redaction.ts';
import type { Handled, HandlerContext, Row } from './action.ts';

/** A row that records the message and gives the same answer every time; null: a SEND has none. */
export function recorded(action: string, reply: object | null): Row<object> {
  return { handle: (request, context) => recordMessage(action, request, reply, context) };
}

/** Keeps a message whole, redacted, with what we answer. */
export function recordMessage(action: string, request: object, reply: object | null, context: HandlerContext): Handled {
  return {
    reply: reply ?? {},
    events: [
      {
        type: 'StationMessageRecorded',
        meta: context.meta(null),
        action,
        payloadJson: redactedJson(action, request),
        answerJson: reply === null ? null : redactedJson(action, reply),
      },
    ],
  };
}
