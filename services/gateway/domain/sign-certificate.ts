// SignCertificate of 1.6 (whitepaper A02) and 2.x (A02, A03): the request becomes a fact, whoever signs answers by CertificateSigned.
import type { Row } from './action.ts';
import { untoldCertificate } from './facts.ts';
import { orNull } from './or-null.ts';

type SigningRequest = { readonly csr: string; readonly certificateType?: string; readonly requestId?: number };

export const signCertificate: Row<SigningRequest> = {
  handle(request, context) {
    // 1.6 has no other, and a 2.x station that names none means its own first of all (A02).
    const certificateType = request.certificateType ?? 'ChargingStationCertificate';
    const requestId = orNull(request.requestId);
    return {
      // Accepted says that it will be looked at (A02.FR.02): the decision comes later, also when it is a refusal.
      reply: { status: 'Accepted' },
      events: [
        {
          type: 'CertificatesReported',
          meta: context.meta(null),
          change: 'signingRequested',
          certificateTypes: [certificateType],
          certificates: [{ certificateType, ...untoldCertificate }],
          requestId,
        },
        {
          type: 'CertificateSigningRequested',
          meta: context.meta(null),
          csrPem: request.csr,
          certificateType,
          requestId,
        },
      ],
    };
  },
};
