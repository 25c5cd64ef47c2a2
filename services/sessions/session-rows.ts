// A session as a row of its table, and back: nothing of the fold's state lives outside the row.
import type { AuthorizationStatus, PriceReading } from '#contracts/generated/types';
import { flagsOf, namesOf } from './domain/flags.ts';
import {
  energyOf,
  isLive,
  meterStopOf,
  type Life,
  type Meter,
  type Register,
  type Session,
  type StartRank,
} from './domain/session.ts';

export type SessionRow = {
  readonly tenant_id: string;
  readonly session_id: string;
  readonly station_id: string;
  readonly start_key: Uint8Array;
  readonly start_repeat: number;
  readonly transaction_id: string;
  readonly id_used: boolean;
  readonly reported_id: string;
  readonly start_offset: number;
  readonly applied_offset: number;
  readonly evse_id: number | null;
  readonly connector_id: number | null;
  readonly live: boolean;
  readonly phase: Life['phase'];
  readonly started_at_ms: number;
  readonly ended_at_ms: number | null;
  readonly token_ref: string | null;
  readonly token_type: string | null;
  readonly authorization_status: AuthorizationStatus | null;
  readonly charging_state: string | null;
  readonly fact_at_ms: number;
  readonly fact_seq_no: number;
  readonly remote_start_id: number | null;
  readonly reservation_id: number | null;
  readonly ocpp_version: string | null;
  readonly stop_reason: string | null;
  readonly stopped_by_token_ref: string | null;
  readonly meter_start_at_ms: number | null;
  readonly meter_start_milli_wh: number | null;
  readonly meter_start_rank: number | null;
  readonly meter_last_at_ms: number | null;
  readonly meter_last_milli_wh: number | null;
  readonly meter_last_power_milli_w: number | null;
  readonly meter_end_at_ms: number | null;
  readonly meter_end_milli_wh: number | null;
  readonly meter_stop_reported_milli_wh: number | null;
  readonly meter_stop_milli_wh: number | null;
  readonly energy_milli_wh: number | null;
  readonly flags: readonly string[];
  /** Eight bytes each, big endian. */
  readonly reading_keys: Uint8Array;
  readonly emitted_at_ms: number | null;
  readonly pending_readings: readonly PriceReading[];
};

export function rowOf(session: Session): SessionRow {
  return {
    tenant_id: session.tenantId,
    session_id: session.sessionId,
    station_id: session.stationId,
    start_key: Buffer.from(session.startKey, 'utf8'),
    start_repeat: session.repeat,
    transaction_id: session.transactionId,
    id_used: session.idUsed,
    reported_id: session.reportedId,
    start_offset: session.startOffset,
    applied_offset: session.appliedOffset,
    evse_id: session.evseId,
    connector_id: session.connectorId,
    live: isLive(session),
    started_at_ms: session.startedAt,
    token_ref: session.tokenRef,
    token_type: session.tokenType,
    authorization_status: session.authorization,
    charging_state: session.chargingState,
    fact_at_ms: session.factAt,
    fact_seq_no: session.factSeqNo,
    remote_start_id: session.remoteStartId,
    reservation_id: session.reservationId,
    ocpp_version: session.ocppVersion,
    ...lifeColumns(session.life),
    ...meterColumns(session.meter),
    meter_stop_milli_wh: meterStopOf(session),
    energy_milli_wh: energyOf(session),
    flags: namesOf(session.flags),
    reading_keys: bytesOfKeys(session.readingKeys),
    emitted_at_ms: session.emittedAt,
    pending_readings: session.pending,
  };
}

export function sessionOf(row: SessionRow): Session {
  return {
    tenantId: row.tenant_id,
    stationId: row.station_id,
    sessionId: row.session_id,
    startKey: Buffer.from(row.start_key).toString('utf8'),
    repeat: row.start_repeat,
    transactionId: row.transaction_id,
    idUsed: row.id_used,
    reportedId: row.reported_id,
    startOffset: row.start_offset,
    appliedOffset: row.applied_offset,
    evseId: row.evse_id,
    connectorId: row.connector_id,
    startedAt: row.started_at_ms,
    tokenRef: row.token_ref,
    tokenType: row.token_type,
    authorization: row.authorization_status,
    chargingState: row.charging_state,
    remoteStartId: row.remote_start_id,
    reservationId: row.reservation_id,
    ocppVersion: row.ocpp_version,
    factAt: row.fact_at_ms,
    factSeqNo: row.fact_seq_no,
    life: lifeOf(row),
    meter: meterOf(row),
    flags: flagsOf(row.flags),
    readingKeys: keysOfBytes(row.reading_keys),
    emittedAt: row.emitted_at_ms,
    pending: row.pending_readings,
  };
}

type LifeColumns = Pick<
  SessionRow,
  'phase' | 'ended_at_ms' | 'stop_reason' | 'stopped_by_token_ref' | 'meter_stop_reported_milli_wh'
>;

const charging: LifeColumns = {
  phase: 'charging',
  ended_at_ms: null,
  stop_reason: null,
  stopped_by_token_ref: null,
  meter_stop_reported_milli_wh: null,
};

function lifeColumns(life: Life): LifeColumns {
  if (life.phase === 'charging') return charging;
  return {
    phase: 'ended',
    ended_at_ms: life.endedAt,
    stop_reason: life.stopReason,
    stopped_by_token_ref: life.stoppedByTokenRef,
    meter_stop_reported_milli_wh: life.meterStopReportedMilliWh,
  };
}

function meterColumns({ start, last, end }: Meter) {
  return {
    meter_start_at_ms: start === null ? null : start.at,
    meter_start_milli_wh: start === null ? null : start.milliWh,
    meter_start_rank: start === null ? null : start.rank,
    meter_last_at_ms: last === null ? null : last.at,
    meter_last_milli_wh: last === null ? null : last.milliWh,
    meter_last_power_milli_w: last === null ? null : last.powerMilliW,
    meter_end_at_ms: end === null ? null : end.at,
    meter_end_milli_wh: end === null ? null : end.milliWh,
  };
}

function lifeOf(row: SessionRow): Life {
  if (row.phase === 'charging') return { phase: 'charging' };
  return {
    phase: 'ended',
    endedAt: row.ended_at_ms ?? 0,
    stopReason: row.stop_reason ?? '',
    stoppedByTokenRef: row.stopped_by_token_ref,
    meterStopReportedMilliWh: row.meter_stop_reported_milli_wh,
  };
}

function meterOf(row: SessionRow): Meter {
  const start = registerOf(row.meter_start_at_ms, row.meter_start_milli_wh);
  const last = registerOf(row.meter_last_at_ms, row.meter_last_milli_wh);
  return {
    start: start === null ? null : { ...start, rank: row.meter_start_rank as StartRank },
    last: last === null ? null : { ...last, powerMilliW: row.meter_last_power_milli_w },
    end: registerOf(row.meter_end_at_ms, row.meter_end_milli_wh),
  };
}

function registerOf(at: number | null, milliWh: number | null): Register | null {
  return at === null || milliWh === null ? null : { at, milliWh };
}

const keyBytes = 8;
const two32 = 2 ** 32;

function bytesOfKeys(keys: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(keys.length * keyBytes);
  let at = 0;
  for (const key of keys) {
    bytes.writeInt32BE(Math.floor(key / two32), at);
    bytes.writeInt32BE(key | 0, at + 4);
    at += keyBytes;
  }
  return bytes;
}

function keysOfBytes(stored: Uint8Array): number[] {
  const bytes = Buffer.from(stored);
  return Array.from({ length: bytes.length / keyBytes }, (_, index) => {
    const at = index * keyBytes;
    return bytes.readInt32BE(at) * two32 + bytes.readUInt32BE(at + 4);
  });
}
