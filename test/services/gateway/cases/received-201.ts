// What 2.0.1 stations send of tokens, transactions, boots, status and vendors: each action's cases.
import { tokenRefOf } from '#contracts/keys';
import { jitteredSeconds } from '#services/gateway/domain/jitter';
import { now, tenantKey } from '../support.ts';
import type { ReceivedCases } from './case.ts';
import { registerOf, variableOf } from './told-lists.ts';

const at = '2026-11-25T10:00:00Z';
const idToken = { idToken: 'TAG1', type: 'ISO14443' };
const card = { uid: idToken.idToken, type: idToken.type };
const tokenRef = tokenRefOf(tenantKey, card.type, card.uid);
/** The connection of every case begins at offset 100. */
const interval = jitteredSeconds(300, 'default/CS-001', 100);
const currentTime = '2026-11-25T10:00:00.000Z';
const missing = 'OccurrenceConstraintViolation';

export const received201: ReceivedCases = {
  Authorize: {
    valid: [
      {
        title: 'a token that the registry knows',
        given: { token: card },
        request: { idToken },
        reply: { idTokenInfo: { status: 'Accepted' } },
        events: [{ type: 'AuthorizationDecided', tokenRef, status: 'Accepted', purpose: 'authorize' }],
      },
      {
        title: 'a token that is blocked',
        given: { token: { ...card, found: { status: 'Blocked' } } },
        request: { idToken },
        reply: { idTokenInfo: { status: 'Blocked' } },
        events: [{ type: 'AuthorizationDecided', status: 'Blocked' }],
      },
    ],
    invalid: [{ title: 'no token', request: {}, code: missing }],
  },
  BootNotification: {
    valid: [
      {
        title: 'a station says what it is, and why it boots',
        request: {
          reason: 'Watchdog',
          chargingStation: { vendorName: 'V', model: 'M', serialNumber: 'S', modem: { imsi: '204' } },
        },
        reply: { status: 'Accepted', currentTime, interval },
        events: [
          { type: 'StationBooted', reason: 'Watchdog', vendor: 'V', model: 'M', serialNumber: 'S', imsi: '204' },
        ],
      },
      {
        title: 'a station that is refused',
        given: { station: { bootPolicy: 'reject' } },
        request: { reason: 'PowerUp', chargingStation: { vendorName: 'V', model: 'M' } },
        reply: { status: 'Rejected', currentTime, interval },
        events: [{ type: 'StationBooted', status: 'Rejected' }],
      },
    ],
    invalid: [{ title: 'no reason', request: { chargingStation: { vendorName: 'V', model: 'M' } }, code: missing }],
  },
  DataTransfer: {
    valid: [
      {
        title: 'a vendor that nobody agreed with',
        request: { vendorId: 'V', data: { idToken: 'TAG1', n: 1 } },
        reply: { status: 'UnknownVendorId' },
        events: [
          {
            type: 'StationMessageRecorded',
            action: 'DataTransfer',
            payloadJson: '{"vendorId":"V","data":{"idToken":"[redacted]","n":1}}',
          },
        ],
      },
    ],
    invalid: [{ title: 'no vendor', request: { data: 'x' }, code: missing }],
  },
  Heartbeat: {
    valid: [{ title: 'no fact: our time at once', request: {}, reply: { currentTime }, events: [] }],
    invalid: [{ title: 'a payload that is a number', request: 5, code: 'TypeConstraintViolation' }],
  },
  MeterValues: {
    valid: [
      {
        title: 'a register outside transactions',
        request: { evseId: 2, meterValue: [{ timestamp: at, sampledValue: [{ value: 12.5 }] }] },
        reply: {},
        events: [
          {
            type: 'MeterValuesSampled',
            transactionId: null,
            evseId: 2,
            connectorId: 0,
            readings: [registerOf('Sample.Periodic', 12_500)],
          },
        ],
      },
    ],
    invalid: [{ title: 'no EVSE', request: { meterValue: [] }, code: 'answered' }],
  },
  NotifyReport: {
    valid: [
      {
        title: 'a part of the device model, more to come',
        request: {
          requestId: 3,
          generatedAt: at,
          seqNo: 0,
          tbc: true,
          reportData: [
            {
              component: { name: 'OCPPCommCtrlr' },
              variable: { name: 'HeartbeatInterval' },
              variableAttribute: [{ value: '300' }],
            },
          ],
        },
        reply: {},
        events: [
          {
            type: 'VariablesReported',
            requestId: 3,
            part: 0,
            last: false,
            variables: [
              variableOf('OCPPCommCtrlr', 'HeartbeatInterval', '300', {
                mutability: 'ReadWrite',
                persistent: false,
                constant: false,
              }),
            ],
          },
        ],
      },
    ],
    invalid: [{ title: 'no number of its part', request: { requestId: 3, generatedAt: at }, code: missing }],
  },
  SecurityEventNotification: {
    valid: [
      {
        title: 'a security event',
        request: { type: 'SettingSystemTime', timestamp: at },
        reply: {},
        events: [{ type: 'SecurityEventReported', kind: 'SettingSystemTime', info: null }],
      },
    ],
    invalid: [{ title: 'no type', request: { timestamp: at }, code: missing }],
  },
  StatusNotification: {
    valid: [
      {
        title: 'a connector is occupied',
        request: { timestamp: at, connectorStatus: 'Occupied', evseId: 1, connectorId: 2 },
        reply: {},
        events: [{ type: 'ConnectorStatusChanged', evseId: 1, connectorId: 2, status: 'Occupied', errorCode: null }],
      },
    ],
    invalid: [{ title: 'no connector', request: { timestamp: at, connectorStatus: 'Occupied' }, code: missing }],
  },
  TransactionEvent: {
    valid: [
      {
        title: 'a start with a known token and a reservation',
        given: { token: card },
        request: {
          eventType: 'Started',
          timestamp: at,
          triggerReason: 'Authorized',
          seqNo: 0,
          reservationId: 5,
          transactionInfo: { transactionId: 'tx-1', remoteStartId: 7 },
          evse: { id: 1, connectorId: 1 },
          idToken,
          meterValue: [{ timestamp: at, sampledValue: [{ value: 1000, context: 'Transaction.Begin' }] }],
        },
        reply: { idTokenInfo: { status: 'Accepted' } },
        events: [
          { type: 'AuthorizationDecided', tokenRef, purpose: 'start', transactionId: 'tx-1' },
          {
            type: 'TransactionStarted',
            startKey: 'tx-1',
            transactionId: 'tx-1',
            evseId: 1,
            reservationId: 5,
            remoteStartId: 7,
            tokenRef,
          },
          {
            type: 'MeterValuesSampled',
            transactionId: 'tx-1',
            evseId: 1,
            connectorId: 1,
            readings: [registerOf('Transaction.Begin', 1_000_000)],
          },
        ],
      },
      {
        title: 'an update that was told late',
        request: {
          eventType: 'Updated',
          timestamp: at,
          triggerReason: 'ChargingStateChanged',
          seqNo: 1,
          offline: true,
          transactionInfo: { transactionId: 'tx-1', chargingState: 'SuspendedEV' },
        },
        reply: {},
        events: [{ type: 'TransactionUpdated', offline: true, seqNo: 1, chargingState: 'SuspendedEV' }],
      },
      {
        title: 'an end says why',
        request: {
          eventType: 'Ended',
          timestamp: at,
          triggerReason: 'EVCommunicationLost',
          seqNo: 2,
          transactionInfo: { transactionId: 'tx-1', stoppedReason: 'EVDisconnected' },
        },
        reply: {},
        events: [{ type: 'TransactionEnded', transactionId: 'tx-1', reason: 'EVDisconnected' }],
      },
    ],
    invalid: [{ title: 'nothing at all', request: {}, code: 'answered' }],
  },
};

/** The clock of the cases, as text and in ms. */
export const casesClock = { at, ms: now };
