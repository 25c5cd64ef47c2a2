// 2.x Get15118EVCertificate (M01, M02): a vehicle's request for a contract certificate passes through us, unread.
import type { OCPP21 } from 'typed-ocpp';
import type { Row } from '../domain/action.ts';
import { orNull } from '../domain/or-null.ts';
import { refusalOf } from '../domain/question.ts';
import { recordMessage } from '../domain/recorded.ts';

export const get15118EvCertificate: Row<OCPP21.Get15118EVCertificateRequest> = {
  asks: (request) => ({
    kind: 'contract-certificate',
    action: request.action,
    schemaVersion: request.iso15118SchemaVersion,
    exiRequest: request.exiRequest,
    contractsMax: orNull(request.maximumContractCertificateChains),
    prioritizedEmaids: request.prioritizedEMAIDs ?? [],
  }),
  handle(request, context) {
    const { answer } = context;
    const reply =
      answer?.kind === 'contract-certificate'
        ? {
            status: 'Accepted',
            exiResponse: answer.exiResponse,
            // Only 2.1 knows several contracts, and asks for them by their number.
            ...(answer.contractsLeft === null ? {} : { remainingContracts: answer.contractsLeft }),
          }
        : { status: 'Failed', exiResponse: '', statusInfo: refusalOf(answer) };
    return recordMessage('Get15118EVCertificate', request, reply, context);
  },
};
