// 1.6 StartTransaction (4.8): always answered with an id, also when the card is refused; a retry gets the same id.
import assert from 'node:assert/strict';
import type { OCPP16 } from 'typed-ocpp';
import { milliOf } from '#contracts/amounts';
import { startKeyOf, transactionIdOf } from '#contracts/keys';
import { placeOf, type Handled, type HandlerContext, type Row } from '../domain/action.ts';
import { decideStart } from '../domain/authorization.ts';
import { authorizationDecided, vouchedOf } from '../domain/decided.ts';
import { parseTimestamp } from '../domain/timestamps.ts';
import { emptyTransaction } from '../domain/transaction.ts';
import { idTagInfoOf } from './id-tag-info.ts';
import { orNull } from '../domain/or-null.ts';

export const startTransaction: Row<OCPP16.StartTransactionRequest> = {
  shows: (request) => ({ uid: request.idTag, type: 'Unknown' }),
  handle,
};

function handle(request: OCPP16.StartTransactionRequest, context: HandlerContext): Handled {
  assert(context.token !== undefined, 'the shell looked up the token that StartTransaction shows');
  const { tenantId, stationId, token } = context;
  const start = {
    tenantId,
    stationId,
    connectorId: request.connectorId,
    timestamp: request.timestamp,
    meterStart: String(request.meterStart),
    tokenRef: token.tokenRef,
  };
  const transactionId = transactionIdOf(start);
  const { evseId, connectorId } = placeOf(context.station, request.connectorId);
  const startedAt = parseTimestamp(request.timestamp);
  // 1.6 has no remoteStartId: the same card, there and then, is the start that an operator asked for.
  const shown = { evseId, remoteStartId: null, startedAt, transactionId: String(transactionId), now: context.now };
  const decision = decideStart(token, context, shown);
  const known = {
    transactionId: String(transactionId),
    reportedId: context.reportedId(String(transactionId)),
    evseId,
    connectorId,
  };
  return {
    reply: { transactionId, idTagInfo: idTagInfoOf(decision) },
    ...vouchedOf(decision, known.transactionId),
    events: [
      authorizationDecided(context.meta(startedAt), token, decision, {
        purpose: 'start',
        evseId,
        transactionId: known.transactionId,
      }),
      {
        type: 'TransactionStarted',
        meta: context.meta(startedAt),
        startKey: startKeyOf(start),
        ...emptyTransaction(known),
        tokenRef: token.tokenRef,
        tokenType: token.tokenType,
        authorization: decision.status,
        reservationId: orNull(request.reservationId),
        meterStartMilliWh: milliOf(request.meterStart, 0) ?? null,
        operationMode: null,
        tariffId: null,
        transactionLimitJson: null,
      },
    ],
  };
}
