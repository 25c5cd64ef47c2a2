// What 1.6J stations send: each action's cases.
import { startKeyOf, tokenRefOf, transactionIdOf } from '#contracts/keys';
import { jitteredSeconds } from '#services/gateway/domain/jitter';
import { tenantKey } from '../support.ts';
import type { ReceivedCases } from './case.ts';
import { unreadCertificate } from './sent-parts.ts';
import { registerOf } from './told-lists.ts';

const at = '2026-11-25T10:00:00Z';
const card = { uid: 'TAG1', type: 'Unknown' };
const tokenRef = tokenRefOf(tenantKey, card.type, card.uid);
const start = { connectorId: 1, idTag: card.uid, meterStart: 1000, timestamp: at };
const started = {
  tenantId: 'default',
  stationId: 'CS-001',
  connectorId: 1,
  timestamp: at,
  meterStart: '1000',
  tokenRef,
};
const transactionId = transactionIdOf(started);
/** The connection of every case begins at offset 100. */
const interval = jitteredSeconds(300, 'default/CS-001', 100);
const currentTime = '2026-11-25T10:00:00.000Z';

export const received16: ReceivedCases = {
  Authorize: {
    valid: [
      {
        title: 'a card that the registry knows',
        given: { token: card },
        request: { idTag: card.uid },
        reply: { idTagInfo: { status: 'Accepted' } },
        events: [{ type: 'AuthorizationDecided', tokenRef, status: 'Accepted', purpose: 'authorize' }],
      },
      {
        title: 'a card that nobody knows',
        request: { idTag: card.uid },
        reply: { idTagInfo: { status: 'Invalid' } },
        events: [{ type: 'AuthorizationDecided', tokenRef, status: 'Invalid', purpose: 'authorize' }],
      },
    ],
    invalid: [{ title: 'no card', request: {}, code: 'OccurenceConstraintViolation' }],
  },
  BootNotification: {
    valid: [
      {
        title: 'a station says what it is',
        request: { chargePointVendor: 'V', chargePointModel: 'M', firmwareVersion: '1.0', iccid: '89' },
        reply: { status: 'Accepted', currentTime, interval },
        events: [
          { type: 'StationBooted', status: 'Accepted', vendor: 'V', model: 'M', firmwareVersion: '1.0', iccid: '89' },
        ],
      },
      {
        title: 'a station that waits for approval',
        given: { station: { bootPolicy: 'pending' } },
        request: { chargePointVendor: 'V', chargePointModel: 'M' },
        reply: { status: 'Pending', currentTime, interval },
        events: [{ type: 'StationBooted', status: 'Pending' }],
      },
    ],
    invalid: [{ title: 'no vendor', request: { chargePointModel: 'M' }, code: 'OccurenceConstraintViolation' }],
  },
  DataTransfer: {
    valid: [
      {
        title: 'a vendor that nobody agreed with; the driver id in its JSON is hidden',
        request: { vendorId: 'V', messageId: 'm', data: '{"idTag":"TAG1","n":1}' },
        reply: { status: 'UnknownVendorId' },
        events: [
          {
            type: 'StationMessageRecorded',
            action: 'DataTransfer',
            payloadJson: '{"vendorId":"V","messageId":"m","data":{"idTag":"[redacted]","n":1}}',
            answerJson: '{"status":"UnknownVendorId"}',
          },
        ],
      },
    ],
    invalid: [{ title: 'no vendor', request: { data: 'x' }, code: 'OccurenceConstraintViolation' }],
  },
  DiagnosticsStatusNotification: {
    valid: [
      {
        title: 'diagnostics are being uploaded',
        request: { status: 'Uploading' },
        reply: {},
        events: [
          { type: 'LogStatusChanged', logType: 'Diagnostics', requestId: null, status: 'Uploading', answered: false },
        ],
      },
    ],
    invalid: [{ title: 'no status', request: {}, code: 'OccurenceConstraintViolation' }],
  },
  FirmwareStatusNotification: {
    valid: [
      {
        title: 'a firmware update moves on; 1.6 names no request',
        request: { status: 'Downloading' },
        reply: {},
        events: [
          {
            type: 'FirmwareStatusChanged',
            job: 'update',
            requestId: null,
            status: 'Downloading',
            answered: false,
            signed: null,
          },
        ],
      },
    ],
    invalid: [{ title: 'no status', request: {}, code: 'OccurenceConstraintViolation' }],
  },
  Heartbeat: {
    valid: [{ title: 'no fact: our time at once', request: {}, reply: { currentTime }, events: [] }],
    invalid: [{ title: 'a payload that is a number', request: 5, code: 'TypeConstraintViolation' }],
  },
  LogStatusNotification: {
    valid: [
      {
        title: 'a log was uploaded; which one, its request says',
        request: { status: 'Uploaded', requestId: 7 },
        reply: {},
        events: [{ type: 'LogStatusChanged', logType: '', requestId: 7, status: 'Uploaded', answered: false }],
      },
    ],
    invalid: [{ title: 'no status', request: { requestId: 7 }, code: 'OccurenceConstraintViolation' }],
  },
  MeterValues: {
    valid: [
      {
        title: 'a register at a connector',
        request: {
          connectorId: 2,
          transactionId: 9,
          meterValue: [{ timestamp: at, sampledValue: [{ value: '12.5' }] }],
        },
        reply: {},
        events: [
          {
            type: 'MeterValuesSampled',
            transactionId: '9',
            evseId: 2,
            connectorId: 1,
            readings: [registerOf('Sample.Periodic', 12_500)],
          },
        ],
      },
    ],
    invalid: [{ title: 'no connector', request: { meterValue: [] }, code: 'answered' }],
  },
  SecurityEventNotification: {
    valid: [
      {
        title: 'a security event',
        request: { type: 'StartupOfTheDevice', timestamp: at, techInfo: 'cold' },
        reply: {},
        events: [{ type: 'SecurityEventReported', kind: 'StartupOfTheDevice', info: 'cold' }],
      },
    ],
    invalid: [{ title: 'no type', request: { timestamp: at }, code: 'OccurenceConstraintViolation' }],
  },
  SignCertificate: {
    valid: [
      {
        title: 'a request to sign waits for whoever signs',
        request: { csr: 'CSR' },
        reply: { status: 'Accepted' },
        events: [
          {
            type: 'CertificatesReported',
            change: 'signingRequested',
            certificateTypes: ['ChargingStationCertificate'],
            certificates: [{ certificateType: 'ChargingStationCertificate', ...unreadCertificate }],
          },
          {
            type: 'CertificateSigningRequested',
            csrPem: 'CSR',
            certificateType: 'ChargingStationCertificate',
            requestId: null,
            combined: false,
          },
        ],
      },
    ],
    invalid: [{ title: 'no request', request: {}, code: 'OccurenceConstraintViolation' }],
  },
  SignedFirmwareStatusNotification: {
    valid: [
      {
        title: 'a signed firmware does not verify',
        request: { status: 'InvalidSignature', requestId: 7 },
        reply: {},
        events: [
          { type: 'FirmwareStatusChanged', job: 'update', requestId: 7, status: 'InvalidSignature', signed: true },
        ],
      },
    ],
    invalid: [{ title: 'no status', request: { requestId: 7 }, code: 'OccurenceConstraintViolation' }],
  },
  StartTransaction: {
    valid: [
      {
        title: 'a start with a known card and a reservation',
        given: { token: card },
        request: { ...start, reservationId: 5 },
        reply: { transactionId, idTagInfo: { status: 'Accepted' } },
        events: [
          { type: 'AuthorizationDecided', tokenRef, status: 'Accepted', purpose: 'start' },
          {
            type: 'TransactionStarted',
            startKey: startKeyOf(started),
            transactionId: String(transactionId),
            evseId: 1,
            connectorId: 1,
            reservationId: 5,
            meterStartMilliWh: 1_000_000,
          },
        ],
      },
      {
        title: 'a start with a refused card still gets its number and is recorded',
        given: { token: { ...card, found: { status: 'Blocked' } } },
        request: start,
        reply: { transactionId, idTagInfo: { status: 'Blocked' } },
        events: [
          { type: 'AuthorizationDecided', status: 'Blocked' },
          { type: 'TransactionStarted', authorization: 'Blocked' },
        ],
      },
    ],
    invalid: [{ title: 'nothing at all', request: {}, code: 'answered' }],
  },
  StatusNotification: {
    valid: [
      {
        title: 'a connector is faulted',
        request: { connectorId: 2, errorCode: 'GroundFailure', status: 'Faulted', timestamp: at, info: 'i' },
        reply: {},
        events: [
          {
            type: 'ConnectorStatusChanged',
            evseId: 2,
            connectorId: 1,
            status: 'Faulted',
            errorCode: 'GroundFailure',
            info: 'i',
          },
        ],
      },
      {
        title: 'connector 0 is the station itself',
        request: { connectorId: 0, errorCode: 'NoError', status: 'Available' },
        reply: {},
        events: [{ type: 'ConnectorStatusChanged', evseId: 0, connectorId: 0, status: 'Available', errorCode: null }],
      },
    ],
    invalid: [{ title: 'no status', request: { connectorId: 1 }, code: 'OccurenceConstraintViolation' }],
  },
  StopTransaction: {
    valid: [
      {
        title: 'a stop with a card and its readings',
        given: { token: card },
        request: {
          transactionId: 9,
          meterStop: 5000,
          timestamp: at,
          idTag: card.uid,
          reason: 'EVDisconnected',
          transactionData: [{ timestamp: at, sampledValue: [{ value: '5000' }] }],
        },
        reply: { idTagInfo: { status: 'Accepted' } },
        events: [
          { type: 'MeterValuesSampled', transactionId: '9', readings: [registerOf('Transaction.End', 5_000_000)] },
          {
            type: 'TransactionEnded',
            transactionId: '9',
            reason: 'EVDisconnected',
            meterStopMilliWh: 5_000_000,
            tokenRef,
          },
        ],
      },
      {
        title: 'a stop of a transaction whose number never came',
        request: { transactionId: -1, meterStop: 0, timestamp: at },
        reply: {},
        events: [{ type: 'TransactionEnded', transactionId: '-1', reason: 'Local' }],
      },
    ],
    invalid: [{ title: 'nothing at all', request: {}, code: 'answered' }],
  },
};
