// What we send 1.6J stations about themselves: configuration, firmware, logs, certificates.
import type { ExpectedEvent, SentCases } from './case.ts';
import {
  accepted,
  answered,
  at,
  atMs,
  hash,
  pem,
  refused,
  rejected,
  sent,
  unread,
  unreadCertificate,
} from './sent-parts.ts';
import { variableOf } from './told-lists.ts';

const log = { log: { remoteLocation: 'https://files.example/' }, logType: 'SecurityLog', requestId: 7 };
const signedFirmware = {
  requestId: 7,
  firmware: { location: 'https://files.example/fw', retrieveDateTime: at, signingCertificate: pem, signature: 'c2ln' },
};
const install = { certificateType: 'CentralSystemRootCertificate', certificate: pem };

function variables(...told: readonly (readonly [name: string, value: string | null])[]): ExpectedEvent {
  return {
    type: 'VariablesReported',
    requestId: null,
    variables: told.map(([variable, value]) => variableOf('', variable, value)),
  };
}

export const sent16Device: SentCases = {
  CertificateSigned: sent(
    [
      accepted('a signed certificate is taken', { certificateChain: pem }, [
        {
          type: 'CertificatesReported',
          change: 'signed',
          certificates: [{ certificateType: 'ChargingStationCertificate', ...unreadCertificate }],
        },
      ]),
      rejected({ certificateChain: pem }),
    ],
    refused('a chain that is too long', { certificateChain: 'x'.repeat(10_001) }, '/certificateChain'),
  ),
  ChangeConfiguration: sent(
    [
      accepted('a key is written and known from then on', { key: 'HeartbeatInterval', value: '60' }, [
        variables(['HeartbeatInterval', '60']),
      ]),
      accepted('a secret is written, and not told', { key: 'AuthorizationKey', value: 'S3CRET' }, [
        variables(['AuthorizationKey', null]),
      ]),
      answered('a key needs a reboot: it has its old value until then', {
        request: { key: 'K', value: '1' },
        answer: { status: 'RebootRequired' },
        outcome: 'accepted',
        detail: 'RebootRequired',
      }),
      answered('a key is not known', {
        request: { key: 'K', value: '1' },
        answer: { status: 'NotSupported' },
        outcome: 'notSupported',
        detail: 'NotSupported',
      }),
      rejected({ key: 'K', value: '1' }),
    ],
    refused('a key that is too long', { key: 'k'.repeat(51), value: '1' }, '/key'),
  ),
  DeleteCertificate: sent(
    [
      accepted('a certificate is deleted', { certificateHashData: hash }, [
        {
          type: 'CertificatesReported',
          change: 'deleted',
          certificates: [{ certificateType: '', ...hash, ...unread }],
        },
      ]),
      rejected({ certificateHashData: hash }, 'NotFound'),
      answered('it cannot be deleted', {
        request: { certificateHashData: hash },
        answer: { status: 'Failed' },
        outcome: 'failed',
        detail: 'Failed',
      }),
    ],
    refused(
      'an algorithm that no list has',
      { certificateHashData: { ...hash, hashAlgorithm: 'MD5' } },
      '/certificateHashData/hashAlgorithm',
    ),
  ),
  GetConfiguration: sent(
    [
      answered(
        'keys are told, secrets are not, and which it does not know',
        {
          request: {},
          answer: {
            configurationKey: [
              { key: 'HeartbeatInterval', readonly: false, value: '60' },
              { key: 'AuthorizationKey', readonly: true, value: 'S3CRET' },
            ],
            unknownKey: ['Odd'],
          },
          outcome: 'accepted',
          detail: 'not known: Odd',
        },
        [
          {
            type: 'VariablesReported',
            requestId: null,
            variables: [
              variableOf('', 'HeartbeatInterval', '60', { mutability: 'ReadWrite' }),
              variableOf('', 'AuthorizationKey', null, { mutability: 'ReadOnly' }),
            ],
            unknownVariables: ['Odd'],
          },
        ],
      ),
    ],
    refused('a key that is too long', { key: ['k'.repeat(51)] }, '/key/0'),
  ),
  GetDiagnostics: sent(
    [
      answered(
        'diagnostics will be uploaded under a name',
        {
          request: { location: 'ftp://files.example/' },
          answer: { fileName: 'diag.zip' },
          outcome: 'accepted',
          detail: 'diag.zip',
        },
        [
          {
            type: 'LogStatusChanged',
            logType: 'Diagnostics',
            requestId: null,
            status: 'Requested',
            answered: true,
            fileName: 'diag.zip',
          },
        ],
      ),
      accepted(
        'no name yet',
        { location: 'ftp://files.example/', startTime: at },
        [{ type: 'LogStatusChanged', logType: 'Diagnostics', status: 'Requested', fileName: null }],
        {},
      ),
    ],
    refused('a time that is none', { location: 'x', startTime: 'now' }, '/startTime'),
  ),
  GetInstalledCertificateIds: sent(
    [
      accepted(
        'certificates are told, by the name that 2.x has for them',
        { certificateType: 'CentralSystemRootCertificate' },
        [
          {
            type: 'CertificatesReported',
            change: 'report',
            certificateTypes: ['CSMSRootCertificate'],
            certificates: [{ certificateType: 'CSMSRootCertificate', ...hash, ...unread }],
          },
        ],
        { status: 'Accepted', certificateHashData: [hash] },
      ),
      answered(
        'there is none, which is an answer, too',
        {
          request: { certificateType: 'ManufacturerRootCertificate' },
          answer: { status: 'NotFound' },
          outcome: 'accepted',
          detail: 'NotFound',
        },
        [
          {
            type: 'CertificatesReported',
            change: 'report',
            certificateTypes: ['ManufacturerRootCertificate'],
            certificates: [],
          },
        ],
      ),
    ],
    refused('a type of 2.x', { certificateType: 'V2GRootCertificate' }, '/certificateType'),
  ),
  GetLog: sent(
    [
      accepted(
        'a log will be uploaded',
        log,
        [
          {
            type: 'LogStatusChanged',
            logType: 'SecurityLog',
            requestId: 7,
            status: 'Accepted',
            answered: true,
            fileName: 'sec.log',
          },
        ],
        { status: 'Accepted', filename: 'sec.log' },
      ),
      answered(
        'another upload ends for it',
        { request: log, answer: { status: 'AcceptedCanceled' }, outcome: 'accepted', detail: 'AcceptedCanceled' },
        [{ type: 'LogStatusChanged', requestId: 7, status: 'AcceptedCanceled' }],
      ),
      rejected(log),
    ],
    refused('a log that no list has', { ...log, logType: 'All' }, '/logType'),
  ),
  InstallCertificate: sent(
    [
      accepted('a certificate is installed', install, [
        {
          type: 'CertificatesReported',
          change: 'installed',
          certificates: [{ certificateType: 'CSMSRootCertificate', ...unreadCertificate }],
        },
      ]),
      rejected(install),
      answered('it cannot be installed', {
        request: install,
        answer: { status: 'Failed' },
        outcome: 'failed',
        detail: 'Failed',
      }),
    ],
    refused('a type of 2.x', { ...install, certificateType: 'MORootCertificate' }, '/certificateType'),
  ),
  SignedUpdateFirmware: sent(
    [
      accepted('signed firmware will be installed', signedFirmware, [
        {
          type: 'FirmwareStatusChanged',
          job: 'update',
          requestId: 7,
          status: 'Accepted',
          answered: true,
          retrieveAt: atMs,
          installAt: null,
          signed: true,
        },
      ]),
      rejected(signedFirmware, 'InvalidCertificate'),
      rejected(signedFirmware, 'RevokedCertificate'),
    ],
    refused('no signature', { requestId: 7, firmware: { location: 'x', retrieveDateTime: at } }, '/firmware'),
  ),
  UpdateFirmware: sent(
    [
      accepted(
        'firmware will be installed: 1.6 answers no word',
        { location: 'https://files.example/fw', retrieveDate: at },
        [
          {
            type: 'FirmwareStatusChanged',
            job: 'update',
            requestId: null,
            status: 'Requested',
            answered: true,
            retrieveAt: atMs,
            signed: false,
          },
        ],
        {},
      ),
    ],
    refused('no time', { location: 'x' }, ''),
  ),
};
