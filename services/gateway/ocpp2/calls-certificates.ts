// What 2.x stations answer about certificates.
import type { OCPP20, OCPP21 } from 'typed-ocpp';
import type { InstalledCertificate } from '#contracts/generated/types';
import { certificateOf } from '../certificate-facts.ts';
import { withFacts } from '../domain/call.ts';
import { certificatesReported, untoldCertificate } from '../domain/facts.ts';
import { orNull } from '../domain/or-null.ts';
import { bothTypes } from '../domain/sign-certificate.ts';

type Chain = NonNullable<OCPP20.GetInstalledCertificateIdsResponse['certificateHashDataChain']>[number];

/** Nothing found is an answer, too: there is none of these types. */
export const getInstalledCertificateIds = withFacts<
  OCPP20.GetInstalledCertificateIdsRequest,
  OCPP20.GetInstalledCertificateIdsResponse
>(
  ({ certificateHashDataChain = [] }, { request: { certificateType = [] }, meta }) =>
    certificatesReported(meta(null), {
      change: 'report',
      certificateTypes: certificateType,
      certificates: certificateHashDataChain.flatMap(certificatesOf),
    }),
  ['Accepted', 'NotFound'],
);

function certificatesOf({
  certificateType,
  certificateHashData,
  childCertificateHashData = [],
}: Chain): InstalledCertificate[] {
  const { hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber } = certificateHashData;
  const first = { ...untoldCertificate, certificateType, hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber };
  const children = childCertificateHashData.map((hash) => ({
    ...first,
    hashAlgorithm: hash.hashAlgorithm,
    issuerNameHash: hash.issuerNameHash,
    issuerKeyHash: hash.issuerKeyHash,
    serialNumber: hash.serialNumber,
    child: true,
  }));
  return [first, ...children];
}

export const installCertificate = withFacts<OCPP20.InstallCertificateRequest, OCPP20.InstallCertificateResponse>(
  (_answer, { request: { certificateType, certificate }, meta }) =>
    certificatesReported(meta(null), {
      change: 'installed',
      certificates: [certificateOf(certificateType, certificate)],
    }),
);

export const deleteCertificate = withFacts<OCPP20.DeleteCertificateRequest, OCPP20.DeleteCertificateResponse>(
  (_answer, { request: { certificateHashData: hash }, meta }) => {
    const { hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber } = hash;
    const named = { ...untoldCertificate, hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber };
    return certificatesReported(meta(null), { change: 'deleted', certificates: [{ certificateType: '', ...named }] });
  },
);

/** Without a type it is for both connections of the station. requestId is 2.1's. */
export const certificateSigned = withFacts<OCPP21.CertificateSignedRequest, OCPP20.CertificateSignedResponse>(
  (_answer, { request: { certificateChain, certificateType, requestId }, meta }) =>
    certificatesReported(meta(null), {
      change: 'signed',
      certificates: (certificateType === undefined ? bothTypes : [certificateType]).map((type) =>
        certificateOf(type, certificateChain),
      ),
      requestId: orNull(requestId),
    }),
);
