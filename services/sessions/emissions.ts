// What a session says, as a record of charging.sessions: its whole scalar state and the readings since it last spoke.
import { encodeRecord } from '#contracts/codec';
import type { SessionUpdated } from '#contracts/generated/types';
import { partitionOf, sessionKey } from '#contracts/keys';
import type { Topic } from '#contracts/topics';
import type { AppendRecord } from '#kit/event-log/types';
import type { Position } from '#kit/projection/types';
import type { Emission } from './domain/emission.ts';
import { namesOf } from './domain/flags.ts';
import { energyOf, meterStopOf, type Session } from './domain/session.ts';

/** From which topic to which, under which generation. */
export type Place = { readonly source: Topic; readonly target: Topic; readonly generation: number };

/** The record and its partition: bytes that depend only on the emission and where its event stands. */
export function recordOf(emission: Emission, at: Position, place: Place): { partition: number; record: AppendRecord } {
  const { session, type } = emission;
  const key = sessionKey(session.tenantId, session.sessionId);
  const value = encodeRecord(type, contentOf(emission, at, place));
  return { partition: partitionOf(key, place.target.partitions), record: { key, type, value } };
}

/** The content of such a record, whatever its type. */
export function contentOf(
  emission: Omit<Emission, 'type'>,
  at: Position,
  { source, generation }: Place,
): SessionUpdated {
  const { session, number } = emission;
  const origin = `${source.name}/${at.partition}/${at.offset}`;
  return {
    eventId: number === 0 ? origin : `${origin}/${number}`,
    tenantId: session.tenantId,
    sessionId: session.sessionId,
    stationId: session.stationId,
    transactionId: session.transactionId,
    reportedId: bytesOf(session.reportedId),
    generation,
    sourcePartition: at.partition,
    sourceOffset: at.offset,
    recordedAt: emission.recordedAt,
    phase: session.life.phase,
    evseId: session.evseId,
    connectorId: session.connectorId,
    startedAt: session.startedAt,
    tokenRef: session.tokenRef,
    tokenType: session.tokenType,
    authorization: session.authorization,
    chargingState: session.chargingState,
    ...endOf(session),
    ...registersOf(session),
    remoteStartId: session.remoteStartId,
    reservationId: session.reservationId,
    ocppVersion: session.ocppVersion,
    flags: namesOf(session.flags),
    readings: [...emission.readings],
  };
}

function endOf({ life }: Session): Pick<SessionUpdated, 'endedAt' | 'stopReason' | 'stoppedByTokenRef'> {
  if (life.phase === 'charging') return { endedAt: null, stopReason: null, stoppedByTokenRef: null };
  return { endedAt: life.endedAt, stopReason: life.stopReason, stoppedByTokenRef: life.stoppedByTokenRef };
}

function registersOf(
  session: Session,
): Pick<SessionUpdated, 'meterStartMilliWh' | 'meterStopMilliWh' | 'meterLastMilliWh' | 'energyMilliWh'> {
  return {
    meterStartMilliWh: session.meter.start?.milliWh ?? null,
    meterStopMilliWh: meterStopOf(session),
    meterLastMilliWh: session.meter.last?.milliWh ?? null,
    energyMilliWh: energyOf(session),
  };
}

function bytesOf(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}
