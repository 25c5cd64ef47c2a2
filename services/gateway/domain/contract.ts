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

type Judged = { readonly decision: Decision; readonly certificateStatus: ContractStatus };

/** The decision with its certificate, which can only take away what was given, and its own status for the station. */
export function withContract(decision: Decision, answer: Answer | undefined, policies: Policies): Judged {
  const isUnknown = answer === undefined || answer.kind === 'unreachable';
  const certificateStatus = statusOf(answer, isUnknown && policies.tokensUnavailable === 'accept');
  const isOver = decision.status === 'Blocked' || decision.status === 'Expired';
  if (isOver && certificateStatus === 'Accepted') return { decision, certificateStatus: 'ContractCancelled' };
  if (decision.status !== 'Accepted' || decision.by === 'free-vending') return { decision, certificateStatus };
  const status = certificateStatus === 'Accepted' ? 'Accepted' : 'Invalid';
  // Whoever could not be asked leaves it to the tenant, as with tokens, and the log says so.
  if (isUnknown) return { decision: { ...decision, status, by: 'certificate-unavailable' }, certificateStatus };
  return status === 'Accepted'
    ? { decision, certificateStatus }
    : { decision: { ...decision, status, by: 'certificate' }, certificateStatus };
}

/** A source that refuses has said no. */
function statusOf(answer: Answer | undefined, isLet: boolean): ContractStatus {
  if (answer?.kind === 'contract') return answer.status;
  return isLet ? 'Accepted' : 'CertChainError';
}
