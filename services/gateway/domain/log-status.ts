// What stations tell of uploads: 1.6 DiagnosticsStatusNotification (4.4), LogStatusNotification of 1.6 and 2.x (N01).
import type { Row } from './action.ts';
import { orNull } from './or-null.ts';
import { detailOf } from './status-info.ts';

type UploadStatus = {
  readonly status: string;
  readonly requestId?: number;
  readonly statusInfo?: Parameters<typeof detailOf>[0];
};

/** @param logType empty where the message does not say which log: the request of that id does. */
export function logStatus(logType: 'Diagnostics' | ''): Row<UploadStatus> {
  return {
    handle: (request, context) => ({
      reply: {},
      events: [
        {
          type: 'LogStatusChanged',
          meta: context.meta(null),
          logType,
          requestId: orNull(request.requestId),
          status: request.status,
          answered: false,
          fileName: null,
          detail: detailOf(request.statusInfo),
        },
      ],
    }),
  };
}
