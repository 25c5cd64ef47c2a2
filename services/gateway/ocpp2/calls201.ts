// What 2.0.1 stations answer to our CALLs.
import type { OCPP20 } from 'typed-ocpp';
import {
  answeredAlone,
  byStatus,
  outcomeOf,
  outcomeOfEach,
  recordedAnswer,
  withFacts,
  type CallRow,
  type CallTable,
} from '../domain/call.ts';
import { availabilityChanged, localListReported, logAnswered, variablesTold } from '../domain/facts.ts';
import { orNull } from '../domain/or-null.ts';
import { withoutUrlUser } from '../domain/redaction.ts';
import { shownValue, untold } from '../domain/variables.ts';
import {
  certificateSigned,
  deleteCertificate,
  getInstalledCertificateIds,
  installCertificate,
} from './calls-certificates.ts';
import { clearDisplayMessage, setDisplayMessage } from './calls-display.ts';
import { publishFirmware, unpublishFirmware, updateFirmware } from './calls-firmware.ts';
import { clearVariableMonitoring, setVariableMonitoring } from './calls-monitors.ts';
import { clearChargingProfile, getCompositeSchedule, setChargingProfile } from './calls-profiles.ts';
import {
  getBaseReport,
  getChargingProfiles,
  getDisplayMessages,
  getMonitoringReport,
  getReport,
} from './calls-reports.ts';
import { cancelReservation, reserveNow } from './calls-reservations.ts';
import { namesOf, variablesOf2 } from './variables.ts';

const changeAvailability = withFacts<OCPP20.ChangeAvailabilityRequest, OCPP20.ChangeAvailabilityResponse>(
  ({ status }, { request: { evse, operationalStatus }, meta }) =>
    availabilityChanged(meta(null), {
      evseId: orNull(evse?.id),
      connectorId: orNull(evse?.connectorId),
      operative: operationalStatus === 'Operative',
      scheduled: status === 'Scheduled',
    }),
  ['Accepted', 'Scheduled'],
);

const getVariables: CallRow<OCPP20.GetVariablesRequest, OCPP20.GetVariablesResponse> = {
  outcome({ getVariableResult }) {
    const unknown = getVariableResult.filter(({ attributeStatus }) => attributeStatus !== 'Accepted');
    const detail = unknown.map(({ variable, attributeStatus }) => `${variable.name}: ${attributeStatus}`).join(', ');
    return { outcome: 'accepted', detail: detail === '' ? null : detail };
  },
  facts: (answer, { meta }) => [variablesOf2(answer, meta(null))],
};

const setVariables: CallRow<OCPP20.SetVariablesRequest, OCPP20.SetVariablesResponse> = {
  outcome: ({ setVariableResult }) =>
    outcomeOfEach(
      setVariableResult.map(({ variable, attributeStatus }) => ({ name: variable.name, status: attributeStatus })),
      ['RebootRequired'],
    ),
  // What needs a reboot has its old value until then. Results need not come in the order of the request.
  facts({ setVariableResult }, { request: { setVariableData }, meta }) {
    const keyOf = ({
      component,
      variable,
      attributeType = 'Actual',
    }: (typeof setVariableData)[number] | (typeof setVariableResult)[number]) =>
      JSON.stringify([namesOf(component, variable), attributeType]);
    const written = new Map(setVariableData.map((data) => [keyOf(data), data.attributeValue]));
    const variables = setVariableResult
      .filter(({ attributeStatus }) => attributeStatus === 'Accepted')
      .map((result) => ({
        ...untold,
        ...namesOf(result.component, result.variable),
        attribute: result.attributeType ?? 'Actual',
        value: shownValue(result.variable.name, written.get(keyOf(result))),
      }));
    return variables.length === 0 ? [] : [variablesTold(meta(null), variables)];
  },
};

const getLog = withFacts<OCPP20.GetLogRequest, OCPP20.GetLogResponse>(
  ({ status, filename }, { request: { logType, requestId }, meta }) =>
    logAnswered(meta(null), { logType, status, requestId, fileName: withoutUrlUser(filename) }),
  ['Accepted', 'AcceptedCanceled'],
);

const getLocalListVersion: CallRow<OCPP20.GetLocalListVersionRequest, OCPP20.GetLocalListVersionResponse> = {
  outcome: ({ versionNumber }) => ({ outcome: 'accepted', detail: `version ${versionNumber}` }),
  facts: ({ versionNumber }, { meta }) => [localListReported(meta(null), versionNumber, null)],
};

const sendLocalList = withFacts<OCPP20.SendLocalListRequest, OCPP20.SendLocalListResponse>(
  (_answer, { request: { versionNumber, updateType }, meta }) =>
    localListReported(meta(null), versionNumber, updateType),
);

const getTransactionStatus: CallRow<OCPP20.GetTransactionStatusRequest, OCPP20.GetTransactionStatusResponse> = {
  outcome({ ongoingIndicator, messagesInQueue }) {
    const goesOn = ongoingIndicator === undefined ? '' : ongoingIndicator ? 'goes on, ' : 'is over, ';
    return { outcome: 'accepted', detail: `${goesOn}${messagesInQueue ? 'messages wait' : 'no message waits'}` };
  },
  facts: (answer, { meta }) => [recordedAnswer('GetTransactionStatus', answer, { meta })],
};

const dataTransfer: CallRow<OCPP20.DataTransferRequest, OCPP20.DataTransferResponse> = {
  outcome: (answer) => outcomeOf(answer),
  facts: (answer, { meta }) => (answer.data === undefined ? [] : [recordedAnswer('DataTransfer', answer, { meta })]),
};

export const calls201 = {
  CancelReservation: cancelReservation,
  CertificateSigned: certificateSigned,
  ChangeAvailability: changeAvailability,
  ClearCache: byStatus(),
  ClearChargingProfile: clearChargingProfile,
  ClearDisplayMessage: clearDisplayMessage,
  ClearVariableMonitoring: clearVariableMonitoring,
  CostUpdated: answeredAlone,
  CustomerInformation: byStatus(),
  DataTransfer: dataTransfer,
  DeleteCertificate: deleteCertificate,
  GetBaseReport: getBaseReport,
  GetChargingProfiles: getChargingProfiles,
  GetCompositeSchedule: getCompositeSchedule,
  GetDisplayMessages: getDisplayMessages,
  GetInstalledCertificateIds: getInstalledCertificateIds,
  GetLocalListVersion: getLocalListVersion,
  GetLog: getLog,
  GetMonitoringReport: getMonitoringReport,
  GetReport: getReport,
  GetTransactionStatus: getTransactionStatus,
  GetVariables: getVariables,
  InstallCertificate: installCertificate,
  PublishFirmware: publishFirmware,
  RequestStartTransaction: byStatus(),
  RequestStopTransaction: byStatus(),
  ReserveNow: reserveNow,
  Reset: byStatus('Scheduled'),
  SendLocalList: sendLocalList,
  SetChargingProfile: setChargingProfile,
  SetDisplayMessage: setDisplayMessage,
  SetMonitoringBase: byStatus('EmptyResultSet'),
  SetMonitoringLevel: byStatus(),
  SetNetworkProfile: byStatus(),
  SetVariableMonitoring: setVariableMonitoring,
  SetVariables: setVariables,
  TriggerMessage: byStatus(),
  UnlockConnector: byStatus('Unlocked'),
  UnpublishFirmware: unpublishFirmware,
  UpdateFirmware: updateFirmware,
} satisfies CallTable;
