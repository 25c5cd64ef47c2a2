// SignCertificate of 1.6 (whitepaper A02) and 2.x (A02, A03): the request becomes a fact, whoever signs answers by CertificateSigned.
import type { Handled, HandlerContext, Row } from './action.ts';
import { untoldCertificate } from './facts.ts';
import { orNull } from './or-null.ts';

type SigningRequest = { readonly csr: string; readonly certificateType?: string; readonly requestId?: number };

/** 1.6 has no types: what is asked for is the station's own. */
export const signCertificate16: Row<{ readonly csr: string }> = {
  handle: ({ csr }, context) => signingRequested({ csr, types: [own], requestId: null }, context),
};

/** Without a type it is for both connections of the station, to us and to vehicles (2.x SignCertificateRequest). */
export const signCertificate: Row<SigningRequest> = {
  handle({ csr, certificateType, requestId }, context) {
    const types = certificateType === undefined ? bothTypes : [certificateType];
    return signingRequested({ csr, types, requestId: orNull(requestId) }, context);
  },
};

const own = 'ChargingStationCertificate';
/** What one certificate for both connections stands for. */
export const bothTypes: readonly string[] = [own, 'V2GCertificate'];

type Asked = { readonly csr: string; readonly types: readonly string[]; readonly requestId: number | null };

function signingRequested({ csr, types, requestId }: Asked, context: HandlerContext): Handled {
  return {
    // Accepted says that it will be looked at: the decision comes later, also when it is a refusal.
    reply: { status: 'Accepted' },
    events: [
      {
        type: 'CertificatesReported',
        meta: context.meta(null),
        change: 'signingRequested',
        certificateTypes: [...types],
        certificates: types.map((certificateType) => ({ certificateType, ...untoldCertificate })),
        requestId,
      },
      {
        type: 'CertificateSigningRequested',
        meta: context.meta(null),
        csrPem: csr,
        certificateType: types[0] ?? own,
        requestId,
        combined: types === bothTypes,
      },
    ],
  };
}
