// 2.x BootNotification (B01-B03).
import type { OCPP20 } from 'typed-ocpp';
import { jitteredSeconds, type Handled, type HandlerContext, type Row } from '../domain/action.ts';
import { acceptanceOf, bootStatusOf } from '../domain/boot.ts';
import { orNull } from '../domain/or-null.ts';

export const bootNotification: Row<OCPP20.BootNotificationRequest> = { beforeBoot: true, handle };

function handle(request: OCPP20.BootNotificationRequest, context: HandlerContext): Handled {
  const status = bootStatusOf(context.station);
  const interval = jitteredSeconds(context.station.heartbeatSeconds, context.jitter);
  const { chargingStation } = request;
  return {
    reply: { status, currentTime: new Date(context.now).toISOString(), interval },
    ...acceptanceOf(status),
    events: [
      {
        type: 'StationBooted',
        meta: context.meta(null),
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
