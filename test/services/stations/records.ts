// Records of a station's events and commands for tests, each with what a test does not care about filled in.
import type {
  CommandCompleted,
  CommandRequested,
  CommandResulted,
  CommandSent,
  ConnectorStatusChanged,
  Meta,
  ReportedVariable,
  StationBooted,
  StationConnected,
  StationDisconnected,
  VariablesReported,
} from '#contracts/generated/types';

export const tenantId = 'default';
export const stationId = 'CS-1';

export function meta(fields: Partial<Meta> = {}): Meta {
  return {
    eventId: 'e',
    tenantId,
    stationId,
    occurredAt: null,
    recordedAt: 1000,
    source: 'station',
    connectionEpoch: null,
    seq: null,
    ocppVersion: '1.6',
    messageId: null,
    traceparent: null,
    ...fields,
  };
}

export function connected(fields: Partial<Meta> = {}, gatewayId = 'gw-a'): StationConnected {
  return { meta: meta(fields), gatewayId, subprotocol: 'ocpp1.6', securityProfile: 1, remoteAddress: '127.0.0.1' };
}

export function disconnected(fields: Partial<Meta>, cause = 'closed'): StationDisconnected {
  return { meta: meta(fields), cause, closeCode: 1000 };
}

export function booted(fields: Partial<Meta>, model = 'M1'): StationBooted {
  return {
    meta: meta(fields),
    status: 'Accepted',
    intervalSeconds: 300,
    reason: null,
    vendor: 'V',
    model,
    serialNumber: null,
    boxSerialNumber: null,
    firmwareVersion: '1.0',
    iccid: null,
    imsi: null,
    meterType: null,
    meterSerialNumber: null,
  };
}

export function status(
  fields: Partial<Meta>,
  named: ConnectorStatusChanged['status'] = 'Available',
  evseId = 1,
): ConnectorStatusChanged {
  const none = { errorCode: null, info: null, vendorId: null, vendorErrorCode: null };
  return { meta: meta(fields), evseId, connectorId: 1, status: named, ...none };
}

export function reported(fields: Partial<Meta>, values: Readonly<Record<string, string>>): VariablesReported {
  const variables = Object.entries(values).map(([name, value]) => variable(name, value));
  return { meta: meta(fields), requestId: null, part: null, last: null, variables, unknownVariables: [] };
}

export function variable(name: string, value: string): ReportedVariable {
  return {
    component: '',
    componentInstance: null,
    evseId: null,
    connectorId: null,
    variable: name,
    variableInstance: null,
    attribute: 'Actual',
    value,
    mutability: 'ReadWrite',
    persistent: null,
    constant: null,
    dataType: null,
    unit: null,
    minLimit: null,
    maxLimit: null,
    valuesList: null,
    supportsMonitoring: null,
  };
}

export function requested(commandId: string, fields: Partial<CommandRequested> = {}): CommandRequested {
  return {
    eventId: `requested.${commandId}`,
    tenantId,
    stationId,
    commandId,
    intent: 'ResetStation',
    parametersJson: '{"when":"idle"}',
    connectionEpoch: 5,
    lane: 'maintenance',
    requestedAt: 1000,
    expiresAt: 61_000,
    requestedBy: 'operator',
    ...fields,
  };
}

export function sent(commandId: string, fields: Partial<CommandSent> = {}): CommandSent {
  return {
    eventId: `sent.${commandId}`,
    tenantId,
    stationId,
    commandId,
    connectionEpoch: 5,
    gatewayId: 'gw-a',
    messageId: 'm',
    action: 'Reset',
    sentAt: 2000,
    ...fields,
  };
}

export function completed(commandId: string, fields: Partial<CommandCompleted> = {}): CommandCompleted {
  return {
    eventId: `completed.${commandId}`,
    tenantId,
    stationId,
    commandId,
    outcome: 'accepted',
    detail: null,
    answerJson: '{"status":"Accepted"}',
    completedAt: 3000,
    completedBy: 'gw-a',
    ...fields,
  };
}

export function resulted(commandId: string, fields: Partial<CommandResulted> = {}): CommandResulted {
  return {
    eventId: `${commandId}.resulted`,
    tenantId,
    stationId,
    commandId,
    result: 'started',
    sessionId: 's',
    transactionId: 'tx',
    resultedAt: 4000,
    ...fields,
  };
}
