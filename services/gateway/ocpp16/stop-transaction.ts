// 1.6 StopTransaction (4.10): never refused, whatever the transactionId; the readings come before the end.
import type { OCPP16 } from 'typed-ocpp';
import { milliOf } from '#contracts/amounts';
import type { ChargingEvent } from '#contracts/generated/types';
import type { Handled, HandlerContext, Row } from '../domain/action.ts';
import { decideUse } from '../domain/authorization.ts';
import type { StartShown } from '../domain/voucher.ts';
import { parseTimestamp } from '../domain/timestamps.ts';
import { emptyTransaction } from '../domain/transaction.ts';
import { idTagInfoOf } from './id-tag-info.ts';
import { readingsOf16 } from './readings.ts';
import { orNull } from '../domain/or-null.ts';

export const stopTransaction: Row<OCPP16.StopTransactionRequest> = {
  shows: (request) =>
    request.idTag === undefined || request.idTag === ''
      ? undefined
      : { uid: request.idTag, type: 'Unknown', stops: true },
  handle,
};

function handle(request: OCPP16.StopTransactionRequest, context: HandlerContext): Handled {
  const { token } = context;
  const transactionId = String(request.transactionId);
  const reportedId = context.reportedId(transactionId);
  const endedAt = parseTimestamp(request.timestamp);
  const decision = token === undefined ? undefined : decideUse(token, context, stopShown(context, transactionId));
  const events: ChargingEvent[] = [];
  if (request.transactionData !== undefined && request.transactionData.length > 0) {
    // 1.6 tells no connector here: the session knows its own, so 0 says "ask the transaction".
    events.push({
      type: 'MeterValuesSampled',
      meta: context.meta(endedAt),
      transactionId,
      reportedId,
      evseId: 0,
      connectorId: 0,
      offline: null,
      readings: readingsOf16(request.transactionData, 'Transaction.End'),
    });
  }
  events.push({
    type: 'TransactionEnded',
    meta: context.meta(endedAt),
    ...emptyTransaction({ transactionId, reportedId, evseId: null, connectorId: null }),
    tokenRef: orNull(token?.tokenRef),
    tokenType: orNull(token?.tokenType),
    authorization: orNull(decision?.status),
    meterStopMilliWh: milliOf(request.meterStop, 0) ?? null,
    reason: request.reason ?? 'Local',
  });
  return { reply: decision === undefined ? {} : { idTagInfo: idTagInfoOf(decision) }, events };
}

/** 1.6 tells no connector. Who was vouched for may stop what he started. */
function stopShown({ now }: HandlerContext, transactionId: string): StartShown {
  return { evseId: null, remoteStartId: null, startedAt: null, transactionId, now };
}
