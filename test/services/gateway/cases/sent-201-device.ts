// What we send 2.0.1 stations about themselves: model, monitors, network, display. The same in 2.1.
import type { ExpectedEvent, SentCases } from './case.ts';
import { accepted, answered, at, atMs, refused, rejected, reportOf, sent } from './sent-parts.ts';
import { variableOf } from './told-lists.ts';

const component = { name: 'OCPPCommCtrlr' };
const heartbeat = { component, variable: { name: 'HeartbeatInterval' } };
const password = { component: { name: 'SecurityCtrlr' }, variable: { name: 'BasicAuthPassword' } };
const base = { requestId: 7, reportBase: 'FullInventory' };
const report = { requestId: 7, componentVariable: [heartbeat] };
const monitor = {
  value: 80.5,
  type: 'UpperThreshold',
  severity: 3,
  component: { name: 'EVSE', evse: { id: 1 } },
  variable: { name: 'Temperature' },
};
const monitored = { type: 'UpperThreshold', severity: 3, component: monitor.component, variable: monitor.variable };
const message = {
  id: 4,
  priority: 'InFront',
  state: 'Idle',
  startDateTime: at,
  message: { format: 'UTF8', language: 'en', content: 'Hello' },
};
const network = {
  configurationSlot: 1,
  connectionData: {
    ocppVersion: 'OCPP20',
    ocppTransport: 'JSON',
    ocppCsmsUrl: 'wss://csms.example/ocpp',
    messageTimeout: 30,
    securityProfile: 2,
    ocppInterface: 'Wired0',
  },
};
const customer = { requestId: 7, report: true, clear: false, customerIdentifier: 'c' };

/** A variable of heartbeat's component as it is told by its name and value alone. */
function variable(
  value: string | null,
  of: { component: { name: string }; variable: { name: string } } = heartbeat,
): object {
  return variableOf(of.component.name, of.variable.name, value);
}

function monitors(change: 'set' | 'cleared', told: object): ExpectedEvent {
  const unsaid = {
    monitorId: null,
    component: '',
    componentInstance: null,
    evseId: null,
    connectorId: null,
    variable: '',
    variableInstance: null,
    transaction: null,
    value: null,
    type: null,
    severity: null,
    eventNotificationType: null,
  };
  return { type: 'MonitorsReported', change, requestId: null, monitors: [{ ...unsaid, ...told }] };
}

function displayed(change: 'set' | 'cleared', told: object): ExpectedEvent {
  const unsaid = { priority: null, state: null, startsAt: null, endsAt: null, transactionId: null, format: null };
  const more = { language: null, content: null, component: null, evseId: null, extraJson: null };
  return {
    type: 'DisplayMessagesReported',
    change,
    requestId: null,
    messages: [{ messageId: 4, ...unsaid, ...more, ...told }],
  };
}

export const sent201Device: SentCases = {
  ClearDisplayMessage: sent(
    [accepted('a message is taken away', { id: 4 }, [displayed('cleared', {})]), rejected({ id: 4 }, 'Unknown')],
    refused('no number', {}, ''),
  ),
  ClearVariableMonitoring: sent(
    [
      answered(
        'each monitor is cleared or not',
        {
          request: { id: [1, 2] },
          answer: {
            clearMonitoringResult: [
              { status: 'Accepted', id: 1 },
              { status: 'NotFound', id: 2 },
            ],
          },
          outcome: 'rejected',
          detail: '2: NotFound',
        },
        [monitors('cleared', { monitorId: 1 })],
      ),
      answered('none is cleared: nothing changed', {
        request: { id: [2] },
        answer: { clearMonitoringResult: [{ status: 'Rejected', id: 2 }] },
        outcome: 'rejected',
        detail: '2: Rejected',
      }),
    ],
    refused('no monitor', { id: [] }, '/id'),
  ),
  CustomerInformation: sent(
    [accepted('what it knows will be told', customer), rejected(customer, 'Invalid')],
    refused('nothing asked', { requestId: 7 }, ''),
  ),
  GetBaseReport: sent(
    [
      accepted('a report will come in parts', base, [reportOf('fullInventory')]),
      accepted('so will one of what may be written', { ...base, reportBase: 'ConfigurationInventory' }, [
        reportOf('configurationInventory'),
      ]),
      answered(
        'there is nothing to report',
        { request: base, answer: { status: 'EmptyResultSet' }, outcome: 'accepted', detail: 'EmptyResultSet' },
        [reportOf('fullInventory', null, true)],
      ),
      answered('it has no such report', {
        request: base,
        answer: { status: 'NotSupported' },
        outcome: 'notSupported',
        detail: 'NotSupported',
      }),
    ],
    refused('a report that no list has', { ...base, reportBase: 'All' }, '/reportBase'),
  ),
  GetDisplayMessages: sent(
    [
      accepted('messages will be told', { requestId: 7 }, [reportOf('displayMessages')]),
      answered(
        'there is none of that priority',
        {
          request: { requestId: 7, priority: 'InFront' },
          answer: { status: 'Unknown' },
          outcome: 'accepted',
          detail: 'Unknown',
        },
        [reportOf('displayMessages', { priority: 'InFront' }, true)],
      ),
    ],
    refused('a priority that no list has', { requestId: 7, priority: 'First' }, '/priority'),
  ),
  GetMonitoringReport: sent(
    [
      accepted('monitors will be told', { requestId: 7, monitoringCriteria: ['DeltaMonitoring'] }, [
        reportOf('monitoring', { monitoringCriteria: ['DeltaMonitoring'] }),
      ]),
      rejected({ requestId: 7 }),
    ],
    refused('a criterion that no list has', { requestId: 7, monitoringCriteria: ['All'] }, '/monitoringCriteria/0'),
  ),
  GetReport: sent(
    [
      accepted('a report will come in parts', report, [reportOf('customReport', { componentVariable: [heartbeat] })]),
      rejected(report),
    ],
    refused('no component', { requestId: 7, componentVariable: [{}] }, '/componentVariable/0'),
  ),
  GetVariables: sent(
    [
      answered(
        'values are told, secrets are not, and which it does not know',
        {
          request: { getVariableData: [heartbeat, password, { component, variable: { name: 'Odd' } }] },
          answer: {
            getVariableResult: [
              { attributeStatus: 'Accepted', attributeValue: '60', ...heartbeat },
              { attributeStatus: 'Accepted', attributeValue: 'S3CRET', ...password },
              { attributeStatus: 'UnknownVariable', component, variable: { name: 'Odd' } },
            ],
          },
          outcome: 'accepted',
          detail: 'Odd: UnknownVariable',
        },
        [
          {
            type: 'VariablesReported',
            variables: [variable('60'), variable(null, password)],
            unknownVariables: ['OCPPCommCtrlr.Odd: UnknownVariable'],
          },
        ],
      ),
    ],
    refused('no variable', { getVariableData: [] }, '/getVariableData'),
  ),
  SetDisplayMessage: sent(
    [
      accepted('a message is shown', { message }, [
        displayed('set', {
          priority: 'InFront',
          state: 'Idle',
          startsAt: atMs,
          format: 'UTF8',
          language: 'en',
          content: 'Hello',
        }),
      ]),
      rejected({ message }, 'NotSupportedMessageFormat'),
      answered('it says why not', {
        request: { message },
        answer: { status: 'UnknownTransaction', statusInfo: { reasonCode: 'NotFound', additionalInfo: 'T' } },
        outcome: 'rejected',
        detail: 'UnknownTransaction (NotFound: T)',
      }),
    ],
    refused('a priority that no list has', { message: { ...message, priority: 'First' } }, '/message/priority'),
  ),
  SetMonitoringBase: sent(
    [
      accepted('a set of monitors is active', { monitoringBase: 'FactoryDefault' }),
      rejected({ monitoringBase: 'All' }),
    ],
    refused('a set that no list has', { monitoringBase: 'Some' }, '/monitoringBase'),
  ),
  SetMonitoringLevel: sent(
    [accepted('a level is set', { severity: 5 }), rejected({ severity: 5 })],
    refused('a word', { severity: 'high' }, '/severity'),
  ),
  SetNetworkProfile: sent(
    [
      accepted('a profile is kept', network),
      rejected(network),
      answered('it cannot be kept', {
        request: network,
        answer: { status: 'Failed' },
        outcome: 'failed',
        detail: 'Failed',
      }),
    ],
    refused(
      'no URL',
      { ...network, connectionData: { ...network.connectionData, ocppCsmsUrl: 1 } },
      '/connectionData/ocppCsmsUrl',
    ),
  ),
  SetVariableMonitoring: sent(
    [
      answered(
        'each monitor is set or not, in any order',
        {
          request: { setMonitoringData: [{ ...monitor, severity: 9 }, monitor] },
          answer: {
            setMonitoringResult: [
              { id: 12, status: 'Accepted', ...monitored },
              { status: 'Duplicate', ...monitored, severity: 9 },
            ],
          },
          outcome: 'rejected',
          detail: 'Temperature: Duplicate',
        },
        [
          monitors('set', {
            monitorId: 12,
            component: 'EVSE',
            evseId: 1,
            variable: 'Temperature',
            transaction: false,
            value: '80.5',
            type: 'UpperThreshold',
            severity: 3,
          }),
        ],
      ),
      answered('none is set: nothing changed', {
        request: { setMonitoringData: [monitor] },
        answer: { setMonitoringResult: [{ status: 'UnsupportedMonitorType', ...monitored }] },
        outcome: 'rejected',
        detail: 'Temperature: UnsupportedMonitorType',
      }),
    ],
    refused(
      'a type that no list has',
      { setMonitoringData: [{ ...monitor, type: 'Above' }] },
      '/setMonitoringData/0/type',
    ),
  ),
  SetVariables: sent(
    [
      answered(
        'what is accepted is known from then on; what needs a reboot has its old value until then',
        {
          request: {
            setVariableData: [
              { attributeValue: '60', ...heartbeat },
              { attributeValue: 'S3CRET', ...password },
              { attributeValue: '1', component, variable: { name: 'Late' } },
            ],
          },
          answer: {
            setVariableResult: [
              { attributeStatus: 'RebootRequired', component, variable: { name: 'Late' } },
              { attributeStatus: 'Accepted', ...password },
              { attributeStatus: 'Accepted', ...heartbeat },
            ],
          },
          outcome: 'accepted',
          detail: 'Late: RebootRequired',
        },
        [{ type: 'VariablesReported', requestId: null, variables: [variable(null, password), variable('60')] }],
      ),
      answered('nothing is accepted: nothing changed', {
        request: { setVariableData: [{ attributeValue: '60', ...heartbeat }] },
        answer: { setVariableResult: [{ attributeStatus: 'Rejected', ...heartbeat }] },
        outcome: 'rejected',
        detail: 'HeartbeatInterval: Rejected',
      }),
    ],
    refused(
      'a number',
      { setVariableData: [{ attributeValue: 60, ...heartbeat }] },
      '/setVariableData/0/attributeValue',
    ),
  ),
};
