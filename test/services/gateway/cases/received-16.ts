// What 1.6J stations send: each action's cases.
import type { ReceivedCases } from './case.ts';

export const received16: ReceivedCases = {
  FirmwareStatusNotification: {
    valid: [
      {
        title: 'a firmware update moves on; 1.6 names no request',
        request: { status: 'Downloading' },
        reply: {},
        events: [{ type: 'FirmwareStatusChanged', job: 'update', requestId: null, status: 'Downloading' }],
      },
    ],
    invalid: [{ title: 'a status that no list has', request: { status: 'x' }, code: 'PropertyConstraintViolation' }],
  },
};
