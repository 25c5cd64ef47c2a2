// TriggerMessage: which messages a station sends when it is asked to, by version.
import type { OCPP16, OCPP21 } from 'typed-ocpp';
import { result, row, type Rows } from '#load-tests/fleet/answers/answer';
import { askForCertificate } from '#load-tests/fleet/answers/certificates';
import { tellFirmwareStatus } from '#load-tests/fleet/answers/firmware';
import { tellDiagnosticsStatus, tellLogStatus } from '#load-tests/fleet/answers/logs';
import type { Commanded } from '#load-tests/fleet/dialect';
import type { Answer } from '#load-tests/fleet/rpc';

type Trigger = (station: Commanded, evseId: number | undefined) => void;

const common: Readonly<Record<string, Trigger>> = {
  BootNotification: (station) => station.tellBoot(),
  Heartbeat: (station) => station.tell({ action: 'Heartbeat', payload: {} }),
  StatusNotification: (station, evseId) => station.tellStatus(evseId),
  MeterValues: (station, evseId) => station.tellReading(evseId),
};

const plain16: Readonly<Record<string, Trigger>> = {
  ...common,
  FirmwareStatusNotification: (station) => tellFirmwareStatus(station, false),
  DiagnosticsStatusNotification: tellDiagnosticsStatus,
};

const extended16: Readonly<Record<string, Trigger>> = {
  ...common,
  FirmwareStatusNotification: (station) => tellFirmwareStatus(station, true),
  LogStatusNotification: tellLogStatus,
  SignChargePointCertificate: (station) => askForCertificate(station, 'ChargingStationCertificate'),
};

const triggers2: Readonly<Record<string, Trigger>> = {
  ...common,
  TransactionEvent: (station, evseId) => station.tellTransaction(evseId),
  FirmwareStatusNotification: (station) => tellFirmwareStatus(station, true),
  LogStatusNotification: tellLogStatus,
  PublishFirmwareStatusNotification: (station) =>
    station.tell({ action: 'PublishFirmwareStatusNotification', payload: { status: 'Idle' } }),
  SignChargingStationCertificate: (station) => askForCertificate(station, 'ChargingStationCertificate'),
  SignV2GCertificate: (station) => askForCertificate(station, 'V2GCertificate'),
  SignCombinedCertificate: (station) => askForCertificate(station, undefined),
};

export const trigger16: Rows = {
  TriggerMessage: row<OCPP16.TriggerMessageRequest>((station, { requestedMessage, connectorId }) =>
    triggered(station, plain16[requestedMessage], connectorId),
  ),
  ExtendedTriggerMessage: row<OCPP16.ExtendedTriggerMessageRequest>((station, { requestedMessage, connectorId }) =>
    triggered(station, extended16[requestedMessage], connectorId),
  ),
};

export const trigger2: Rows = {
  TriggerMessage: row<OCPP21.TriggerMessageRequest>((station, { requestedMessage, evse }) =>
    triggered(station, triggers2[requestedMessage], evse?.id),
  ),
};

function triggered(station: Commanded, send: Trigger | undefined, evseId: number | undefined): Answer {
  if (evseId !== undefined && evseId > station.identity.evses) return result({ status: 'Rejected' });
  if (send === undefined) return result({ status: 'NotImplemented' });
  return result({ status: 'Accepted' }, () => send(station, evseId));
}
