// 2.x NotifyChargingLimit and ClearedChargingLimit (K12, K13): limits from elsewhere than us.
import type { OCPP21 } from 'typed-ocpp';
import type { Row } from '../domain/action.ts';
import { orNull } from '../domain/or-null.ts';

export const notifyChargingLimit: Row<OCPP21.NotifyChargingLimitRequest> = {
  handle: ({ chargingLimit, chargingSchedule, evseId }, context) => ({
    reply: {},
    events: [
      {
        type: 'ChargingLimitChanged',
        meta: context.meta(null),
        evseId: orNull(evseId),
        source: chargingLimit.chargingLimitSource,
        cleared: false,
        isGridCritical: orNull(chargingLimit.isGridCritical),
        schedulesJson: chargingSchedule === undefined ? null : JSON.stringify(chargingSchedule),
        isLocalGeneration: orNull(chargingLimit.isLocalGeneration),
      },
    ],
  }),
};

export const clearedChargingLimit: Row<OCPP21.ClearedChargingLimitRequest> = {
  handle: ({ chargingLimitSource, evseId }, context) => ({
    reply: {},
    events: [
      {
        type: 'ChargingLimitChanged',
        meta: context.meta(null),
        evseId: orNull(evseId),
        source: chargingLimitSource,
        cleared: true,
        isGridCritical: null,
        schedulesJson: null,
        isLocalGeneration: null,
      },
    ],
  }),
};
