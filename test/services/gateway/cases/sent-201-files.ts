// What we send 2.0.1 stations about firmware, logs and certificates. The same in 2.1.
import type { SentCases } from './case.ts';
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

const log = { log: { remoteLocation: 'https://files.example/' }, logType: 'SecurityLog', requestId: 7 };
const firmware = { requestId: 7, firmware: { location: 'https://files.example/fw', retrieveDateTime: at } };
const checksum = '0123456789abcdef0123456789abcdef';
const publish = { location: 'https://files.example/fw', checksum, requestId: 7 };

export const sent201Files: SentCases = {
  CertificateSigned: sent(
    [
      accepted('a signed certificate is taken', { certificateChain: pem, certificateType: 'V2GCertificate' }, [
        {
          type: 'CertificatesReported',
          change: 'signed',
          requestId: null,
          certificates: [{ certificateType: 'V2GCertificate', ...unreadCertificate }],
        },
      ]),
      accepted('without a type it is for both connections', { certificateChain: pem }, [
        {
          type: 'CertificatesReported',
          change: 'signed',
          certificates: [
            { certificateType: 'ChargingStationCertificate', ...unreadCertificate },
            { certificateType: 'V2GCertificate', ...unreadCertificate },
          ],
        },
      ]),
      rejected({ certificateChain: pem }),
    ],
    refused('a chain that is too long', { certificateChain: 'x'.repeat(10_001) }, '/certificateChain'),
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
  GetInstalledCertificateIds: sent(
    [
      accepted(
        'chains are told, the leaf before its issuers',
        { certificateType: ['V2GCertificateChain'] },
        [
          {
            type: 'CertificatesReported',
            change: 'report',
            certificateTypes: ['V2GCertificateChain'],
            certificates: [
              { certificateType: 'V2GCertificateChain', ...hash, ...unread },
              { certificateType: 'V2GCertificateChain', ...hash, serialNumber: '2f', ...unread, child: true },
            ],
          },
        ],
        {
          status: 'Accepted',
          certificateHashDataChain: [
            {
              certificateType: 'V2GCertificateChain',
              certificateHashData: hash,
              childCertificateHashData: [{ ...hash, serialNumber: '2f' }],
            },
          ],
        },
      ),
      answered(
        'there is none, which is an answer, too',
        { request: {}, answer: { status: 'NotFound' }, outcome: 'accepted', detail: 'NotFound' },
        [{ type: 'CertificatesReported', change: 'report', certificateTypes: [], certificates: [] }],
      ),
    ],
    refused('a type that no list has', { certificateType: ['Mine'] }, '/certificateType/0'),
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
        [{ type: 'LogStatusChanged', requestId: 7, status: 'AcceptedCanceled', fileName: null }],
      ),
      rejected(log),
    ],
    refused('a log that no list has', { ...log, logType: 'All' }, '/logType'),
  ),
  InstallCertificate: sent(
    [
      accepted('a certificate is installed', { certificateType: 'V2GRootCertificate', certificate: pem }, [
        {
          type: 'CertificatesReported',
          change: 'installed',
          certificates: [{ certificateType: 'V2GRootCertificate', ...unreadCertificate }],
        },
      ]),
      rejected({ certificateType: 'V2GRootCertificate', certificate: pem }),
    ],
    refused('a type that no list has', { certificateType: 'Mine', certificate: pem }, '/certificateType'),
  ),
  PublishFirmware: sent(
    [
      accepted('firmware will be published', publish, [
        {
          type: 'FirmwareStatusChanged',
          job: 'publish',
          requestId: 7,
          status: 'Accepted',
          answered: true,
          checksum,
          locations: [],
        },
      ]),
      rejected(publish),
    ],
    refused('no checksum', { location: 'x', requestId: 7 }, ''),
  ),
  UnpublishFirmware: sent(
    [
      answered(
        'published firmware is withdrawn',
        { request: { checksum }, answer: { status: 'Unpublished' }, outcome: 'accepted', detail: 'Unpublished' },
        [{ type: 'FirmwareStatusChanged', job: 'unpublish', status: 'Unpublished', answered: true, checksum }],
      ),
      answered(
        'there was none, which is what was wanted',
        { request: { checksum }, answer: { status: 'NoFirmware' }, outcome: 'accepted', detail: 'NoFirmware' },
        [{ type: 'FirmwareStatusChanged', job: 'unpublish', status: 'NoFirmware' }],
      ),
      rejected({ checksum }, 'DownloadOngoing'),
    ],
    refused('a checksum that is too long', { checksum: `${checksum}0` }, '/checksum'),
  ),
  UpdateFirmware: sent(
    [
      accepted('firmware will be installed', firmware, [
        {
          type: 'FirmwareStatusChanged',
          job: 'update',
          requestId: 7,
          status: 'Accepted',
          answered: true,
          retrieveAt: atMs,
          installAt: null,
          signed: false,
        },
      ]),
      answered(
        'signed firmware, and another update ends for it',
        {
          request: {
            requestId: 8,
            firmware: { ...firmware.firmware, installDateTime: at, signingCertificate: pem, signature: 'c2ln' },
          },
          answer: { status: 'AcceptedCanceled' },
          outcome: 'accepted',
          detail: 'AcceptedCanceled',
        },
        [{ type: 'FirmwareStatusChanged', requestId: 8, status: 'AcceptedCanceled', installAt: atMs, signed: true }],
      ),
      rejected(firmware, 'InvalidCertificate'),
    ],
    refused('no time', { requestId: 7, firmware: { location: 'x' } }, '/firmware'),
  ),
};
