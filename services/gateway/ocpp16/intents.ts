// Operators' intents in the words of OCPP 1.6J.
import type { OCPP16 } from 'typed-ocpp';
import type { StationRegistered } from '#contracts/generated/types';
import { outcomeOf, type Call, type IntentTable } from '../domain/intent.ts';
import { variablesOf16 } from './variables.ts';

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

export const intents16 = {
  StartCharging: {
    plan: ({ evseId, token }, { station }) =>
      one('RemoteStartTransaction', { ...connectorOf(station, evseId), idTag: token.uid }),
    outcome: (answer: OCPP16.RemoteStartTransactionResponse) => outcomeOf(answer.status),
  },
  StopCharging: {
    plan({ transactionId }) {
      const number = Number(transactionId);
      if (!Number.isInteger(number))
        return { impossible: `transactionId ${transactionId} is not a whole number, as 1.6 needs` };
      return one('RemoteStopTransaction', { transactionId: number });
    },
    outcome: (answer: OCPP16.RemoteStopTransactionResponse) => outcomeOf(answer.status),
  },
  UnlockConnector: {
    plan: ({ evseId, connectorId }, { station }) => one('UnlockConnector', connectorOf(station, evseId, connectorId)),
    outcome: (answer: OCPP16.UnlockConnectorResponse) => outcomeOf(answer.status, ['Unlocked']),
  },
  ResetStation: {
    plan({ when, evseId }) {
      if (evseId !== undefined) return { impossible: 'a 1.6 station resets as a whole' };
      return one('Reset', { type: when === 'immediately' ? 'Hard' : 'Soft' });
    },
    outcome: (answer: OCPP16.ResetResponse) => outcomeOf(answer.status),
  },
  ReadConfiguration: {
    plan: ({ variables }) =>
      one('GetConfiguration', variables === undefined ? {} : { key: variables.map(({ variable }) => variable) }),
    outcome: () => ({ outcome: 'accepted', detail: null }),
    facts: (answer: OCPP16.GetConfigurationResponse, meta) => [variablesOf16(answer, meta(null))],
  },
  WriteConfiguration: {
    plan: ({ variables }) => ({
      calls: variables.map(({ variable, value }): Call => ({
        action: 'ChangeConfiguration',
        payload: { key: variable, value },
        about: variable,
      })),
    }),
    outcome: (answer: OCPP16.ChangeConfigurationResponse) => outcomeOf(answer.status, ['Accepted', 'RebootRequired']),
  },
  TriggerMessage: {
    plan({ message, evseId, connectorId }, { station }) {
      const trigger = triggers[message];
      if (trigger === undefined) return { impossible: `1.6 cannot trigger ${message}` };
      return one(trigger.action, { requestedMessage: trigger.name, ...connectorOf(station, evseId, connectorId) });
    },
    outcome: (answer: OCPP16.TriggerMessageResponse) => outcomeOf(answer.status),
  },
} satisfies IntentTable;

function one(action: string, payload: object): { calls: readonly Call[] } {
  return { calls: [{ action, payload }] };
}

/** The 1.6 connector number of an EVSE: the registry's mapping, else the EVSE's own number. */
function connectorOf(
  station: StationRegistered,
  evseId: number | undefined,
  connectorId?: number,
): { connectorId?: number } {
  if (evseId === undefined) return {};
  const mapped = station.connectorMap.find(
    (entry) => entry.evseId === evseId && (connectorId === undefined || entry.connectorId === connectorId),
  );
  return { connectorId: mapped?.reportedConnectorId ?? evseId };
}
