// What 1.6J stations answer to our CALLs: core, and the security whitepaper's.
import type { OCPP16 } from 'typed-ocpp';
import {
  answeredAlone,
  byStatus,
  outcomeOf,
  recordedAnswer,
  withFacts,
  type CallRow,
  type CallTable,
} from '../domain/call.ts';
import { certificateOf } from '../certificate-facts.ts';
import { placeOf } from '../domain/action.ts';
import {
  availabilityChanged,
  certificatesReported,
  firmwareAnswered,
  localListReported,
  logAnswered,
  reservationChanged,
  untoldCertificate,
  variablesTold,
} from '../domain/facts.ts';
import { withoutUrlUser } from '../domain/redaction.ts';
import { parseTimestamp } from '../domain/timestamps.ts';
import { shownValue, untold } from '../domain/variables.ts';
import { clearChargingProfile, getCompositeSchedule, setChargingProfile } from './calls-profiles.ts';
import { variablesOf16 } from './variables.ts';

const changeAvailability = withFacts<OCPP16.ChangeAvailabilityRequest, OCPP16.ChangeAvailabilityResponse>(
  ({ status }, { request, station, meta }) => {
    const { evseId, connectorId } = placeOf(station, request.connectorId);
    const isStation = request.connectorId === 0;
    return availabilityChanged(meta(null), {
      evseId: isStation ? null : evseId,
      connectorId: isStation ? null : connectorId,
      operative: request.type === 'Operative',
      scheduled: status === 'Scheduled',
    });
  },
  ['Accepted', 'Scheduled'],
);

const changeConfiguration: CallRow<OCPP16.ChangeConfigurationRequest, OCPP16.ChangeConfigurationResponse> = {
  outcome: (answer) => outcomeOf(answer, ['Accepted', 'RebootRequired']),
  // What needs a reboot has its old value until then.
  facts: ({ status }, { request: { key, value }, meta }) =>
    status === 'Accepted'
      ? [
          variablesTold(meta(null), [
            { ...untold, component: '', variable: key, attribute: 'Actual', value: shownValue(key, value) },
          ]),
        ]
      : [],
};

const getConfiguration: CallRow<OCPP16.GetConfigurationRequest, OCPP16.GetConfigurationResponse> = {
  outcome: ({ unknownKey = [] }) => ({
    outcome: 'accepted',
    detail: unknownKey.length === 0 ? null : `not known: ${unknownKey.join(', ')}`,
  }),
  facts: (answer, { meta }) => [variablesOf16(answer, meta(null))],
};

const reserveNow = withFacts<OCPP16.ReserveNowRequest, OCPP16.ReserveNowResponse>(
  (_answer, { request, station, refOf, meta }) =>
    reservationChanged(meta(null), {
      reservationId: request.reservationId,
      change: 'accepted',
      evseId: request.connectorId === 0 ? null : placeOf(station, request.connectorId).evseId,
      expiresAt: parseTimestamp(request.expiryDate),
      tokenRef: refOf('Unknown', request.idTag),
    }),
);

const cancelReservation = withFacts<OCPP16.CancelReservationRequest, OCPP16.CancelReservationResponse>(
  (_answer, { request: { reservationId }, meta }) =>
    reservationChanged(meta(null), { reservationId, change: 'cancelled' }),
);

const updateFirmware: CallRow<OCPP16.UpdateFirmwareRequest, OCPP16.UpdateFirmwareResponse> = {
  outcome: answeredAlone.outcome,
  facts: (_answer, { request, meta }) => [
    firmwareAnswered(meta(null), {
      job: 'update',
      status: 'Requested',
      retrieveAt: parseTimestamp(request.retrieveDate),
      signed: false,
    }),
  ],
};

const signedUpdateFirmware = withFacts<OCPP16.SignedUpdateFirmwareRequest, OCPP16.SignedUpdateFirmwareResponse>(
  ({ status }, { request: { requestId, firmware }, meta }) =>
    firmwareAnswered(meta(null), {
      job: 'update',
      status,
      requestId,
      retrieveAt: parseTimestamp(firmware.retrieveDateTime),
      installAt: parseTimestamp(firmware.installDateTime),
      signed: true,
    }),
  ['Accepted', 'AcceptedCanceled'],
);

const getDiagnostics: CallRow<OCPP16.GetDiagnosticsRequest, OCPP16.GetDiagnosticsResponse> = {
  outcome: ({ fileName }) => ({ outcome: 'accepted', detail: withoutUrlUser(fileName) }),
  facts: ({ fileName }, { meta }) => [
    logAnswered(meta(null), { logType: 'Diagnostics', status: 'Requested', fileName: withoutUrlUser(fileName) }),
  ],
};

const getLog = withFacts<OCPP16.GetLogRequest, OCPP16.GetLogResponse>(
  ({ status, filename }, { request: { logType, requestId }, meta }) =>
    logAnswered(meta(null), { logType, status, requestId, fileName: withoutUrlUser(filename) }),
  ['Accepted', 'AcceptedCanceled'],
);

/** 1.6's names of certificates as 2.x names them: events know no version. */
const certificateTypes: Readonly<Record<string, string>> = { CentralSystemRootCertificate: 'CSMSRootCertificate' };
const typeOf = (certificateType: string): string => certificateTypes[certificateType] ?? certificateType;

/** Nothing found is an answer, too: there is none of this type. */
const getInstalledCertificateIds = withFacts<
  OCPP16.GetInstalledCertificateIdsRequest,
  OCPP16.GetInstalledCertificateIdsResponse
>(
  ({ certificateHashData = [] }, { request, meta }) => {
    const certificateType = typeOf(request.certificateType);
    const certificates = certificateHashData.map((hash) => ({ certificateType, ...untoldCertificate, ...hash }));
    return certificatesReported(meta(null), { change: 'report', certificateTypes: [certificateType], certificates });
  },
  ['Accepted', 'NotFound'],
);

const installCertificate = withFacts<OCPP16.InstallCertificateRequest, OCPP16.InstallCertificateResponse>(
  (_answer, { request: { certificateType, certificate }, meta }) =>
    certificatesReported(meta(null), {
      change: 'installed',
      certificates: [certificateOf(typeOf(certificateType), certificate)],
    }),
);

const deleteCertificate = withFacts<OCPP16.DeleteCertificateRequest, OCPP16.DeleteCertificateResponse>(
  (_answer, { request: { certificateHashData }, meta }) =>
    certificatesReported(meta(null), {
      change: 'deleted',
      certificates: [{ certificateType: '', ...untoldCertificate, ...certificateHashData }],
    }),
);

const certificateSigned = withFacts<OCPP16.CertificateSignedRequest, OCPP16.CertificateSignedResponse>(
  (_answer, { request: { certificateChain }, meta }) =>
    certificatesReported(meta(null), {
      change: 'signed',
      certificates: [certificateOf('ChargingStationCertificate', certificateChain)],
    }),
);

const getLocalListVersion: CallRow<OCPP16.GetLocalListVersionRequest, OCPP16.GetLocalListVersionResponse> = {
  outcome: ({ listVersion }) =>
    listVersion === -1
      ? { outcome: 'notSupported', detail: 'the station keeps no local list' }
      : { outcome: 'accepted', detail: `version ${listVersion}` },
  facts: ({ listVersion }, { meta }) => [localListReported(meta(null), listVersion, null)],
};

const sendLocalList = withFacts<OCPP16.SendLocalListRequest, OCPP16.SendLocalListResponse>(
  (_answer, { request: { listVersion, updateType }, meta }) => localListReported(meta(null), listVersion, updateType),
);

const dataTransfer: CallRow<OCPP16.DataTransferRequest, OCPP16.DataTransferResponse> = {
  outcome: (answer) => outcomeOf(answer),
  facts: (answer, { meta }) => (answer.data === undefined ? [] : [recordedAnswer('DataTransfer', answer, { meta })]),
};

export const calls16 = {
  CancelReservation: cancelReservation,
  CertificateSigned: certificateSigned,
  ChangeAvailability: changeAvailability,
  ChangeConfiguration: changeConfiguration,
  ClearCache: byStatus(),
  ClearChargingProfile: clearChargingProfile,
  DataTransfer: dataTransfer,
  DeleteCertificate: deleteCertificate,
  ExtendedTriggerMessage: byStatus(),
  GetCompositeSchedule: getCompositeSchedule,
  GetConfiguration: getConfiguration,
  GetDiagnostics: getDiagnostics,
  GetInstalledCertificateIds: getInstalledCertificateIds,
  GetLocalListVersion: getLocalListVersion,
  GetLog: getLog,
  InstallCertificate: installCertificate,
  RemoteStartTransaction: byStatus(),
  RemoteStopTransaction: byStatus(),
  ReserveNow: reserveNow,
  Reset: byStatus(),
  SendLocalList: sendLocalList,
  SetChargingProfile: setChargingProfile,
  SignedUpdateFirmware: signedUpdateFirmware,
  TriggerMessage: byStatus(),
  UnlockConnector: byStatus('Unlocked'),
  UpdateFirmware: updateFirmware,
} satisfies CallTable;
