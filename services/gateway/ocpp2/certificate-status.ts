// 2.x GetCertificateStatus (M06) and 2.1 GetCertificateChainStatus (M07): is a vehicle's certificate revoked? Others know.
import type { OCPP21 } from 'typed-ocpp';
import type { Row } from '../domain/action.ts';
import { fitting, refusalOf, type CertificateHash } from '../domain/question.ts';
import { recordMessage } from '../domain/recorded.ts';

/** @param resultCharsMax what a response may hold in this version */
export function getCertificateStatus(resultCharsMax: number): Row<OCPP21.GetCertificateStatusRequest> {
  return {
    asks: ({ ocspRequestData }) => ({
      kind: 'ocsp',
      certificate: hashOf(ocspRequestData),
      responderUrl: ocspRequestData.responderURL,
    }),
    handle(request, context) {
      const answer = fitting(context.answer, resultCharsMax);
      const reply =
        answer?.kind === 'ocsp'
          ? { status: 'Accepted', ocspResult: answer.response }
          : { status: 'Failed', statusInfo: refusalOf(answer) };
      return recordMessage('GetCertificateStatus', request, reply, context);
    },
  };
}

type StatusRequest = OCPP21.GetCertificateChainStatusRequest['certificateStatusRequests'][number];

export const getCertificateChainStatus: Row<OCPP21.GetCertificateChainStatusRequest> = {
  asks: ({ certificateStatusRequests }) => ({
    kind: 'chain-status',
    certificates: certificateStatusRequests.map(({ certificateHashData, source, urls }) => ({
      hash: hashOf(certificateHashData),
      source,
      urls,
    })),
  }),
  handle(request, context) {
    const statuses = context.answer?.kind === 'chain-status' ? context.answer.statuses : [];
    const certificateStatus = request.certificateStatusRequests.map(
      ({ certificateHashData, source }: StatusRequest, n) => ({
        certificateHashData,
        source,
        status: statuses[n]?.status ?? 'Failed',
        // What failed is asked again at once, if the station wants to know.
        nextUpdate: new Date(statuses[n]?.nextUpdateAt ?? context.now).toISOString(),
      }),
    );
    return recordMessage('GetCertificateChainStatus', request, { certificateStatus }, context);
  },
};

function hashOf(data: CertificateHash): CertificateHash {
  const { hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber } = data;
  return { hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber };
}
