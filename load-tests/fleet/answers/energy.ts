// What 2.1 asks of a transaction's energy: priority, dynamic schedules, frequency reserve, transfer modes, battery swaps.
import type { OCPP21 } from 'typed-ocpp';
import { result, row, type Rows } from '#load-tests/fleet/answers/answer';
import { profilesOf } from '#load-tests/fleet/answers/charging-profiles';
import type { Commanded } from '#load-tests/fleet/dialect';
import type { Answer } from '#load-tests/fleet/rpc';

const acModes: ReadonlySet<string> = new Set(['AC_single_phase', 'AC_two_phase', 'AC_three_phase']);
const swapMs = 3000;

export const energy21: Rows = {
  UsePriorityCharging: row<OCPP21.UsePriorityChargingRequest>(usePriority),
  UpdateDynamicSchedule: row<OCPP21.UpdateDynamicScheduleRequest>(updateDynamic),
  AFRRSignal: row<OCPP21.AFRRSignalRequest>((station) => {
    // Only a profile with a signal curve can follow it (Q10).
    const hasCurve = profilesOf(station).profiles.some(({ wire }) =>
      wire?.chargingSchedule.some(({ chargingSchedulePeriod: periods }) =>
        periods.some((period) => period.v2xSignalWattCurve !== undefined),
      ),
    );
    return result({ status: hasCurve ? 'Accepted' : 'Rejected' });
  }),
  NotifyAllowedEnergyTransfer: row<OCPP21.NotifyAllowedEnergyTransferRequest>((station, request) => {
    const evse = station.commandedEvses.find(({ session }) => session?.transactionId === request.transactionId);
    if (evse?.session === undefined) return result({ status: 'Rejected' });
    const isAc = evse.session.vehicle.current === 'AC';
    const fits = request.allowedEnergyTransfer.some((mode) => (isAc ? acModes.has(mode) : mode.startsWith('DC')));
    return result({ status: fits ? 'Accepted' : 'Rejected' });
  }),
  RequestBatterySwap: row<OCPP21.RequestBatterySwapRequest>((station, { requestId, idToken }) => {
    if (!station.vendor.swapsBatteries) return result({ status: 'Rejected' });
    return result({ status: 'Accepted' }, () => {
      for (const [index, eventType] of (['BatteryIn', 'BatteryOut'] as const).entries()) {
        const serialNumber = `${station.identity.stationId}-${requestId}-${index}`;
        const battery = { evseId: 1, serialNumber, soC: index === 0 ? 12 : 96, soH: 98 };
        const payload: OCPP21.BatterySwapRequest = { requestId, eventType, idToken, batteryData: [battery] };
        station.clock.after(swapMs * (index + 1), () => station.tellDurably({ action: 'BatterySwap', payload }));
      }
    });
  }),
  NotifyWebPaymentStarted: row<OCPP21.NotifyWebPaymentStartedRequest>(() => result({})),
};

function usePriority(station: Commanded, { transactionId, activate }: OCPP21.UsePriorityChargingRequest): Answer {
  if (station.evseOf(transactionId) === undefined) return result({ status: 'Rejected' });
  const { profiles, priority } = profilesOf(station);
  if (!profiles.some(({ purpose }) => purpose === 'priority')) return result({ status: 'NoProfile' });
  station.settleMeters();
  if (activate) priority.add(transactionId);
  else priority.delete(transactionId);
  return result({ status: 'Accepted' });
}

/** Only a dynamic profile lets its limit be changed (K28). */
function updateDynamic(station: Commanded, request: OCPP21.UpdateDynamicScheduleRequest): Answer {
  const own = profilesOf(station);
  const profile = own.profiles.find(({ id }) => id === request.chargingProfileId);
  const limit = request.scheduleUpdate.limit ?? request.scheduleUpdate.setpoint;
  if (profile?.kind !== 'dynamic' || limit === undefined || limit < 0) return result({ status: 'Rejected' });
  station.settleMeters();
  const periods = profile.periods.map((period) => ({ ...period, limit }));
  own.profiles = own.profiles.map((each) => (each === profile ? { ...profile, periods } : each));
  return result({ status: 'Accepted' });
}
