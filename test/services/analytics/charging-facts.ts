// Facts for the tests of analytics: readings, sessions and registry changes with the usual values filled in.
import type { MeterValuesSampled, Meta, Reading, RegistryChanged, SessionUpdated } from '#contracts/generated/types';
import { reportedIdOf } from '#contracts/keys';
import { emptyReading } from '#services/gateway/domain/readings';

export const stationId = 'CS-1';
export const tenantId = 'default';

export function metaOf(recordedAt: number, about: Partial<Meta> = {}): Meta {
  return {
    eventId: `event-${recordedAt}`,
    tenantId,
    stationId,
    occurredAt: recordedAt,
    recordedAt,
    source: 'station',
    connectionEpoch: 7,
    seq: 1,
    ocppVersion: '1.6',
    messageId: 'm-1',
    traceparent: null,
    ...about,
  };
}

export function readingOf(sampledAt: number | null, values: Partial<Reading> = {}): Reading {
  return { ...emptyReading(sampledAt, 'Sample.Periodic'), ...values };
}

export function sampled(
  recordedAt: number,
  readings: readonly Reading[],
  about: { transactionId?: string | null; evseId?: number; meta?: Partial<Meta> } = {},
): MeterValuesSampled {
  const meta = metaOf(recordedAt, about.meta);
  const transactionId = about.transactionId === undefined ? '41' : about.transactionId;
  return {
    meta,
    transactionId,
    reportedId: reportedIdOf(meta.tenantId, meta.stationId, transactionId),
    evseId: about.evseId ?? 1,
    connectorId: 1,
    offline: null,
    readings: [...readings],
  };
}

export function sessionSays(sessionId: string, about: Partial<SessionUpdated> = {}): SessionUpdated {
  const transactionId = about.transactionId ?? '41';
  return {
    eventId: 'charging.events.v1/0/1',
    tenantId,
    sessionId,
    stationId,
    transactionId,
    reportedId: reportedIdOf(about.tenantId ?? tenantId, about.stationId ?? stationId, transactionId),
    generation: 1,
    sourcePartition: 0,
    sourceOffset: 1,
    recordedAt: 0,
    phase: 'charging',
    evseId: 1,
    connectorId: 1,
    startedAt: 0,
    endedAt: null,
    tokenRef: null,
    tokenType: null,
    authorization: null,
    chargingState: null,
    meterStartMilliWh: null,
    meterStopMilliWh: null,
    meterLastMilliWh: null,
    energyMilliWh: null,
    remoteStartId: null,
    reservationId: null,
    stopReason: null,
    stoppedByTokenRef: null,
    ocppVersion: '1.6',
    flags: [],
    readings: [],
    ...about,
  };
}

export function changed(kind: string, id: string, rowVersion: number, value: object | null): RegistryChanged {
  return {
    eventId: `${kind}/${tenantId}/${id}/${rowVersion}`,
    tenantId,
    kind,
    id,
    rowVersion,
    operation: value === null ? 'deleted' : 'updated',
    currentJson: value === null ? null : JSON.stringify(value),
    actor: 'test',
    recordedAt: 0,
  };
}
