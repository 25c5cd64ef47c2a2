// Intents about a station as a device in the words of OCPP 2.x: its model, monitors, firmware, logs, certificates.
import { one, told, type IntentTable } from '../domain/intent.ts';
import { componentOf, dataOf, reportedOf, variableOf } from './intents-names.ts';

const reportBases = {
  configuration: 'ConfigurationInventory',
  full: 'FullInventory',
  summary: 'SummaryInventory',
} as const;

const logTypes = { diagnostics: 'DiagnosticsLog', security: 'SecurityLog', dataCollector: 'DataCollectorLog' } as const;

export const deviceIntents2 = {
  ReadConfiguration: ({ variables }, { number }) =>
    variables === undefined
      ? one('GetBaseReport', { requestId: number, reportBase: 'FullInventory' })
      : one('GetVariables', { getVariableData: variables.map(dataOf) }),
  WriteConfiguration: ({ variables }) =>
    one('SetVariables', {
      setVariableData: variables.map((wanted) => ({ ...dataOf(wanted), attributeValue: wanted.value })),
    }),
  RotatePassword: (_parameters, { password }) =>
    one('SetVariables', {
      setVariableData: [
        { component: { name: 'SecurityCtrlr' }, variable: { name: 'BasicAuthPassword' }, attributeValue: password },
      ],
    }),
  ReadReport({ base, criteria, variables }, { number: requestId }) {
    const isRestricted = criteria !== undefined || variables !== undefined;
    if (base !== undefined && isRestricted) return { impossible: 'a base report is whole: it takes no criteria' };
    if (!isRestricted) return one('GetBaseReport', { requestId, reportBase: reportBases[base ?? 'summary'] });
    const componentVariable = variables?.map(reportedOf);
    return one('GetReport', { requestId, componentCriteria: criteria, componentVariable });
  },
  ReadMonitors: ({ criteria, variables }, { number: requestId }) =>
    one('GetMonitoringReport', {
      requestId,
      monitoringCriteria: criteria,
      componentVariable: variables?.map(reportedOf),
    }),
  SetMonitors: ({ monitors }) =>
    one('SetVariableMonitoring', {
      setMonitoringData: monitors.map(({ monitorId, duringTransactionOnly, value, type, severity, ...name }) =>
        told({
          id: monitorId,
          transaction: duringTransactionOnly,
          value,
          type,
          severity,
          component: componentOf(name),
          variable: variableOf(name),
        }),
      ),
    }),
  ClearMonitors: ({ monitorIds }) => one('ClearVariableMonitoring', { id: monitorIds }),
  SetMonitoringBase: ({ base }) => one('SetMonitoringBase', { monitoringBase: base }),
  SetMonitoringLevel: ({ severity }) => one('SetMonitoringLevel', { severity }),
  UpdateFirmware({ location, retrieveAt, installAt, retries, retryIntervalSeconds, signed }, { number: requestId }) {
    const firmware = told({
      location,
      retrieveDateTime: retrieveAt,
      installDateTime: installAt,
      signingCertificate: signed?.certificate,
      signature: signed?.signature,
    });
    return one('UpdateFirmware', { requestId, retries, retryInterval: retryIntervalSeconds, firmware });
  },
  PublishFirmware: ({ location, checksum, retries, retryIntervalSeconds }, { number: requestId }) =>
    one('PublishFirmware', { location, checksum, requestId, retries, retryInterval: retryIntervalSeconds }),
  UnpublishFirmware: ({ checksum }) => one('UnpublishFirmware', { checksum }),
  UploadLog: ({ log, location, from, until, retries, retryIntervalSeconds }, { number: requestId }) =>
    one('GetLog', {
      log: told({ remoteLocation: location, oldestTimestamp: from, latestTimestamp: until }),
      logType: logTypes[log],
      requestId,
      retries,
      retryInterval: retryIntervalSeconds,
    }),
  ReadCertificates: ({ types }) => one('GetInstalledCertificateIds', { certificateType: types }),
  InstallCertificate: ({ type, certificate }) => one('InstallCertificate', { certificateType: type, certificate }),
  DeleteCertificate: ({ certificate }) => one('DeleteCertificate', { certificateHashData: certificate }),
  CertificateSigned: ({ chain, type, requestId }) =>
    one('CertificateSigned', { certificateChain: chain, certificateType: type, requestId }),
} satisfies Partial<IntentTable>;
