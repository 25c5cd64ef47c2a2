// 1.6 BootNotification (4.2): what the station is, and whether it may work.
import type { OCPP16 } from 'typed-ocpp';
import type { Handled, HandlerContext, Row } from '../domain/action.ts';
import { acceptanceOf, bootIntervalSeconds, bootStatusOf } from '../domain/boot.ts';
import { orNull } from '../domain/or-null.ts';

export const bootNotification: Row<OCPP16.BootNotificationRequest> = { beforeBoot: true, handle };

function handle(request: OCPP16.BootNotificationRequest, context: HandlerContext): Handled {
  const status = bootStatusOf(context.station);
  const meta = context.meta(null);
  const interval = bootIntervalSeconds(context, meta);
  return {
    reply: { status, currentTime: new Date(context.now).toISOString(), interval },
    ...acceptanceOf(status),
    events: [
      {
        type: 'StationBooted',
        meta,
        status,
        intervalSeconds: interval,
        reason: null,
        vendor: request.chargePointVendor,
        model: request.chargePointModel,
        serialNumber: orNull(request.chargePointSerialNumber),
        boxSerialNumber: orNull(request.chargeBoxSerialNumber),
        firmwareVersion: orNull(request.firmwareVersion),
        iccid: orNull(request.iccid),
        imsi: orNull(request.imsi),
        meterType: orNull(request.meterType),
        meterSerialNumber: orNull(request.meterSerialNumber),
      },
    ],
  };
}
