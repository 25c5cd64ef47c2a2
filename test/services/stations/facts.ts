// Facts that stations tell beside their live state, each with what a test does not care about filled in.
import type {
  AvailabilityChanged,
  CertificatesReported,
  ChargingLimitChanged,
  ChargingProfilesReported,
  CompositeScheduleReported,
  DeviceEvent,
  DeviceEventsReported,
  DisplayMessage,
  DisplayMessagesReported,
  FirmwareStatusChanged,
  InstalledCertificate,
  LocalListReported,
  LogStatusChanged,
  Meta,
  MonitorsReported,
  QuirksObserved,
  ReportedChargingProfile,
  ReportKind,
  ReportRequested,
  ReservationChanged,
  SecurityEventReported,
  TransactionEnded,
  TransactionStarted,
  VariableMonitor,
} from '#contracts/generated/types';
import { requestsAfter, type ReportRequests } from '#services/stations/domain/report-requests';
import type { Told } from '#services/stations/domain/standing';
import { meta } from './records.ts';

export function told(epoch: number, offset = epoch, recordedAt = offset * 10): Told {
  return { epoch, offset, at: recordedAt, recordedAt };
}

type Of<Event extends { readonly meta: Meta }> = Partial<Omit<Event, 'meta'>> & { readonly meta?: Partial<Meta> };

export function reservation(fields: Of<ReservationChanged>): ReservationChanged {
  const terms = {
    evseId: 1,
    connectorType: null,
    expiresAt: 600_000,
    tokenRef: 'ref',
    tokenType: null,
    groupRef: null,
  };
  return { reservationId: 7, change: 'accepted', ...terms, ...fields, meta: meta(fields.meta) };
}

export function firmware(fields: Of<FirmwareStatusChanged>): FirmwareStatusChanged {
  const terms = { retrieveAt: null, installAt: null, signed: null, checksum: null, locations: [], detail: null };
  return {
    job: 'update',
    requestId: null,
    status: 'Downloading',
    answered: false,
    ...terms,
    ...fields,
    meta: meta(fields.meta),
  };
}

export function logStatus(fields: Of<LogStatusChanged>): LogStatusChanged {
  const terms = { fileName: null, detail: null };
  return {
    logType: '',
    requestId: null,
    status: 'Uploading',
    answered: false,
    ...terms,
    ...fields,
    meta: meta(fields.meta),
  };
}

export function certificate(fields: Partial<InstalledCertificate> = {}): InstalledCertificate {
  return {
    certificateType: 'CSMSRootCertificate',
    hashAlgorithm: 'SHA256',
    issuerNameHash: 'aa',
    issuerKeyHash: 'bb',
    serialNumber: '01',
    child: false,
    subject: null,
    expiresAt: null,
    ...fields,
  };
}

export function certificates(
  change: CertificatesReported['change'],
  named: readonly InstalledCertificate[],
  certificateTypes: string[] = [],
): CertificatesReported {
  return { meta: meta(), change, certificateTypes, certificates: [...named], requestId: null };
}

export function profile(fields: Partial<ReportedChargingProfile> = {}): ReportedChargingProfile {
  return {
    profileId: 1,
    evseId: 1,
    stackLevel: 0,
    purpose: 'TxDefaultProfile',
    kind: 'Absolute',
    recurrency: null,
    transactionId: null,
    validFrom: null,
    validTo: null,
    schedulesJson: '[{"id":1}]',
    moreJson: null,
    ...fields,
  };
}

export function profiles(fields: Of<ChargingProfilesReported>): ChargingProfilesReported {
  const parts = { requestId: null, part: null, last: null };
  return { change: 'set', ...parts, source: null, profiles: [profile()], ...fields, meta: meta(fields.meta) };
}

export function message(messageId: number, fields: Partial<DisplayMessage> = {}): DisplayMessage {
  const unsaid = { priority: null, state: null, startsAt: null, endsAt: null, transactionId: null, extraJson: null };
  const more = { format: 'UTF8', language: null, content: 'Welcome', component: null, evseId: null };
  return { messageId, ...unsaid, ...more, ...fields };
}

export function messages(fields: Of<DisplayMessagesReported>): DisplayMessagesReported {
  const parts = { requestId: null, part: null, last: null };
  return { change: 'set', ...parts, messages: [message(1)], ...fields, meta: meta(fields.meta) };
}

export function monitor(monitorId: number, fields: Partial<VariableMonitor> = {}): VariableMonitor {
  return {
    monitorId,
    component: 'EVSE',
    componentInstance: null,
    evseId: 1,
    connectorId: null,
    variable: 'Power',
    variableInstance: null,
    transaction: null,
    value: '22000',
    type: 'UpperThreshold',
    severity: 5,
    eventNotificationType: null,
    ...fields,
  };
}

export function monitors(fields: Of<MonitorsReported>): MonitorsReported {
  const parts = { requestId: null, part: null, last: null };
  return { change: 'set', ...parts, monitors: [monitor(1)], ...fields, meta: meta(fields.meta) };
}

export function deviceEvent(fields: Partial<DeviceEvent> = {}): DeviceEvent {
  return {
    eventId: 1,
    occurredAt: 5,
    trigger: 'Alerting',
    cause: null,
    value: '23000',
    techCode: null,
    techInfo: null,
    cleared: null,
    transactionId: null,
    monitorId: 1,
    notificationType: 'CustomMonitor',
    severity: 5,
    component: 'EVSE',
    componentInstance: null,
    evseId: 1,
    connectorId: null,
    variable: 'Power',
    variableInstance: null,
    ...fields,
  };
}

export function deviceEvents(events: readonly DeviceEvent[], fields: Partial<Meta> = {}): DeviceEventsReported {
  return { meta: meta(fields), part: 0, last: true, events: [...events] };
}

export function requested(fields: Of<ReportRequested>): ReportRequested {
  const all = { report: 'fullInventory', isComplete: true, isEmpty: false, criteriaJson: null } as const;
  return { requestId: 1, ...all, ...fields, meta: meta(fields.meta) };
}

/** A station was asked for a report under 1; without criteria for all. */
export function asked(report: ReportKind, criteria: object | null): ReportRequests {
  const criteriaJson = criteria === null ? null : JSON.stringify(criteria);
  return requestsAfter(null, requested({ report, isComplete: criteria === null, criteriaJson }), told(0));
}

export function availability(fields: Of<AvailabilityChanged>): AvailabilityChanged {
  return { evseId: 1, connectorId: null, operative: false, scheduled: false, ...fields, meta: meta(fields.meta) };
}

export function composite(fields: Of<CompositeScheduleReported>): CompositeScheduleReported {
  const terms = { startsAt: 1, durationSeconds: 60, unit: 'A', periodsJson: '[]' };
  return { evseId: 1, ...terms, ...fields, meta: meta(fields.meta) };
}

export function limit(fields: Of<ChargingLimitChanged>): ChargingLimitChanged {
  const terms = { isGridCritical: null, schedulesJson: null, isLocalGeneration: null };
  return { evseId: 1, source: 'SO', cleared: false, ...terms, ...fields, meta: meta(fields.meta) };
}

export function localList(version: number, fields: Partial<Meta> = {}): LocalListReported {
  return { meta: meta(fields), version, updateType: null };
}

export function securityEvent(fields: Partial<Meta> = {}, kind = 'InvalidFirmwareSignature'): SecurityEventReported {
  return { meta: meta(fields), kind, info: null };
}

export function quirks(names: string[], fields: Partial<Meta> = {}, frameJson: string | null = '{}'): QuirksObserved {
  return { meta: meta(fields), action: 'StatusNotification', quirks: names, frameJson, messages: 1 };
}

const untoldTransaction = {
  transactionId: 'tx-1',
  reportedId: Buffer.alloc(16),
  evseId: 1,
  connectorId: 1,
  tokenRef: null,
  tokenType: null,
  authorization: null,
  offline: false,
  seqNo: null,
  triggerReason: null,
  chargingState: null,
  remoteStartId: null,
  reservationId: null,
  timeSpentChargingSeconds: null,
  numberOfPhasesUsed: null,
  cableMaxCurrentMilliA: null,
};

export function started(fields: Of<TransactionStarted>): TransactionStarted {
  const more = {
    startKey: 'k',
    meterStartMilliWh: null,
    operationMode: null,
    tariffId: null,
    transactionLimitJson: null,
  };
  return { ...untoldTransaction, ...more, ...fields, meta: meta(fields.meta) };
}

export function ended(fields: Of<TransactionEnded>): TransactionEnded {
  return { ...untoldTransaction, meterStopMilliWh: null, reason: 'Local', ...fields, meta: meta(fields.meta) };
}
