// How a 1.6 station answers the platform's calls: one row per action it can do.
import type { OCPP16 } from 'typed-ocpp';
import { keyNames, readKey, writeKey } from '#load-tests/fleet/configuration16';
import type { Commanded } from '#load-tests/fleet/dialect';
import { integerOf, listOf, textOf } from '#load-tests/fleet/payload';
import type { Answer } from '#load-tests/fleet/rpc';

type Handler = (station: Commanded, payload: unknown) => Answer;

const handlers: Readonly<Record<string, Handler>> = {
  RemoteStartTransaction: remoteStart,
  RemoteStopTransaction: remoteStop,
  Reset: reset,
  GetConfiguration: getConfiguration,
  ChangeConfiguration: changeConfiguration,
  TriggerMessage: triggerMessage,
  UnlockConnector: unlockConnector,
  ClearCache: () => result({ status: 'Accepted' }),
  DataTransfer: () => result({ status: 'UnknownVendorId' }),
};

/** Actions of the version that this station knows and cannot do. */
const unsupported: ReadonlySet<string> = new Set([
  'CancelReservation',
  'CertificateSigned',
  'ChangeAvailability',
  'ClearChargingProfile',
  'DeleteCertificate',
  'ExtendedTriggerMessage',
  'GetCompositeSchedule',
  'GetDiagnostics',
  'GetInstalledCertificateIds',
  'GetLocalListVersion',
  'GetLog',
  'InstallCertificate',
  'ReserveNow',
  'SendLocalList',
  'SetChargingProfile',
  'SignedUpdateFirmware',
  'UpdateFirmware',
]);

export function answer16(station: Commanded, action: string, payload: unknown): Answer {
  const handle = Object.hasOwn(handlers, action) ? handlers[action] : undefined;
  if (handle !== undefined) return handle(station, payload);
  if (unsupported.has(action))
    return { kind: 'error', code: 'NotSupported', description: `${action} is not supported` };
  return { kind: 'error', code: 'NotImplemented', description: 'unknown action' };
}

function result(payload: object, afterwards?: () => void): Answer {
  return afterwards === undefined ? { kind: 'result', payload } : { kind: 'result', payload, afterwards };
}

function malformed(field: string): Answer {
  return { kind: 'error', code: 'FormationViolation', description: `${field} is missing or malformed` };
}

function remoteStart(station: Commanded, payload: unknown): Answer {
  const uid = textOf(payload, 'idTag');
  if (uid === undefined) return malformed('idTag');
  const evseId = station.freeEvse(integerOf(payload, 'connectorId'));
  if (evseId === undefined) return result({ status: 'Rejected' });
  return result({ status: 'Accepted' }, () => station.startRemotely(evseId, { uid, type: 'ISO14443' }, undefined));
}

function remoteStop(station: Commanded, payload: unknown): Answer {
  const transactionId = integerOf(payload, 'transactionId');
  if (transactionId === undefined) return malformed('transactionId');
  const evseId = station.evseOf(String(transactionId));
  if (evseId === undefined) return result({ status: 'Rejected' });
  return result({ status: 'Accepted' }, () => station.stop(evseId, 'remote'));
}

function reset(station: Commanded, payload: unknown): Answer {
  const type = textOf(payload, 'type');
  if (type !== 'Soft' && type !== 'Hard') return malformed('type');
  return result({ status: 'Accepted' }, () => station.reboot(type === 'Soft' ? 'soft-reset' : 'hard-reset'));
}

function getConfiguration(station: Commanded, payload: unknown): Answer {
  const asked = listOf(payload, 'key').filter((key) => typeof key === 'string');
  const names = asked.length === 0 ? keyNames : asked;
  const known = names.map((name) => readKey(station, name)).filter((key) => key !== undefined);
  const unknownKey = names.filter((name) => readKey(station, name) === undefined);
  const answer: OCPP16.GetConfigurationResponse = {};
  if (known.length > 0) answer.configurationKey = known;
  if (unknownKey.length > 0) answer.unknownKey = unknownKey;
  return result(answer);
}

function changeConfiguration(station: Commanded, payload: unknown): Answer {
  const key = textOf(payload, 'key');
  const value = textOf(payload, 'value');
  if (key === undefined || value === undefined) return malformed('key or value');
  return result({ status: writeKey(station, key, value) });
}

function triggerMessage(station: Commanded, payload: unknown): Answer {
  const evseId = integerOf(payload, 'connectorId');
  if (evseId !== undefined && evseId > station.identity.evses) return result({ status: 'Rejected' });
  const send = triggers(station, evseId)[textOf(payload, 'requestedMessage') ?? ''];
  return send === undefined ? result({ status: 'NotImplemented' }) : result({ status: 'Accepted' }, send);
}

function triggers(station: Commanded, evseId: number | undefined): Readonly<Record<string, () => void>> {
  return {
    BootNotification: () => station.tellBoot(),
    Heartbeat: () => station.tell({ action: 'Heartbeat', payload: {} }),
    StatusNotification: () => station.tellStatus(evseId),
    MeterValues: () => station.tellReading(evseId),
    FirmwareStatusNotification: () =>
      station.tell({ action: 'FirmwareStatusNotification', payload: { status: 'Idle' } }),
    DiagnosticsStatusNotification: () =>
      station.tell({ action: 'DiagnosticsStatusNotification', payload: { status: 'Idle' } }),
  };
}

function unlockConnector(station: Commanded, payload: unknown): Answer {
  const evseId = integerOf(payload, 'connectorId');
  if (evseId === undefined) return malformed('connectorId');
  if (evseId < 1 || evseId > station.identity.evses) return result({ status: 'NotSupported' });
  return result({ status: 'Unlocked' }, () => station.stop(evseId, 'unlock'));
}
