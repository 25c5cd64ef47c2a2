// 2.x BootNotification (B01-B03).
import type { OCPP20 } from 'typed-ocpp';
import type { Handled, HandlerContext, Row } from '../domain/action.ts';
import { acceptanceOf, bootIntervalSeconds, bootStatusOf } from '../domain/boot.ts';
import { orNull } from '../domain/or-null.ts';

export const bootNotification: Row<OCPP20.BootNotificationRequest> = { beforeBoot: true, handle };

function handle(request: OCPP20.BootNotificationRequest, context: HandlerContext): Handled {
  const status = bootStatusOf(context.station);
  const meta = context.meta(null);
  const interval = bootIntervalSeconds(context, meta);
  const { chargingStation } = request;
  return {
    reply: { status, currentTime: new Date(context.now).toISOString(), interval },
    ...acceptanceOf(status),
    events: [
      {
        type: 'StationBooted',
        meta,
        status,
        intervalSeconds: interval,
        reason: request.reason,
        vendor: chargingStation.vendorName,
        model: chargingStation.model,
        serialNumber: orNull(chargingStation.serialNumber),
        boxSerialNumber: null,
        firmwareVersion: orNull(chargingStation.firmwareVersion),
        iccid: orNull(chargingStation.modem?.iccid),
        imsi: orNull(chargingStation.modem?.imsi),
        meterType: null,
        meterSerialNumber: null,
      },
    ],
  };
}
