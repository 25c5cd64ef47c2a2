// A contract certificate that comes with an eMAID (2.x C07): what is asked of it, and what its status makes of the decision.
import type { OCPP20 } from 'typed-ocpp';
import type { Decision, Policies } from './authorization.ts';
import type { Answer, ContractStatus, Question } from './question.ts';

type Shown = Pick<OCPP20.AuthorizeRequest, 'idToken' | 'certificate' | 'iso15118CertificateHashData'>;

export function contractQuestion({ idToken, certificate, iso15118CertificateHashData }: Shown): Question | undefined {
  if (certificate === undefined && iso15118CertificateHashData === undefined) return undefined;
  return {
    kind: 'contract',
    emaid: idToken.idToken,
    chain: certificate ?? null,
    certificates: (iso15118CertificateHashData ?? []).map(({ responderURL, ...hash }) => ({
      hash: {
        hashAlgorithm: hash.hashAlgorithm,
        issuerNameHash: hash.issuerNameHash,
        issuerKeyHash: hash.issuerKeyHash,
        serialNumber: hash.serialNumber,
      },
      source: 'OCSP',
      urls: [responderURL],
    })),
  };
}

/** The decision with its certificate, and the certificate's own status for the station. */
export function withContract(
  decision: Decision,
  answer: Answer | undefined,
  policies: Policies,
): { readonly decision: Decision; readonly certificateStatus: ContractStatus } {
  const certificateStatus = statusOf(answer, policies);
  if (certificateStatus !== 'Accepted')
    return { decision: { ...decision, status: 'Invalid', by: 'certificate' }, certificateStatus };
  const isOver = decision.status === 'Blocked' || decision.status === 'Expired';
  return { decision, certificateStatus: isOver ? 'ContractCancelled' : 'Accepted' };
}

/** Who cannot be asked leaves it to the tenant, as with tokens; a source that refuses has said no. */
function statusOf(answer: Answer | undefined, { tokensUnavailable }: Policies): ContractStatus {
  if (answer?.kind === 'contract') return answer.status;
  const isUnknown = answer === undefined || answer.kind === 'unreachable';
  return isUnknown && tokensUnavailable === 'accept' ? 'Accepted' : 'CertChainError';
}
