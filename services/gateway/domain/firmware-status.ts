// What stations tell of firmware jobs: updates of all versions, and what a local controller publishes (2.x).
import type { FirmwareStatusChanged } from '#contracts/generated/types';
import type { Handled, HandlerContext, Row } from './action.ts';
import { orNull } from './or-null.ts';
import { detailOf } from './status-info.ts';

type StatusInfo = Parameters<typeof detailOf>[0];
type UpdateStatus = { readonly status: string; readonly requestId?: number; readonly statusInfo?: StatusInfo };
type PublishStatus = UpdateStatus & { readonly location?: readonly string[] };

/** FirmwareStatusNotification of 1.6 (4.5) and 2.x (L01); `signed` is known where the message itself says it. */
export function firmwareStatus(signed: boolean | null): Row<UpdateStatus> {
  return {
    handle: (request, context) =>
      told(context, { job: 'update', requestId: orNull(request.requestId), status: request.status, signed }, request),
  };
}

/** 2.x PublishFirmwareStatusNotification (L03). */
export const publishFirmwareStatus: Row<PublishStatus> = {
  handle: (request, context) =>
    told(
      context,
      { job: 'publish', requestId: orNull(request.requestId), status: request.status, signed: null },
      request,
    ),
};

function told(
  context: HandlerContext,
  known: Pick<FirmwareStatusChanged, 'job' | 'requestId' | 'status' | 'signed'>,
  { location, statusInfo }: Pick<PublishStatus, 'location' | 'statusInfo'>,
): Handled {
  return {
    reply: {},
    events: [
      {
        type: 'FirmwareStatusChanged',
        meta: context.meta(null),
        ...known,
        answered: false,
        retrieveAt: null,
        installAt: null,
        checksum: null,
        locations: [...(location ?? [])],
        detail: detailOf(statusInfo),
      },
    ],
  };
}
