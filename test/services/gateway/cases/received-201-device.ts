// What 2.0.1 stations send of themselves: firmware, logs, certificates, monitors, messages, reservations.
import type { ReceivedCases } from './case.ts';
import { casesClock } from './received-201.ts';
import { unreadCertificate } from './sent-parts.ts';

const { at, ms } = casesClock;
const missing = 'OccurrenceConstraintViolation';
const hash = { hashAlgorithm: 'SHA256', issuerNameHash: 'aa', issuerKeyHash: 'bb', serialNumber: '01' };
const names = { component: { name: 'EVSE', evse: { id: 1 } }, variable: { name: 'Power' } };
const namesTold = { component: 'EVSE', componentInstance: null, evseId: 1, connectorId: null, variable: 'Power' };
const monitor = { id: 8, transaction: false, value: 22000.5, type: 'UpperThreshold', severity: 4 };
const unreached = { reasonCode: 'NotAvailable', additionalInfo: 'no source is configured' };

export const received201Device: ReceivedCases = {
  FirmwareStatusNotification: {
    valid: [
      {
        title: 'a firmware is installed',
        request: { status: 'Installed', requestId: 4 },
        reply: {},
        events: [
          {
            type: 'FirmwareStatusChanged',
            job: 'update',
            requestId: 4,
            status: 'Installed',
            answered: false,
            signed: null,
          },
        ],
      },
    ],
    invalid: [{ title: 'no status', request: { requestId: 4 }, code: missing }],
  },
  Get15118EVCertificate: {
    valid: [
      {
        title: 'nobody is configured who has contracts',
        request: { iso15118SchemaVersion: 'urn:v2', action: 'Install', exiRequest: 'EXI' },
        reply: { status: 'Failed', exiResponse: '', statusInfo: unreached },
        events: [
          {
            type: 'StationMessageRecorded',
            action: 'Get15118EVCertificate',
            payloadJson: '{"iso15118SchemaVersion":"urn:v2","action":"Install","exiRequest":"[redacted]"}',
          },
        ],
      },
      {
        title: 'a contract comes from a source',
        given: { answer: { kind: 'contract-certificate', exiResponse: 'EXI-R', contractsLeft: null } },
        request: { iso15118SchemaVersion: 'urn:v2', action: 'Update', exiRequest: 'EXI' },
        reply: { status: 'Accepted', exiResponse: 'EXI-R' },
        events: [{ type: 'StationMessageRecorded', answerJson: '{"status":"Accepted","exiResponse":"[redacted]"}' }],
      },
    ],
    invalid: [{ title: 'no message of the vehicle', request: { action: 'Install' }, code: missing }],
  },
  GetCertificateStatus: {
    valid: [
      {
        title: 'nobody is configured who knows',
        request: { ocspRequestData: { ...hash, responderURL: 'http://ocsp' } },
        reply: { status: 'Failed', statusInfo: unreached },
        events: [{ type: 'StationMessageRecorded', action: 'GetCertificateStatus' }],
      },
      {
        title: 'the responder answers',
        given: { answer: { kind: 'ocsp', response: 'T0NTUA==' } },
        request: { ocspRequestData: { ...hash, responderURL: 'http://ocsp' } },
        reply: { status: 'Accepted', ocspResult: 'T0NTUA==' },
        events: [{ type: 'StationMessageRecorded', answerJson: '{"status":"Accepted","ocspResult":"T0NTUA=="}' }],
      },
      {
        title: 'the responder says more than 2.0.1 can hold',
        given: { answer: { kind: 'ocsp', response: 'A'.repeat(5_501) } },
        request: { ocspRequestData: { ...hash, responderURL: 'http://ocsp' } },
        reply: {
          status: 'Failed',
          statusInfo: { reasonCode: 'Refused', additionalInfo: 'the answer has more than 5500 characters' },
        },
        events: [{ type: 'StationMessageRecorded' }],
      },
      {
        title: 'the responder refuses',
        given: { answer: { kind: 'refused', why: 'unknown issuer' } },
        request: { ocspRequestData: { ...hash, responderURL: 'http://ocsp' } },
        reply: { status: 'Failed', statusInfo: { reasonCode: 'Refused', additionalInfo: 'unknown issuer' } },
        events: [{ type: 'StationMessageRecorded' }],
      },
    ],
    invalid: [{ title: 'no certificate', request: {}, code: missing }],
  },
  LogStatusNotification: {
    valid: [
      {
        title: 'a log could not be uploaded',
        request: { status: 'UploadFailure', requestId: 7 },
        reply: {},
        events: [{ type: 'LogStatusChanged', logType: '', requestId: 7, status: 'UploadFailure', answered: false }],
      },
    ],
    invalid: [{ title: 'no status', request: { requestId: 7 }, code: missing }],
  },
  NotifyCustomerInformation: {
    valid: [
      {
        title: 'what a station knows of a driver is nobody else’s',
        request: { data: 'Jane Doe', seqNo: 0, generatedAt: at, requestId: 1 },
        reply: {},
        events: [
          {
            type: 'StationMessageRecorded',
            action: 'NotifyCustomerInformation',
            payloadJson: `{"data":"[redacted]","seqNo":0,"generatedAt":"${at}","requestId":1}`,
          },
        ],
      },
    ],
    invalid: [{ title: 'no request', request: { data: 'x', seqNo: 0, generatedAt: at }, code: missing }],
  },
  NotifyDisplayMessages: {
    valid: [
      {
        title: 'a message on a display, the last of them',
        request: {
          requestId: 2,
          messageInfo: [
            {
              id: 6,
              priority: 'AlwaysFront',
              startDateTime: at,
              message: { format: 'UTF8', language: 'en', content: 'Hi' },
            },
          ],
        },
        reply: {},
        events: [
          {
            type: 'DisplayMessagesReported',
            change: 'report',
            requestId: 2,
            part: null,
            last: true,
            messages: [
              {
                messageId: 6,
                priority: 'AlwaysFront',
                state: null,
                startsAt: ms,
                endsAt: null,
                transactionId: null,
                format: 'UTF8',
                language: 'en',
                content: 'Hi',
                component: null,
                evseId: null,
                extraJson: null,
              },
            ],
          },
        ],
      },
    ],
    invalid: [{ title: 'no request', request: { messageInfo: [] }, code: missing }],
  },
  NotifyEvent: {
    valid: [
      {
        title: 'a threshold is passed, more to come',
        request: {
          generatedAt: at,
          seqNo: 0,
          tbc: true,
          eventData: [
            {
              eventId: 1,
              timestamp: at,
              trigger: 'Alerting',
              actualValue: '23000',
              variableMonitoringId: 8,
              eventNotificationType: 'CustomMonitor',
              ...names,
            },
          ],
        },
        reply: {},
        events: [
          {
            type: 'DeviceEventsReported',
            part: 0,
            last: false,
            events: [
              {
                eventId: 1,
                occurredAt: ms,
                trigger: 'Alerting',
                cause: null,
                value: '23000',
                techCode: null,
                techInfo: null,
                cleared: null,
                transactionId: null,
                monitorId: 8,
                notificationType: 'CustomMonitor',
                severity: null,
                ...namesTold,
                variableInstance: null,
              },
            ],
          },
        ],
      },
      {
        title: 'the value of a secret is not told',
        request: {
          generatedAt: at,
          seqNo: 0,
          eventData: [
            {
              eventId: 2,
              timestamp: at,
              trigger: 'Delta',
              actualValue: 'hunter2',
              eventNotificationType: 'HardWiredNotification',
              component: { name: 'SecurityCtrlr' },
              variable: { name: 'BasicAuthPassword' },
            },
          ],
        },
        reply: {},
        events: [
          {
            type: 'DeviceEventsReported',
            last: true,
            events: [
              {
                eventId: 2,
                occurredAt: ms,
                trigger: 'Delta',
                cause: null,
                value: '',
                techCode: null,
                techInfo: null,
                cleared: null,
                transactionId: null,
                monitorId: null,
                notificationType: 'HardWiredNotification',
                severity: null,
                component: 'SecurityCtrlr',
                componentInstance: null,
                evseId: null,
                connectorId: null,
                variable: 'BasicAuthPassword',
                variableInstance: null,
              },
            ],
          },
        ],
      },
    ],
    invalid: [{ title: 'no events', request: { generatedAt: at, seqNo: 0 }, code: missing }],
  },
  NotifyMonitoringReport: {
    valid: [
      {
        title: 'a monitor, the last part',
        request: {
          requestId: 5,
          seqNo: 1,
          generatedAt: at,
          monitor: [{ ...names, variableMonitoring: [monitor] }],
        },
        reply: {},
        events: [
          {
            type: 'MonitorsReported',
            change: 'report',
            requestId: 5,
            part: 1,
            last: true,
            monitors: [
              {
                monitorId: 8,
                ...namesTold,
                variableInstance: null,
                transaction: false,
                value: '22000.5',
                type: 'UpperThreshold',
                severity: 4,
                eventNotificationType: null,
              },
            ],
          },
        ],
      },
    ],
    invalid: [{ title: 'no number of its part', request: { requestId: 5, generatedAt: at }, code: missing }],
  },
  PublishFirmwareStatusNotification: {
    valid: [
      {
        title: 'a firmware is published by a local controller',
        request: { status: 'Published', requestId: 9, location: ['http://lc/fw'] },
        reply: {},
        events: [
          {
            type: 'FirmwareStatusChanged',
            job: 'publish',
            requestId: 9,
            status: 'Published',
            locations: ['http://lc/fw'],
          },
        ],
      },
    ],
    invalid: [{ title: 'no status', request: { requestId: 9 }, code: missing }],
  },
  ReservationStatusUpdate: {
    valid: [
      {
        title: 'a reservation expired',
        request: { reservationId: 5, reservationUpdateStatus: 'Expired' },
        reply: {},
        events: [{ type: 'ReservationChanged', reservationId: 5, change: 'expired', evseId: null }],
      },
      {
        title: 'a station let a reservation go',
        request: { reservationId: 5, reservationUpdateStatus: 'Removed' },
        reply: {},
        events: [{ type: 'ReservationChanged', reservationId: 5, change: 'removed' }],
      },
    ],
    invalid: [{ title: 'no reservation', request: { reservationUpdateStatus: 'Expired' }, code: missing }],
  },
  SignCertificate: {
    valid: [
      {
        title: 'a request to sign the certificate for vehicles',
        request: { csr: 'CSR', certificateType: 'V2GCertificate' },
        reply: { status: 'Accepted' },
        events: [
          {
            type: 'CertificatesReported',
            change: 'signingRequested',
            certificateTypes: ['V2GCertificate'],
            certificates: [{ certificateType: 'V2GCertificate', ...unreadCertificate }],
          },
          {
            type: 'CertificateSigningRequested',
            csrPem: 'CSR',
            certificateType: 'V2GCertificate',
            requestId: null,
            combined: false,
          },
        ],
      },
      {
        title: 'a request without a type is for one certificate for both connections',
        request: { csr: 'CSR' },
        reply: { status: 'Accepted' },
        events: [
          {
            type: 'CertificatesReported',
            change: 'signingRequested',
            certificateTypes: ['ChargingStationCertificate', 'V2GCertificate'],
            certificates: [
              { certificateType: 'ChargingStationCertificate', ...unreadCertificate },
              { certificateType: 'V2GCertificate', ...unreadCertificate },
            ],
          },
          {
            type: 'CertificateSigningRequested',
            csrPem: 'CSR',
            certificateType: 'ChargingStationCertificate',
            requestId: null,
            combined: true,
          },
        ],
      },
    ],
    invalid: [{ title: 'no request', request: { certificateType: 'V2GCertificate' }, code: missing }],
  },
};
