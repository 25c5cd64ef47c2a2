// Operators' intents in the words of OCPP 1.6J.
import type { IntentParameters } from '#contracts/commands';
import type { StationRegistered } from '#contracts/generated/types';
import { impossible, one, told, type Call, type IntentTable, type Plan } from '../domain/intent.ts';
import { profileOf16, purposeOf16 } from './intents-profiles.ts';

/** TriggerMessage 7.47 and, for the two it lacks, ExtendedTriggerMessage of the security whitepaper. */
const triggers: Readonly<Record<string, { action: string; name: string }>> = {
  BootNotification: { action: 'TriggerMessage', name: 'BootNotification' },
  DiagnosticsStatusNotification: { action: 'TriggerMessage', name: 'DiagnosticsStatusNotification' },
  FirmwareStatusNotification: { action: 'TriggerMessage', name: 'FirmwareStatusNotification' },
  Heartbeat: { action: 'TriggerMessage', name: 'Heartbeat' },
  MeterValues: { action: 'TriggerMessage', name: 'MeterValues' },
  StatusNotification: { action: 'TriggerMessage', name: 'StatusNotification' },
  LogStatusNotification: { action: 'ExtendedTriggerMessage', name: 'LogStatusNotification' },
  SignChargingStationCertificate: { action: 'ExtendedTriggerMessage', name: 'SignChargePointCertificate' },
};

/** 2.x names of certificates that 1.6 has, too. */
const certificateTypes: Readonly<Record<string, string>> = {
  CSMSRootCertificate: 'CentralSystemRootCertificate',
  ManufacturerRootCertificate: 'ManufacturerRootCertificate',
};

const not16 = (what: string) => impossible(`1.6 has no ${what}`);

export const intents16 = {
  StartCharging({ evseId, token, chargingProfile }, { station }) {
    const idTag = token.uid;
    if (chargingProfile === undefined) return one('RemoteStartTransaction', { ...placeOn(station, evseId), idTag });
    const mapped = profileOf16(chargingProfile);
    if ('impossible' in mapped) return mapped;
    return one('RemoteStartTransaction', { ...placeOn(station, evseId), idTag, chargingProfile: mapped.profile });
  },
  StopCharging({ transactionId }) {
    const number = Number(transactionId);
    if (!Number.isInteger(number))
      return { impossible: `transactionId ${transactionId} is not a whole number, as 1.6 needs` };
    return one('RemoteStopTransaction', { transactionId: number });
  },
  UnlockConnector: ({ evseId, connectorId }, { station }) =>
    one('UnlockConnector', placeOn(station, evseId, connectorId)),
  ReserveConnector({ reservationId, evseId, connectorType, token, groupToken, expiresAt }, context) {
    if (connectorType !== undefined) return { impossible: '1.6 reserves no type of connector' };
    return one('ReserveNow', {
      connectorId: numberOf(context.station, evseId),
      expiryDate: expiresAt,
      idTag: token.uid,
      parentIdTag: groupToken && context.groupIdOf(groupToken),
      reservationId: reservationId ?? context.number,
    });
  },
  CancelReservation: ({ reservationId }) => one('CancelReservation', { reservationId }),
  ReadTransactionStatus: not16('question about a transaction'),
  TellCost: not16('message about costs'),
  UsePriorityCharging: not16('priority charging'),
  NotifyWebPaymentStarted: not16('web payment'),
  ResetStation({ when, evseId }) {
    if (evseId !== undefined) return { impossible: 'a 1.6 station resets as a whole' };
    if (when === 'immediatelyAndResume') return { impossible: 'a 1.6 station resumes no transaction after a reset' };
    return one('Reset', { type: when === 'immediately' ? 'Hard' : 'Soft' });
  },
  ChangeAvailability: ({ evseId, connectorId, operative }, { station }) =>
    one('ChangeAvailability', {
      connectorId: numberOf(station, evseId, connectorId),
      type: operative ? 'Operative' : 'Inoperative',
    }),
  TriggerMessage({ message, evseId, connectorId }, { station }) {
    const trigger = triggers[message];
    if (trigger === undefined) return { impossible: `1.6 cannot trigger ${message}` };
    return one(trigger.action, { requestedMessage: trigger.name, ...placeOn(station, evseId, connectorId) });
  },
  ClearCache: () => one('ClearCache', {}),
  DataTransfer: ({ vendorId, messageId, data }) => one('DataTransfer', { vendorId, messageId, data: textOf(data) }),
  ReadConfiguration: ({ variables }) => one('GetConfiguration', { key: variables?.map(({ variable }) => variable) }),
  WriteConfiguration: ({ variables }) => ({
    calls: variables.map(({ variable, value }): Call => ({
      action: 'ChangeConfiguration',
      payload: { key: variable, value },
      about: variable,
    })),
  }),
  // Hex digits of the key (whitepaper A01; 1.6 AuthorizationKey).
  RotatePassword: (_parameters, { password }) =>
    one('ChangeConfiguration', { key: 'AuthorizationKey', value: password }),
  ReadReport: not16('reports: ReadConfiguration reads its keys'),
  SetNetworkProfile: not16('network profiles'),
  ReadLocalListVersion: () => one('GetLocalListVersion', {}),
  SendLocalList: ({ update, version, entries }, { groupIdOf }) =>
    one('SendLocalList', {
      listVersion: version,
      updateType: update === 'full' ? 'Full' : 'Differential',
      localAuthorizationList: entries.map(({ token, status, expiresAt, groupToken }) =>
        told({
          idTag: token.uid,
          idTagInfo:
            status && told({ status, expiryDate: expiresAt, parentIdTag: groupToken && groupIdOf(groupToken) }),
        }),
      ),
    }),
  SetChargingProfile({ evseId, profile }, { station }) {
    const mapped = profileOf16(profile);
    if ('impossible' in mapped) return mapped;
    const connectorId = numberOf(station, evseId);
    return one('SetChargingProfile', { connectorId, csChargingProfiles: mapped.profile });
  },
  ClearChargingProfiles({ profileId, evseId, purpose, stackLevel }, { station }) {
    const chargingProfilePurpose = purpose && purposeOf16(purpose);
    if (purpose !== undefined && chargingProfilePurpose === undefined)
      return { impossible: `1.6 has no charging profiles for ${purpose}` };
    return one('ClearChargingProfile', {
      id: profileId,
      ...placeOn(station, evseId),
      chargingProfilePurpose,
      stackLevel,
    });
  },
  ReadChargingProfiles: not16('report of charging profiles; ReadCompositeSchedule tells what comes of them'),
  ReadCompositeSchedule: ({ evseId, durationSeconds, unit }, { station }) =>
    one('GetCompositeSchedule', {
      connectorId: numberOf(station, evseId),
      duration: durationSeconds,
      chargingRateUnit: unit,
    }),
  UpdateFirmware: updateFirmware,
  PublishFirmware: not16('firmware that a station publishes'),
  UnpublishFirmware: not16('firmware that a station publishes'),
  UploadLog: uploadLog,
  ReadCertificates({ types = Object.keys(certificateTypes) }) {
    const calls = types.map((type) => ({ type, certificateType: certificateTypes[type] }));
    const other = calls.find(({ certificateType }) => certificateType === undefined);
    if (other !== undefined) return { impossible: `1.6 has no ${other.type}` };
    return {
      calls: calls.map(({ type, certificateType }) => ({
        action: 'GetInstalledCertificateIds',
        payload: { certificateType },
        about: type,
      })),
    };
  },
  InstallCertificate({ type, certificate }) {
    const certificateType = certificateTypes[type];
    if (certificateType === undefined) return { impossible: `1.6 has no ${type}` };
    return one('InstallCertificate', { certificateType, certificate });
  },
  DeleteCertificate: ({ certificate }) => one('DeleteCertificate', { certificateHashData: certificate }),
  CertificateSigned({ chain, type = 'ChargingStationCertificate' }) {
    if (type !== 'ChargingStationCertificate') return { impossible: `1.6 has no ${type}` };
    return one('CertificateSigned', { certificateChain: chain });
  },
  ReadMonitors: not16('monitors'),
  SetMonitors: not16('monitors'),
  ClearMonitors: not16('monitors'),
  SetMonitoringBase: not16('monitors'),
  SetMonitoringLevel: not16('monitors'),
  ShowMessage: not16('messages for a display'),
  ReadMessages: not16('messages for a display'),
  ClearMessage: not16('messages for a display'),
  CustomerInformation: not16('question about what a station knows of a driver'),
  SetDefaultTariff: not16('tariffs in stations'),
  ReadTariffs: not16('tariffs in stations'),
  ClearTariffs: not16('tariffs in stations'),
  ChangeTransactionTariff: not16('tariffs in stations'),
  SendCall: ({ action, payload }) => ({ calls: [{ action, payload }] }),
} satisfies IntentTable;

function updateFirmware(parameters: IntentParameters<'UpdateFirmware'>, { number }: { number: number }): Plan {
  const { location, retrieveAt, installAt, retries, retryIntervalSeconds: retryInterval, signed } = parameters;
  if (signed !== undefined) {
    const { certificate: signingCertificate, signature } = signed;
    const firmware = {
      location,
      retrieveDateTime: retrieveAt,
      installDateTime: installAt,
      signingCertificate,
      signature,
    };
    return one('SignedUpdateFirmware', { requestId: number, retries, retryInterval, firmware: told(firmware) });
  }
  if (installAt !== undefined) return { impossible: 'a 1.6 station installs unsigned firmware once it has it' };
  return one('UpdateFirmware', { location, retrieveDate: retrieveAt, retries, retryInterval });
}

function uploadLog(parameters: IntentParameters<'UploadLog'>, { number }: { number: number }): Plan {
  const { log, location, from, until, retries, retryIntervalSeconds: retryInterval } = parameters;
  switch (log) {
    case 'diagnostics':
      return one('GetDiagnostics', { location, startTime: from, stopTime: until, retries, retryInterval });
    case 'security': {
      const source = told({ remoteLocation: location, oldestTimestamp: from, latestTimestamp: until });
      return one('GetLog', { log: source, logType: 'SecurityLog', requestId: number, retries, retryInterval });
    }
    case 'dataCollector':
      return { impossible: '1.6 has no log of a data collector' };
  }
}

/** 1.6 carries text alone. */
function textOf(data: unknown): string | undefined {
  return typeof data === 'string' ? data : JSON.stringify(data);
}

/** The 1.6 connector number of an EVSE: the registry's mapping, else the EVSE's own number. */
function placeOn(
  station: StationRegistered,
  evseId: number | undefined,
  connectorId?: number,
): { connectorId?: number } {
  return evseId === undefined ? {} : { connectorId: numberOf(station, evseId, connectorId) };
}

/** The same where a number must be told: 0 is the station. */
function numberOf(station: StationRegistered, evseId: number | undefined, connectorId?: number): number {
  if (evseId === undefined) return 0;
  const mapped = station.connectorMap.find(
    (entry) => entry.evseId === evseId && (connectorId === undefined || entry.connectorId === connectorId),
  );
  return mapped?.reportedConnectorId ?? evseId;
}
