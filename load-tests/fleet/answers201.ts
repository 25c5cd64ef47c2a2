// How a 2.0.1 station answers the platform's calls: one row per action it can do.
import type { OCPP20 } from 'typed-ocpp';
import {
  isReadable,
  isWritable,
  matching,
  reportOf,
  valueOf,
  variablesOf,
  write,
  type Variable,
} from '#load-tests/fleet/device-model';
import type { Commanded } from '#load-tests/fleet/dialect';
import { fieldOf, integerOf, isoOf, listOf, textOf } from '#load-tests/fleet/payload';
import type { Answer } from '#load-tests/fleet/rpc';
import type { PresentedToken } from '#load-tests/fleet/transaction';

type Handler = (station: Commanded, payload: unknown) => Answer;

const handlers: Readonly<Record<string, Handler>> = {
  RequestStartTransaction: requestStart,
  RequestStopTransaction: requestStop,
  Reset: reset,
  GetVariables: getVariables,
  SetVariables: setVariables,
  GetBaseReport: getBaseReport,
  GetReport: getReport,
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
  'ClearDisplayMessage',
  'ClearVariableMonitoring',
  'CostUpdated',
  'CustomerInformation',
  'DeleteCertificate',
  'GetChargingProfiles',
  'GetCompositeSchedule',
  'GetDisplayMessages',
  'GetInstalledCertificateIds',
  'GetLocalListVersion',
  'GetLog',
  'GetMonitoringReport',
  'GetTransactionStatus',
  'InstallCertificate',
  'PublishFirmware',
  'ReserveNow',
  'SendLocalList',
  'SetChargingProfile',
  'SetDisplayMessage',
  'SetMonitoringBase',
  'SetMonitoringLevel',
  'SetNetworkProfile',
  'SetVariableMonitoring',
  'UnpublishFirmware',
  'UpdateFirmware',
]);

const reportItemsPerMessage = 10;

const tokenTypes: ReadonlySet<string> = new Set<PresentedToken['type']>([
  'Central',
  'eMAID',
  'ISO14443',
  'ISO15693',
  'KeyCode',
  'Local',
  'MacAddress',
  'NoAuthorization',
]);

export function answer201(station: Commanded, action: string, payload: unknown): Answer {
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
  return { kind: 'error', code: 'FormatViolation', description: `${field} is missing or malformed` };
}

function requestStart(station: Commanded, payload: unknown): Answer {
  const token = tokenOf(fieldOf(payload, 'idToken'));
  const remoteStartId = integerOf(payload, 'remoteStartId');
  if (token === undefined || remoteStartId === undefined) return malformed('idToken or remoteStartId');
  const evseId = station.freeEvse(integerOf(payload, 'evseId'));
  if (evseId === undefined) return result({ status: 'Rejected' });
  return result({ status: 'Accepted' }, () => station.startRemotely(evseId, token, remoteStartId));
}

function tokenOf(idToken: unknown): PresentedToken | undefined {
  const uid = textOf(idToken, 'idToken');
  const type = textOf(idToken, 'type');
  if (uid === undefined || type === undefined || !tokenTypes.has(type)) return undefined;
  return { uid, type: type as PresentedToken['type'] };
}

function requestStop(station: Commanded, payload: unknown): Answer {
  const transactionId = textOf(payload, 'transactionId');
  if (transactionId === undefined) return malformed('transactionId');
  const evseId = station.evseOf(transactionId);
  if (evseId === undefined) return result({ status: 'Rejected' });
  return result({ status: 'Accepted' }, () => station.stop(evseId, 'remote'));
}

function reset(station: Commanded, payload: unknown): Answer {
  const type = textOf(payload, 'type');
  if (type !== 'Immediate' && type !== 'OnIdle') return malformed('type');
  // One EVSE cannot be reset alone (B11.FR.10).
  if (fieldOf(payload, 'evseId') !== undefined) return result({ status: 'Rejected' });
  const isBusy = station.commandedEvses.some((evse) => evse.session !== undefined);
  if (type === 'OnIdle' && isBusy) return result({ status: 'Scheduled' }, () => station.rebootWhenIdle());
  return result({ status: 'Accepted' }, () => station.reboot('hard-reset'));
}

type GetResult = OCPP20.GetVariablesResponse['getVariableResult'][number];
type SetResult = OCPP20.SetVariablesResponse['setVariableResult'][number];

function getVariables(station: Commanded, payload: unknown): Answer {
  const all = variablesOf(station);
  return result({ getVariableResult: listOf(payload, 'getVariableData').map((asked) => getOne(station, all, asked)) });
}

function getOne(station: Commanded, all: readonly Variable[], asked: unknown): GetResult {
  const echo = echoOf(asked) as Pick<GetResult, 'component' | 'variable' | 'attributeType'>;
  const found = findOne(all, asked);
  if (typeof found === 'string') return { ...echo, attributeStatus: found };
  if (!isReadable(found)) return { ...echo, attributeStatus: 'Rejected' };
  return { ...echo, attributeStatus: 'Accepted', attributeValue: valueOf(station, found) };
}

function setVariables(station: Commanded, payload: unknown): Answer {
  const all = variablesOf(station);
  return result({ setVariableResult: listOf(payload, 'setVariableData').map((asked) => setOne(station, all, asked)) });
}

function setOne(station: Commanded, all: readonly Variable[], asked: unknown): SetResult {
  const echo = echoOf(asked) as Pick<SetResult, 'component' | 'variable' | 'attributeType'>;
  const found = findOne(all, asked);
  if (typeof found === 'string') return { ...echo, attributeStatus: found };
  if (!isWritable(found)) return { ...echo, attributeStatus: 'Rejected' };
  return { ...echo, attributeStatus: write(station, found, textOf(asked, 'attributeValue') ?? '') };
}

/** The answer names component and variable as the request did. */
function echoOf(asked: unknown): object {
  const attributeType = textOf(asked, 'attributeType');
  const echo = { component: fieldOf(asked, 'component'), variable: fieldOf(asked, 'variable') };
  return attributeType === undefined ? echo : { ...echo, attributeType };
}

function findOne(
  all: readonly Variable[],
  asked: unknown,
): Variable | 'UnknownComponent' | 'UnknownVariable' | 'NotSupportedAttributeType' {
  if ((textOf(asked, 'attributeType') ?? 'Actual') !== 'Actual') return 'NotSupportedAttributeType';
  const component = fieldOf(asked, 'component');
  if (matching(all, component, undefined).length === 0) return 'UnknownComponent';
  return matching(all, component, fieldOf(asked, 'variable'))[0] ?? 'UnknownVariable';
}

function getBaseReport(station: Commanded, payload: unknown): Answer {
  const requestId = integerOf(payload, 'requestId');
  const base = textOf(payload, 'reportBase');
  if (requestId === undefined || base === undefined) return malformed('requestId or reportBase');
  const all = variablesOf(station);
  const isState = (variable: Variable): boolean =>
    variable.name === 'AvailabilityState' || variable.name === 'Available';
  const selections: Readonly<Record<string, readonly Variable[]>> = {
    FullInventory: all,
    ConfigurationInventory: all.filter(isWritable),
    SummaryInventory: all.filter(isState),
  };
  return reported(station, requestId, Object.hasOwn(selections, base) ? selections[base] : undefined);
}

function getReport(station: Commanded, payload: unknown): Answer {
  const requestId = integerOf(payload, 'requestId');
  if (requestId === undefined) return malformed('requestId');
  if (listOf(payload, 'componentCriteria').length > 0) return result({ status: 'NotSupported' });
  const all = variablesOf(station);
  const asked = listOf(payload, 'componentVariable');
  const found = asked.flatMap((each) => matching(all, fieldOf(each, 'component'), fieldOf(each, 'variable')));
  return reported(station, requestId, asked.length === 0 ? all : found);
}

function reported(station: Commanded, requestId: number, variables: readonly Variable[] | undefined): Answer {
  if (variables === undefined) return result({ status: 'NotSupported' });
  if (variables.length === 0) return result({ status: 'EmptyResultSet' });
  return result({ status: 'Accepted' }, () => sendReport(station, requestId, variables));
}

function sendReport(station: Commanded, requestId: number, variables: readonly Variable[]): void {
  const generatedAt = isoOf(station.now());
  for (let first = 0; first < variables.length; first += reportItemsPerMessage) {
    const part = variables.slice(first, first + reportItemsPerMessage);
    const payload: OCPP20.NotifyReportRequest = {
      requestId,
      generatedAt,
      seqNo: first / reportItemsPerMessage,
      tbc: first + reportItemsPerMessage < variables.length,
      reportData: part.map((variable) => reportOf(station, variable)),
    };
    station.tell({ action: 'NotifyReport', payload });
  }
}

function triggerMessage(station: Commanded, payload: unknown): Answer {
  const evseId = integerOf(fieldOf(payload, 'evse'), 'id');
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
    TransactionEvent: () => station.tellTransaction(evseId),
    FirmwareStatusNotification: () =>
      station.tell({ action: 'FirmwareStatusNotification', payload: { status: 'Idle' } }),
    LogStatusNotification: () => station.tell({ action: 'LogStatusNotification', payload: { status: 'Idle' } }),
  };
}

function unlockConnector(station: Commanded, payload: unknown): Answer {
  const evseId = integerOf(payload, 'evseId');
  const connectorId = integerOf(payload, 'connectorId');
  if (evseId === undefined || connectorId === undefined) return malformed('evseId or connectorId');
  const evse = station.commandedEvses.find((each) => each.evseId === evseId);
  if (evse === undefined || connectorId !== 1) return result({ status: 'UnknownConnector' });
  return result({ status: evse.session === undefined ? 'Unlocked' : 'OngoingAuthorizedTransaction' });
}
