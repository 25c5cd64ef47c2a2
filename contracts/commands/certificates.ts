// Intents about the certificates in a station.
import Type, { type Static } from 'typebox';
import { daySeconds, fields, hourSeconds, intent, pem } from './parts.ts';

const certificateType = Type.Enum(
  [
    'CSMSRootCertificate',
    'ManufacturerRootCertificate',
    'V2GRootCertificate',
    'MORootCertificate',
    'OEMRootCertificate',
  ],
  {
    description:
      '2.x names; 1.6 knows the first two, as CentralSystemRootCertificate and by this name; the last is of 2.1',
  },
);

/** What names a certificate in a station. */
export const certificateHash = fields({
  hashAlgorithm: Type.Enum(['SHA256', 'SHA384', 'SHA512']),
  issuerNameHash: Type.String({ minLength: 1, maxLength: 128 }),
  issuerKeyHash: Type.String({ minLength: 1, maxLength: 128 }),
  serialNumber: Type.String({ minLength: 1, maxLength: 40 }),
});

export type CertificateHash = Static<typeof certificateHash>;

export const certificateIntents = {
  ReadCertificates: intent({
    lane: 'maintenance',
    reads: true,
    waits: true,
    expirySeconds: hourSeconds,
    parameters: fields(
      {
        types: Type.Optional(
          Type.Array(
            Type.Enum([
              'CSMSRootCertificate',
              'ManufacturerRootCertificate',
              'V2GRootCertificate',
              'MORootCertificate',
              'OEMRootCertificate',
              'V2GCertificateChain',
            ]),
            { minItems: 1, maxItems: 6 },
          ),
        ),
      },
      'Without types: all of them. On 1.6 one CALL per type',
    ),
  }),
  InstallCertificate: intent({
    lane: 'maintenance',
    reads: false,
    waits: true,
    supersedes: ({ type, certificate }) => `${type} ${certificate}`,
    expirySeconds: daySeconds,
    parameters: fields({ type: certificateType, certificate: pem(10_000) }),
  }),
  DeleteCertificate: intent({
    lane: 'maintenance',
    reads: false,
    waits: true,
    supersedes: ({ certificate }) => JSON.stringify(certificate),
    expirySeconds: daySeconds,
    parameters: fields({ certificate: certificateHash }),
  }),
  CertificateSigned: intent({
    lane: 'maintenance',
    reads: false,
    waits: true,
    supersedes: ({ type }) => type ?? 'ChargingStationCertificate',
    expirySeconds: daySeconds,
    parameters: fields(
      {
        chain: pem(10_000),
        type: Type.Optional(Type.Enum(['ChargingStationCertificate', 'V2GCertificate', 'V2G20Certificate'])),
        requestId: Type.Optional(
          Type.Integer({ minimum: 0, maximum: 2_147_483_647, description: '2.1, of the SignCertificate' }),
        ),
      },
      'The result of a SignCertificate of the station: the leaf first, then its issuers',
    ),
  }),
};
