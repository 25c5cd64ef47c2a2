// SecurityEventNotification of 1.6 (whitepaper) and 2.x: same fields, same fact.
import type { Row } from './action.ts';
import { parseTimestamp } from './timestamps.ts';

type SecurityEvent = { readonly type: string; readonly timestamp: string; readonly techInfo?: string };

export const securityEvent: Row<SecurityEvent> = {
  handle: (request, context) => ({
    reply: {},
    events: [
      {
        type: 'SecurityEventReported',
        meta: context.meta(parseTimestamp(request.timestamp)),
        kind: request.type,
        info: request.techInfo ?? null,
      },
    ],
  }),
};
