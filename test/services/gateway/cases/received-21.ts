// What 2.1 stations send beside 2.0.1's, and where 2.1 says more than 2.0.1 does.
import type { ReceivedCases } from './case.ts';
import { received201, casesClock } from './received-201.ts';
import { received201Charging } from './received-201-charging.ts';
import { received201Device } from './received-201-device.ts';
import { received21Own } from './received-21-own.ts';
import { unreadCertificate } from './sent-parts.ts';
import { registerOf } from './told-lists.ts';

const { at } = casesClock;
const missing = 'OccurrenceConstraintViolation';
const hash = { hashAlgorithm: 'SHA256', issuerNameHash: 'aa', issuerKeyHash: 'bb', serialNumber: '01' };
const monitoring = {
  id: 8,
  transaction: false,
  value: 5,
  type: 'TargetDelta',
  severity: 4,
  eventNotificationType: 'CustomMonitor',
};
const costDetails = {
  totalCost: { currency: 'EUR', typeOfCost: 'NormalCost', total: { inclTax: 4.2 } },
  totalUsage: { energy: 10, chargingTime: 3600, idleTime: 0 },
};
const profile = {
  id: 3,
  stackLevel: 1,
  chargingProfilePurpose: 'LocalGeneration',
  chargingProfileKind: 'Dynamic',
  dynUpdateInterval: 30,
  chargingSchedule: [{ id: 1, chargingRateUnit: 'W', chargingSchedulePeriod: [{ startPeriod: 0, setpoint: -5000 }] }],
};
const messageExtra = [{ format: 'UTF8', language: 'nl', content: 'Hoi' }];

/** Where the same action says more in 2.1. */
const richer: ReceivedCases = {
  FirmwareStatusNotification: {
    valid: [
      {
        title: 'a firmware fails, and says why',
        request: {
          status: 'InstallationFailed',
          requestId: 4,
          statusInfo: { reasonCode: 'NoSpace', additionalInfo: 'of flash' },
        },
        reply: {},
        events: [{ type: 'FirmwareStatusChanged', status: 'InstallationFailed', detail: 'NoSpace: of flash' }],
      },
    ],
    invalid: [{ title: 'no status', request: { requestId: 4 }, code: missing }],
  },
  Get15118EVCertificate: {
    valid: [
      {
        title: 'one of several contracts, longer than 2.0.1 could hold',
        given: { answer: { kind: 'contract-certificate', exiResponse: 'E'.repeat(17_000), contractsLeft: 1 } },
        request: {
          iso15118SchemaVersion: 'urn:20',
          action: 'Install',
          exiRequest: 'EXI',
          maximumContractCertificateChains: 2,
          prioritizedEMAIDs: ['NLACMC1'],
        },
        reply: { status: 'Accepted', exiResponse: 'E'.repeat(17_000), remainingContracts: 1 },
        events: [
          {
            type: 'StationMessageRecorded',
            payloadJson:
              '{"iso15118SchemaVersion":"urn:20","action":"Install","exiRequest":"[redacted]","maximumContractCertificateChains":2,"prioritizedEMAIDs":"[redacted]"}',
          },
        ],
      },
    ],
    invalid: [{ title: 'no message of the vehicle', request: { action: 'Install' }, code: missing }],
  },
  GetCertificateStatus: {
    valid: [
      {
        title: 'a responder’s answer as long as 2.1 can hold',
        given: { answer: { kind: 'ocsp', response: 'A'.repeat(18_000) } },
        request: { ocspRequestData: { ...hash, responderURL: 'http://ocsp' } },
        reply: { status: 'Accepted', ocspResult: 'A'.repeat(18_000) },
        events: [{ type: 'StationMessageRecorded' }],
      },
    ],
    invalid: [{ title: 'no certificate', request: {}, code: missing }],
  },
  LogStatusNotification: {
    valid: [
      {
        title: 'an upload fails, and says why',
        request: { status: 'UploadFailure', requestId: 4, statusInfo: { reasonCode: 'Timeout' } },
        reply: {},
        events: [{ type: 'LogStatusChanged', status: 'UploadFailure', detail: 'Timeout' }],
      },
    ],
    invalid: [{ title: 'no status', request: { requestId: 4 }, code: missing }],
  },
  MeterValues: {
    valid: [
      {
        title: 'signed values without key and method, as 2.1 allows',
        request: {
          evseId: 2,
          meterValue: [
            {
              timestamp: at,
              sampledValue: [{ value: 12.5, signedMeterValue: { signedMeterData: 'OCMF', encodingMethod: 'OCMF' } }],
            },
          ],
        },
        reply: {},
        events: [
          {
            type: 'MeterValuesSampled',
            evseId: 2,
            readings: [
              registerOf('Sample.Periodic', 12_500, [
                {
                  measurand: 'Energy.Active.Import.Register',
                  phase: null,
                  location: 'Outlet',
                  unit: 'Wh',
                  valueMilli: null,
                  text: null,
                  signed: { data: 'OCMF', method: null, encoding: 'OCMF', publicKey: null },
                },
              ]),
            ],
          },
        ],
      },
    ],
    invalid: [{ title: 'no EVSE', request: { meterValue: [] }, code: 'answered' }],
  },
  NotifyChargingLimit: {
    valid: [
      {
        title: 'a limit of energy that is made on the site, by a source that no list has',
        request: { evseId: 1, chargingLimit: { chargingLimitSource: 'SolarRoof', isLocalGeneration: true } },
        reply: {},
        events: [{ type: 'ChargingLimitChanged', source: 'SolarRoof', isLocalGeneration: true, schedulesJson: null }],
      },
    ],
    invalid: [{ title: 'nobody’s limit', request: { evseId: 1 }, code: missing }],
  },
  NotifyDisplayMessages: {
    valid: [
      {
        title: 'a message in several languages',
        request: {
          requestId: 2,
          messageInfo: [
            { id: 6, priority: 'InFront', message: { format: 'UTF8', language: 'en', content: 'Hi' }, messageExtra },
          ],
        },
        reply: {},
        events: [
          {
            type: 'DisplayMessagesReported',
            messages: [
              {
                messageId: 6,
                priority: 'InFront',
                state: null,
                startsAt: null,
                endsAt: null,
                transactionId: null,
                format: 'UTF8',
                language: 'en',
                content: 'Hi',
                component: null,
                evseId: null,
                extraJson: JSON.stringify(messageExtra),
              },
            ],
          },
        ],
      },
    ],
    invalid: [{ title: 'no request', request: { messageInfo: [] }, code: missing }],
  },
  NotifyMonitoringReport: {
    valid: [
      {
        title: 'a monitor of a kind that only 2.1 has, and who set it',
        request: {
          requestId: 5,
          seqNo: 0,
          generatedAt: at,
          monitor: [{ component: { name: 'EVSE' }, variable: { name: 'Power' }, variableMonitoring: [monitoring] }],
        },
        reply: {},
        events: [
          {
            type: 'MonitorsReported',
            monitors: [
              {
                monitorId: 8,
                component: 'EVSE',
                componentInstance: null,
                evseId: null,
                connectorId: null,
                variable: 'Power',
                variableInstance: null,
                transaction: false,
                value: '5',
                type: 'TargetDelta',
                severity: 4,
                eventNotificationType: 'CustomMonitor',
              },
            ],
          },
        ],
      },
    ],
    invalid: [{ title: 'no number of its part', request: { requestId: 5, generatedAt: at }, code: missing }],
  },
  ReportChargingProfiles: {
    valid: [
      {
        title: 'a dynamic profile',
        request: { requestId: 6, chargingLimitSource: 'EMS', evseId: 0, chargingProfile: [profile] },
        reply: {},
        events: [
          {
            type: 'ChargingProfilesReported',
            source: 'EMS',
            last: true,
            profiles: [
              {
                profileId: 3,
                evseId: 0,
                stackLevel: 1,
                purpose: 'LocalGeneration',
                kind: 'Dynamic',
                recurrency: null,
                transactionId: null,
                validFrom: null,
                validTo: null,
                schedulesJson: JSON.stringify(profile.chargingSchedule),
                moreJson: '{"dynUpdateInterval":30}',
              },
            ],
          },
        ],
      },
    ],
    invalid: [
      { title: 'no profiles', request: { requestId: 6, chargingLimitSource: 'EMS', evseId: 0 }, code: missing },
    ],
  },
  ReservationStatusUpdate: {
    valid: [
      {
        title: 'a reservation was used, and nothing charged',
        request: { reservationId: 5, reservationUpdateStatus: 'NoTransaction' },
        reply: {},
        events: [{ type: 'ReservationChanged', reservationId: 5, change: 'noTransaction' }],
      },
    ],
    invalid: [{ title: 'no reservation', request: { reservationUpdateStatus: 'Expired' }, code: missing }],
  },
  SignCertificate: {
    valid: [
      {
        title: 'a request that has a number',
        request: { csr: 'CSR', certificateType: 'V2G20Certificate', requestId: 12 },
        reply: { status: 'Accepted' },
        events: [
          {
            type: 'CertificatesReported',
            change: 'signingRequested',
            requestId: 12,
            certificateTypes: ['V2G20Certificate'],
            certificates: [{ certificateType: 'V2G20Certificate', ...unreadCertificate }],
          },
          { type: 'CertificateSigningRequested', certificateType: 'V2G20Certificate', requestId: 12 },
        ],
      },
    ],
    invalid: [{ title: 'no request', request: { requestId: 12 }, code: missing }],
  },
  TransactionEvent: {
    valid: [
      {
        title: 'a start under a tariff and a limit, discharging',
        request: {
          eventType: 'Started',
          timestamp: at,
          triggerReason: 'CablePluggedIn',
          seqNo: 0,
          evse: { id: 1 },
          transactionInfo: {
            transactionId: 'tx-1',
            operationMode: 'CentralSetpoint',
            tariffId: 'T1',
            transactionLimit: { maxCost: 20 },
          },
        },
        reply: {},
        events: [
          {
            type: 'TransactionStarted',
            operationMode: 'CentralSetpoint',
            tariffId: 'T1',
            transactionLimitJson: '{"maxCost":20}',
          },
        ],
      },
      {
        title: 'an end with the cost that the station reckons',
        request: {
          eventType: 'Ended',
          timestamp: at,
          triggerReason: 'CostLimitReached',
          seqNo: 2,
          costDetails,
          transactionInfo: { transactionId: 'tx-1', stoppedReason: 'LocalOutOfCredit' },
        },
        reply: {},
        events: [
          { type: 'TransactionEnded', reason: 'LocalOutOfCredit' },
          {
            type: 'StationMessageRecorded',
            action: 'TransactionEvent',
            payloadJson: JSON.stringify({ transactionId: 'tx-1', eventType: 'Ended', seqNo: 2, costDetails }),
            answerJson: null,
          },
        ],
      },
      {
        title: 'an update of preconditioning and sleep',
        request: {
          eventType: 'Updated',
          timestamp: at,
          triggerReason: 'OperationModeChanged',
          seqNo: 1,
          preconditioningStatus: 'Preconditioning',
          evseSleep: true,
          transactionInfo: { transactionId: 'tx-1', operationMode: 'Idle' },
        },
        reply: {},
        events: [
          { type: 'TransactionUpdated', triggerReason: 'OperationModeChanged' },
          {
            type: 'StationMessageRecorded',
            payloadJson:
              '{"transactionId":"tx-1","eventType":"Updated","seqNo":1,"preconditioningStatus":"Preconditioning","evseSleep":true,"operationMode":"Idle"}',
          },
        ],
      },
    ],
    invalid: [{ title: 'nothing at all', request: {}, code: 'answered' }],
  },
};

export const received21: ReceivedCases = {
  ...received201,
  ...received201Device,
  ...received201Charging,
  ...richer,
  ...received21Own,
};
