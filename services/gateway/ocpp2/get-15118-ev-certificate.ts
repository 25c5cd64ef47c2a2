// 2.x Get15118EVCertificate (M01, M02): a vehicle's request for a contract certificate passes through us, unread.
import type { OCPP21 } from 'typed-ocpp';
import type { Row } from '../domain/action.ts';
import { orNull } from '../domain/or-null.ts';
import { fitting, refusalOf } from '../domain/question.ts';
import { recordMessage } from '../domain/recorded.ts';

/** @param exiCharsMax what a response may hold in this version */
export function get15118EvCertificate(exiCharsMax: number): Row<OCPP21.Get15118EVCertificateRequest> {
  return {
    asks: (request) => ({
      kind: 'contract-certificate',
      action: request.action,
      schemaVersion: request.iso15118SchemaVersion,
      exiRequest: request.exiRequest,
      contractsMax: orNull(request.maximumContractCertificateChains),
      prioritizedEmaids: request.prioritizedEMAIDs ?? [],
    }),
    handle(request, context) {
      const answer = fitting(context.answer, exiCharsMax);
      const reply =
        answer?.kind === 'contract-certificate'
          ? { status: 'Accepted', exiResponse: answer.exiResponse, ...contractsLeftOf(request, answer.contractsLeft) }
          : { status: 'Failed', exiResponse: '', statusInfo: refusalOf(answer) };
      return recordMessage('Get15118EVCertificate', request, reply, context);
    },
  };
}

/** Only 2.1 knows several contracts: a station that names how many it takes hears how many are left. */
function contractsLeftOf(
  { maximumContractCertificateChains }: OCPP21.Get15118EVCertificateRequest,
  contractsLeft: number | null,
): { remainingContracts?: number } {
  return contractsLeft === null || maximumContractCertificateChains === undefined
    ? {}
    : { remainingContracts: contractsLeft };
}
