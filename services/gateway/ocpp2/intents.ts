// Operators' intents in the words of OCPP 2.0.1.
import type { OCPP20 } from 'typed-ocpp';
import type { IntentParameters } from '#contracts/commands';
import { outcomeOf, type Call, type IntentTable } from '../domain/intent.ts';
import { variablesOf2 } from './variables.ts';

type VariableName = NonNullable<IntentParameters<'ReadConfiguration'>['variables']>[number];

/** 1.6 names of messages that 2.x calls otherwise. */
const triggerNames: Readonly<Record<string, string>> = { DiagnosticsStatusNotification: 'LogStatusNotification' };

export const intents201 = {
  StartCharging: {
    plan: ({ evseId, token }, { number }) =>
      one('RequestStartTransaction', {
        ...(evseId === undefined ? {} : { evseId }),
        remoteStartId: number,
        idToken: { idToken: token.uid, type: token.type },
      }),
    outcome: (answer: OCPP20.RequestStartTransactionResponse) => outcomeOf(answer.status),
  },
  StopCharging: {
    plan: ({ transactionId }) => one('RequestStopTransaction', { transactionId }),
    outcome: (answer: OCPP20.RequestStopTransactionResponse) => outcomeOf(answer.status),
  },
  UnlockConnector: {
    plan: ({ evseId, connectorId }) => one('UnlockConnector', { evseId, connectorId: connectorId ?? 1 }),
    outcome: (answer: OCPP20.UnlockConnectorResponse) => outcomeOf(answer.status, ['Unlocked']),
  },
  ResetStation: {
    plan: ({ when, evseId }) =>
      one('Reset', {
        type: when === 'immediately' ? 'Immediate' : 'OnIdle',
        ...(evseId === undefined ? {} : { evseId }),
      }),
    outcome: (answer: OCPP20.ResetResponse) => outcomeOf(answer.status, ['Accepted', 'Scheduled']),
  },
  ReadConfiguration: {
    plan: ({ variables }, { number }) =>
      variables === undefined
        ? one('GetBaseReport', { requestId: number, reportBase: 'FullInventory' })
        : one('GetVariables', { getVariableData: variables.map(dataOf) }),
    outcome: (answer: OCPP20.GetVariablesResponse | OCPP20.GetBaseReportResponse) =>
      'getVariableResult' in answer
        ? { outcome: 'accepted', detail: null }
        : outcomeOf(answer.status, ['Accepted', 'EmptyResultSet']),
    // A base report comes later, in NotifyReport parts; only GetVariables is answered with values.
    facts: (answer: OCPP20.GetVariablesResponse | OCPP20.GetBaseReportResponse, meta) =>
      'getVariableResult' in answer ? [variablesOf2(answer, meta(null))] : [],
  },
  WriteConfiguration: {
    plan: ({ variables }) =>
      one('SetVariables', {
        setVariableData: variables.map((wanted) => ({ ...dataOf(wanted), attributeValue: wanted.value })),
      }),
    outcome(answer: OCPP20.SetVariablesResponse) {
      const told = answer.setVariableResult.filter(({ attributeStatus }) => attributeStatus !== 'Accepted');
      const isWritten = told.every(({ attributeStatus }) => attributeStatus === 'RebootRequired');
      const detail = told.map(({ variable, attributeStatus }) => `${variable.name}: ${attributeStatus}`).join(', ');
      return { outcome: isWritten ? 'accepted' : 'rejected', detail: detail === '' ? null : detail };
    },
  },
  TriggerMessage: {
    plan: ({ message, evseId, connectorId }) =>
      one('TriggerMessage', {
        requestedMessage: triggerNames[message] ?? message,
        ...(evseId === undefined
          ? {}
          : { evse: { id: evseId, ...(connectorId === undefined ? {} : { connectorId }) } }),
      }),
    outcome: (answer: OCPP20.TriggerMessageResponse) => outcomeOf(answer.status),
  },
} satisfies IntentTable;

function one(action: string, payload: object): { calls: readonly Call[] } {
  return { calls: [{ action, payload }] };
}

/** Component, variable and attribute of a name. A variable without component is the station's own. */
function dataOf(name: VariableName): object {
  return {
    ...(name.attribute === undefined ? {} : { attributeType: name.attribute }),
    component: {
      name: name.component ?? 'ChargingStation',
      ...(name.componentInstance === undefined ? {} : { instance: name.componentInstance }),
      ...(name.evseId === undefined
        ? {}
        : { evse: { id: name.evseId, ...(name.connectorId === undefined ? {} : { connectorId: name.connectorId }) } }),
    },
    variable: {
      name: name.variable,
      ...(name.variableInstance === undefined ? {} : { instance: name.variableInstance }),
    },
  };
}
