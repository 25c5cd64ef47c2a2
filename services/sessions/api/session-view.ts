// A session's row as operators see it: instants in ISO, energy in whole thousandths of a Wh and exact kWh.
import { flagNames, type Flag } from '../domain/flags.ts';
import type { SessionRow } from '../session-rows.ts';
import type { SessionValue } from './schemas.ts';

export function sessionView(row: SessionRow): SessionValue {
  return {
    sessionId: row.session_id,
    stationId: row.station_id,
    evseId: row.evse_id,
    connectorId: row.connector_id,
    transactionId: row.transaction_id,
    state: row.phase,
    startedAt: isoOf(row.started_at_ms),
    endedAt: row.ended_at_ms === null ? null : isoOf(row.ended_at_ms),
    meterStartMilliWh: row.meter_start_milli_wh,
    meterStopMilliWh: row.meter_stop_milli_wh,
    energyMilliWh: row.energy_milli_wh,
    energyKwh: row.energy_milli_wh === null ? null : kwhOf(row.energy_milli_wh),
    tokenRef: row.token_ref,
    authorization: row.authorization_status,
    chargingState: row.charging_state,
    stopReason: row.stop_reason,
    stoppedByTokenRef: row.stopped_by_token_ref,
    flags: row.flags.filter(isFlag),
    remoteStartId: row.remote_start_id,
    reservationId: row.reservation_id,
  };
}

const milliWhPerKwh = 1_000_000;

/** Exact decimal text: 5021000 is '5.021'. Energy is never negative. */
export function kwhOf(energyMilliWh: number): string {
  const fraction = String(energyMilliWh % milliWhPerKwh)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return `${Math.trunc(energyMilliWh / milliWhPerKwh)}${fraction === '' ? '' : `.${fraction}`}`;
}

function isoOf(atMs: number): string {
  return new Date(atMs).toISOString();
}

function isFlag(name: string): name is Flag {
  return (flagNames as readonly string[]).includes(name);
}
