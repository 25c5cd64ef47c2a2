// What gateways, sessions and the registry say in the log, as tests of alerts need it.
import type {
  ConnectorStatus,
  Meta,
  RegistryChanged,
  SessionUpdated,
  StationBooted,
  StationConnected,
  TransactionUpdated,
} from '#contracts/generated/types';
import { stationKey } from '#contracts/keys';
import type { Rig } from './rig.ts';

let counted = 0;

export function meta(stationId: string, more: Partial<Meta> = {}): Meta {
  counted += 1;
  return {
    eventId: `event-${counted}`,
    tenantId: 'default',
    stationId,
    occurredAt: null,
    recordedAt: Date.now(),
    source: 'station',
    connectionEpoch: null,
    seq: null,
    ocppVersion: '1.6',
    messageId: null,
    traceparent: null,
    ...more,
  };
}

export function connected(stationId: string, more: Partial<Meta> = {}): StationConnected {
  const line = { gatewayId: 'g-1', subprotocol: 'ocpp1.6', securityProfile: 1, remoteAddress: null };
  return { meta: meta(stationId, more), ...line };
}

export function booted(stationId: string, vendor: string, more: Partial<Meta> = {}): StationBooted {
  return {
    meta: meta(stationId, more),
    reason: null,
    status: 'Accepted',
    intervalSeconds: 300,
    vendor,
    model: 'M1',
    serialNumber: null,
    boxSerialNumber: null,
    firmwareVersion: null,
    iccid: null,
    imsi: null,
    meterType: null,
    meterSerialNumber: null,
  };
}

export function status(stationId: string, connector: ConnectorStatus, more: Partial<Meta> = {}) {
  const nothing = { errorCode: null, info: null, vendorId: null, vendorErrorCode: null };
  return { meta: meta(stationId, more), evseId: 1, connectorId: 1, status: connector, ...nothing };
}

/** A station's connection; each of its events is the next of it. */
export async function connect(rig: Rig, stationId: string, more: Partial<Meta> = {}) {
  const tenantId = more.tenantId ?? 'default';
  const key = stationKey(tenantId, stationId);
  const { events } = rig.topics;
  const epoch = await rig.append(events, key, 'StationConnected', connected(stationId, more));
  let seq = 0;
  const next = (at: Partial<Meta>): Partial<Meta> => ({ ...more, connectionEpoch: epoch, seq: seq++, ...at });
  return {
    epoch,
    status: (is: ConnectorStatus, at: Partial<Meta> = {}) =>
      rig.append(events, key, 'ConnectorStatusChanged', status(stationId, is, next(at))),
    disconnect: (at: Partial<Meta> = {}) =>
      rig.append(events, key, 'StationDisconnected', {
        meta: meta(stationId, next(at)),
        cause: 'closed',
        closeCode: 1006,
      }),
  };
}

/** Registers tenants, or stations `id@location`. */
export async function register(rig: Rig, kind: 'tenant' | 'station', ids: readonly string[], tenantId = 'default') {
  for (const each of ids) {
    const [id = '', locationId = null] = each.split('@');
    counted += 1;
    const value = { stationId: id, locationId, vendor: null, model: null, enabled: true };
    const change: RegistryChanged = {
      eventId: `${kind}/${id}/${counted}`,
      tenantId,
      kind,
      id,
      rowVersion: counted,
      operation: 'created',
      currentJson: JSON.stringify(value),
      actor: 'test',
      recordedAt: Date.now(),
    };
    await rig.append(rig.topics.registryChanges, `${tenantId}/${kind}/${id}`, 'RegistryChanged', change);
  }
}

export function session(stationId: string, more: Partial<SessionUpdated> = {}): SessionUpdated {
  counted += 1;
  return {
    eventId: `session-${counted}`,
    tenantId: 'default',
    sessionId: `00000000-0000-8000-8000-${String(counted).padStart(12, '0')}`,
    stationId,
    transactionId: String(counted),
    reportedId: Buffer.alloc(16),
    generation: 1,
    sourcePartition: 0,
    sourceOffset: counted,
    recordedAt: Date.now(),
    phase: 'charging',
    evseId: 1,
    connectorId: 1,
    startedAt: Date.now(),
    endedAt: null,
    tokenRef: null,
    tokenType: null,
    authorization: null,
    chargingState: null,
    meterStartMilliWh: null,
    meterStopMilliWh: null,
    meterLastMilliWh: null,
    energyMilliWh: 5_000_000,
    remoteStartId: null,
    reservationId: null,
    stopReason: null,
    stoppedByTokenRef: null,
    ocppVersion: '1.6',
    flags: [],
    readings: [],
    ...more,
  };
}

/** What TransactionEvent of 2.x and what it became have in common. */
export function transaction(
  stationId: string,
  more: Partial<TransactionUpdated> = {},
  said: Partial<Meta> = {},
): TransactionUpdated {
  return {
    meta: meta(stationId, { ocppVersion: '2.0.1', ...said }),
    transactionId: 'T1',
    reportedId: Buffer.alloc(16),
    evseId: null,
    connectorId: null,
    tokenRef: null,
    tokenType: null,
    authorization: null,
    offline: false,
    seqNo: 0,
    triggerReason: null,
    chargingState: null,
    remoteStartId: null,
    reservationId: null,
    timeSpentChargingSeconds: null,
    numberOfPhasesUsed: null,
    cableMaxCurrentMilliA: null,
    ...more,
  };
}
