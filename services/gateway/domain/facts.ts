// Facts of answers as events: what a message leaves out is null.
import type {
  AvailabilityChanged,
  CertificatesReported,
  ChargingEvent,
  DisplayMessage,
  FirmwareStatusChanged,
  InstalledCertificate,
  LogStatusChanged,
  Meta,
  ReportedChargingProfile,
  ReportedVariable,
  ReservationChanged,
  VariableMonitor,
} from '#contracts/generated/types';

type Told<E, Required extends keyof E> = Pick<E, Required> & Partial<E>;

export function reservationChanged(
  meta: Meta,
  fields: Told<Omit<ReservationChanged, 'meta'>, 'reservationId' | 'change'>,
): ChargingEvent {
  const unsaid = {
    evseId: null,
    connectorType: null,
    expiresAt: null,
    tokenRef: null,
    tokenType: null,
    groupRef: null,
  };
  return { type: 'ReservationChanged', meta, ...unsaid, ...fields };
}

export function firmwareAnswered(
  meta: Meta,
  fields: Told<Omit<FirmwareStatusChanged, 'meta' | 'answered'>, 'job' | 'status'>,
): ChargingEvent {
  const unsaid = {
    requestId: null,
    retrieveAt: null,
    installAt: null,
    signed: null,
    checksum: null,
    locations: [],
    detail: null,
  };
  return { type: 'FirmwareStatusChanged', meta, answered: true, ...unsaid, ...fields };
}

export function logAnswered(
  meta: Meta,
  fields: Told<Omit<LogStatusChanged, 'meta' | 'answered'>, 'logType' | 'status'>,
): ChargingEvent {
  return { type: 'LogStatusChanged', meta, answered: true, requestId: null, fileName: null, detail: null, ...fields };
}

export function availabilityChanged(meta: Meta, fields: Omit<AvailabilityChanged, 'meta'>): ChargingEvent {
  return { type: 'AvailabilityChanged', meta, ...fields };
}

export function certificatesReported(
  meta: Meta,
  fields: Told<Omit<CertificatesReported, 'meta'>, 'change'>,
): ChargingEvent {
  return { type: 'CertificatesReported', meta, certificateTypes: [], certificates: [], requestId: null, ...fields };
}

export function localListReported(meta: Meta, version: number, updateType: string | null): ChargingEvent {
  return { type: 'LocalListReported', meta, version, updateType };
}

export function variablesTold(meta: Meta, variables: ReportedVariable[]): ChargingEvent {
  return { type: 'VariablesReported', meta, requestId: null, part: null, last: null, variables, unknownVariables: [] };
}

/** Profiles that a station accepted or cleared; nothing that it reports by itself. */
export function profilesChanged(
  meta: Meta,
  change: 'set' | 'cleared',
  profile: Partial<ReportedChargingProfile>,
): ChargingEvent {
  const profiles = [{ ...untoldProfile, ...profile }];
  return { type: 'ChargingProfilesReported', meta, change, ...unasked, source: null, profiles };
}

export function messagesChanged(
  meta: Meta,
  change: 'set' | 'cleared',
  message: Told<DisplayMessage, 'messageId'>,
): ChargingEvent {
  const messages = [{ ...untoldMessage, ...message }];
  return { type: 'DisplayMessagesReported', meta, change, ...unasked, messages };
}

export function monitorsChanged(
  meta: Meta,
  change: 'set' | 'cleared',
  monitors: readonly Partial<VariableMonitor>[],
): ChargingEvent {
  const all = monitors.map((monitor) => ({ ...untoldMonitor, ...monitor }));
  return { type: 'MonitorsReported', meta, change, ...unasked, monitors: all };
}

const unasked = { requestId: null, part: null, last: null };

const untoldProfile: ReportedChargingProfile = {
  profileId: null,
  evseId: null,
  stackLevel: null,
  purpose: null,
  kind: null,
  recurrency: null,
  transactionId: null,
  validFrom: null,
  validTo: null,
  schedulesJson: null,
  moreJson: null,
};

const untoldMessage = {
  priority: null,
  state: null,
  startsAt: null,
  endsAt: null,
  transactionId: null,
  format: null,
  language: null,
  content: null,
  component: null,
  evseId: null,
  extraJson: null,
};

const untoldMonitor: VariableMonitor = {
  monitorId: null,
  component: '',
  componentInstance: null,
  evseId: null,
  connectorId: null,
  variable: '',
  variableInstance: null,
  transaction: null,
  value: null,
  type: null,
  severity: null,
  eventNotificationType: null,
};

/** A certificate of which the hashes are not known. */
export const untoldCertificate: Omit<InstalledCertificate, 'certificateType'> = {
  hashAlgorithm: null,
  issuerNameHash: null,
  issuerKeyHash: null,
  serialNumber: null,
  child: false,
  subject: null,
  expiresAt: null,
};
