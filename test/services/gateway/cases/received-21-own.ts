// The actions that only 2.1 stations send.
import type { ReceivedCases } from './case.ts';
import { casesClock } from './received-201.ts';

const { at, ms } = casesClock;
const missing = 'OccurrenceConstraintViolation';
const unreached = { reasonCode: 'NotAvailable', additionalInfo: 'no source is configured' };
const certificateHashData = { hashAlgorithm: 'SHA256', issuerNameHash: 'aa', issuerKeyHash: 'bb', serialNumber: '01' };
const ofCertificate = { certificateHashData, source: 'OCSP' };
const idToken = { idToken: 'TAG1', type: 'ISO14443' };
const stream = {
  data: [
    { t: 0, v: '230.1' },
    { t: 1.5, v: '230.4' },
  ],
  id: 4,
  pending: 0,
  basetime: at,
};
const settlement = {
  pspRef: 'P1',
  status: 'Settled',
  settlementAmount: 4.2,
  settlementTime: at,
  transactionId: 'tx-1',
};
const company = { name: 'ACME', address1: 'Street 1', city: 'Utrecht', country: 'NL' };

/** A message that is kept whole as it was said. */
function kept(action: string, request: object) {
  return { type: 'StationMessageRecorded', action, payloadJson: JSON.stringify(request) } as const;
}

const batteries = [{ evseId: 1, serialNumber: 'B1', soC: 80, soH: 95 }];
const opened = { constantStreamData: { id: 4, params: { interval: 5 }, variableMonitoringId: 8 } };
const derAlarm = { controlType: 'FreqDroop', gridEventFault: 'OverVoltage', timestamp: at };
const derStart = { controlId: 'c1', started: true, timestamp: at, supersededIds: ['c0'] };
const derReport = {
  requestId: 3,
  fixedVar: [
    { id: 'c1', isDefault: true, isSuperseded: false, fixedVar: { priority: 1, setpoint: 10, unit: 'PctMaxVar' } },
  ],
};

export const received21Own: ReceivedCases = {
  BatterySwap: {
    valid: [
      {
        title: 'a battery was put in; whose card it was is hidden',
        request: { eventType: 'BatteryIn', requestId: 3, batteryData: batteries, idToken },
        reply: {},
        events: [
          kept('BatterySwap', { eventType: 'BatteryIn', requestId: 3, batteryData: batteries, idToken: '[redacted]' }),
        ],
      },
    ],
    invalid: [{ title: 'no battery', request: { eventType: 'BatteryIn', requestId: 3, idToken }, code: missing }],
  },
  ClosePeriodicEventStream: {
    valid: [
      {
        title: 'a stream of values ends',
        request: { id: 4 },
        reply: {},
        events: [kept('ClosePeriodicEventStream', { id: 4 })],
      },
    ],
    invalid: [{ title: 'no stream', request: {}, code: missing }],
  },
  GetCertificateChainStatus: {
    valid: [
      {
        title: 'nobody is configured who knows: each has failed',
        request: { certificateStatusRequests: [{ ...ofCertificate, urls: ['http://ocsp'] }] },
        reply: { certificateStatus: [{ ...ofCertificate, status: 'Failed', nextUpdate: '2026-11-25T10:00:00.000Z' }] },
        events: [{ type: 'StationMessageRecorded', action: 'GetCertificateChainStatus' }],
      },
      {
        title: 'a source knows the first of two',
        given: { answer: { kind: 'chain-status', statuses: [{ status: 'Revoked', nextUpdateAt: ms + 60_000 }] } },
        request: {
          certificateStatusRequests: [
            { ...ofCertificate, urls: ['http://ocsp'] },
            { ...ofCertificate, urls: ['http://ocsp'] },
          ],
        },
        reply: {
          certificateStatus: [
            { ...ofCertificate, status: 'Revoked', nextUpdate: '2026-11-25T10:01:00.000Z' },
            { ...ofCertificate, status: 'Failed', nextUpdate: '2026-11-25T10:00:00.000Z' },
          ],
        },
        events: [{ type: 'StationMessageRecorded' }],
      },
    ],
    invalid: [{ title: 'no certificates', request: {}, code: missing }],
  },
  NotifyDERAlarm: {
    valid: [
      { title: 'the grid is out of bounds', request: derAlarm, reply: {}, events: [kept('NotifyDERAlarm', derAlarm)] },
    ],
    invalid: [{ title: 'no control', request: { timestamp: at }, code: missing }],
  },
  NotifyDERStartStop: {
    valid: [
      { title: 'a control begins', request: derStart, reply: {}, events: [kept('NotifyDERStartStop', derStart)] },
    ],
    invalid: [{ title: 'no control', request: { started: true, timestamp: at }, code: missing }],
  },
  NotifyPeriodicEventStream: {
    valid: [
      {
        title: 'values of a stream are kept, none is answered',
        request: stream,
        reply: null,
        events: [{ ...kept('NotifyPeriodicEventStream', stream), answerJson: null }],
      },
    ],
    invalid: [{ title: 'no stream', request: { data: [], pending: 0, basetime: at }, code: 'kept' }],
  },
  NotifyPriorityCharging: {
    valid: [
      {
        title: 'a driver asked for priority at the station',
        request: { transactionId: 'tx-1', activated: true },
        reply: {},
        events: [kept('NotifyPriorityCharging', { transactionId: 'tx-1', activated: true })],
      },
    ],
    invalid: [{ title: 'no transaction', request: { activated: true }, code: missing }],
  },
  NotifySettlement: {
    valid: [
      {
        title: 'a payment at the station is settled; whose it was is hidden',
        request: { ...settlement, vatNumber: 'NL1', vatCompany: company },
        reply: {},
        events: [kept('NotifySettlement', { ...settlement, vatNumber: '[redacted]', vatCompany: '[redacted]' })],
      },
    ],
    invalid: [{ title: 'no amount', request: { pspRef: 'P1', status: 'Settled' }, code: missing }],
  },
  OpenPeriodicEventStream: {
    valid: [
      {
        title: 'a stream of values begins',
        request: opened,
        reply: { status: 'Accepted' },
        events: [kept('OpenPeriodicEventStream', opened)],
      },
    ],
    invalid: [{ title: 'no stream', request: {}, code: missing }],
  },
  PullDynamicScheduleUpdate: {
    valid: [
      {
        title: 'a dynamic profile that nobody here plans',
        request: { chargingProfileId: 3 },
        reply: {
          status: 'Rejected',
          statusInfo: { reasonCode: 'NoProfile', additionalInfo: 'no dynamic profile of that id is planned here' },
        },
        events: [kept('PullDynamicScheduleUpdate', { chargingProfileId: 3 })],
      },
    ],
    invalid: [{ title: 'no profile', request: {}, code: missing }],
  },
  ReportDERControl: {
    valid: [
      {
        title: 'the controls that a station has',
        request: derReport,
        reply: {},
        events: [kept('ReportDERControl', derReport)],
      },
    ],
    invalid: [{ title: 'no request', request: {}, code: missing }],
  },
  VatNumberValidation: {
    valid: [
      {
        title: 'nobody is configured who knows numbers',
        request: { vatNumber: 'NL1', evseId: 1 },
        reply: { status: 'Rejected', vatNumber: 'NL1', evseId: 1, statusInfo: unreached },
        events: [kept('VatNumberValidation', { vatNumber: '[redacted]', evseId: 1 })],
      },
      {
        title: 'a source knows whose it is; the log does not',
        given: { answer: { kind: 'vat-number', company } },
        request: { vatNumber: 'NL1' },
        reply: { status: 'Accepted', vatNumber: 'NL1', company },
        events: [
          {
            type: 'StationMessageRecorded',
            answerJson: '{"status":"Accepted","vatNumber":"[redacted]","company":"[redacted]"}',
          },
        ],
      },
    ],
    invalid: [{ title: 'no number', request: { evseId: 1 }, code: missing }],
  },
};
