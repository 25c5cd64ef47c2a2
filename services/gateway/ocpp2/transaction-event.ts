// 2.x TransactionEvent (E01-E15): start, update and end of a transaction, with its readings and its token.
import type { OCPP21 } from 'typed-ocpp';
import { milliOf } from '#contracts/amounts';
import type { AuthorizationPurpose, ChargingEvent } from '#contracts/generated/types';
import type { Handled, HandlerContext, Row } from '../domain/action.ts';
import { decideStart, decideUse, type Decision } from '../domain/authorization.ts';
import { authorizationDecided, vouchedOf } from '../domain/decided.ts';
import type { CostQuestion } from '../domain/question.ts';
import { parseTimestamp } from '../domain/timestamps.ts';
import { emptyTransaction, type TransactionFields } from '../domain/transaction.ts';
import { idTokenInfoOf } from './id-token-info.ts';
import { readingsOf2 } from './readings.ts';
import { orNull } from '../domain/or-null.ts';

/** 2.1 has all that 2.0.1 has, and more words. */
type Request = OCPP21.TransactionEventRequest;

export const transactionEvent: Row<Request> = {
  shows: (request) =>
    request.idToken === undefined || isStartedByButton(request.idToken)
      ? undefined
      : { uid: request.idToken.idToken, type: request.idToken.type, stops: request.eventType === 'Ended' },
  costs,
  handle,
};

/**
 * Its total as it ends (I03), what it came to so far while it runs (I02). What a station tells belatedly of a transaction
 * that runs is not shown to anybody; and where an end has no time that can be read, a person decides what it costs.
 */
function costs({
  eventType,
  timestamp,
  offline,
  transactionInfo: { transactionId },
}: Request): CostQuestion | undefined {
  if (eventType === 'Updated') return offline === true ? undefined : { kind: 'cost', transactionId, endedAt: null };
  const endedAt = eventType === 'Ended' ? parseTimestamp(timestamp) : null;
  return endedAt === null ? undefined : { kind: 'cost', transactionId, endedAt };
}

const purposes: Readonly<Record<Request['eventType'], AuthorizationPurpose>> = {
  Started: 'start',
  Updated: 'update',
  Ended: 'stop',
};

function handle(request: Request, context: HandlerContext): Handled {
  const { token } = context;
  const occurredAt = parseTimestamp(request.timestamp);
  const shown = {
    evseId: orNull(request.evse?.id),
    remoteStartId: orNull(request.transactionInfo.remoteStartId),
    startedAt: occurredAt,
    transactionId: request.transactionInfo.transactionId,
    now: context.now,
  };
  const decide = isStart(request) ? decideStart : decideUse;
  const decision = token === undefined ? undefined : decide(token, context, shown);
  const events: ChargingEvent[] = [];
  if (token !== undefined && decision !== undefined) {
    const occasion = {
      purpose: purposes[request.eventType],
      evseId: shown.evseId,
      transactionId: shown.transactionId,
    };
    events.push(authorizationDecided(context.meta(occurredAt), token, decision, occasion));
  }
  // An end comes after its readings, a start before them: whoever folds the end has seen the last register.
  if (request.eventType === 'Ended') pushReadings(events, request, context);
  events.push(transactionFact(request, context, decision));
  if (request.eventType !== 'Ended') pushReadings(events, request, context);
  return { reply: replyOf(request, decision), events, ...vouchedOf(decision, shown.transactionId) };
}

/** A token starts with the transaction, or is shown once the cable is in (E03); whoever stops shows one as well. */
function isStart({ eventType, triggerReason }: Request): boolean {
  return eventType === 'Started' || (eventType === 'Updated' && triggerReason !== 'StopAuthorized');
}

/** NoAuthorization: a start button, a mechanical key; there is no token to look up (C02). An empty one of a kind is nobody's. */
function isStartedByButton({ type }: NonNullable<Request['idToken']>): boolean {
  return type === 'NoAuthorization';
}

/** idTokenInfo is required where the request names an idToken (TransactionEventResponse), also one that is none. */
function replyOf({ idToken }: Request, decision: Decision | undefined): object {
  if (decision !== undefined) return { idTokenInfo: idTokenInfoOf(decision) };
  return idToken?.type === 'NoAuthorization' ? { idTokenInfo: { status: 'Accepted' } } : {};
}

function transactionFact(request: Request, context: HandlerContext, decision: Decision | undefined): ChargingEvent {
  const meta = context.meta(parseTimestamp(request.timestamp));
  const fields = fieldsOf(request, context, decision);
  switch (request.eventType) {
    case 'Started':
      // The station chose the transactionId and never reuses it (E01): it is the natural key.
      return {
        type: 'TransactionStarted',
        meta,
        startKey: fields.transactionId,
        ...fields,
        meterStartMilliWh: null,
        operationMode: null,
        tariffId: null,
        transactionLimitJson: null,
      };
    case 'Updated':
      return { type: 'TransactionUpdated', meta, ...fields };
    case 'Ended':
      return {
        type: 'TransactionEnded',
        meta,
        ...fields,
        meterStopMilliWh: null,
        reason: request.transactionInfo.stoppedReason ?? 'Local',
      };
  }
}

function fieldsOf(request: Request, context: HandlerContext, decision: Decision | undefined): TransactionFields {
  const { transactionInfo, evse } = request;
  const { transactionId } = transactionInfo;
  return {
    ...emptyTransaction({
      transactionId,
      reportedId: context.reportedId(transactionId),
      evseId: orNull(evse?.id),
      connectorId: orNull(evse?.connectorId),
    }),
    tokenRef: orNull(context.token?.tokenRef),
    tokenType: orNull(context.token?.tokenType),
    authorization: orNull(decision?.status),
    offline: request.offline ?? false,
    seqNo: request.seqNo,
    triggerReason: request.triggerReason,
    chargingState: orNull(transactionInfo.chargingState),
    remoteStartId: orNull(transactionInfo.remoteStartId),
    reservationId: orNull(request.reservationId),
    timeSpentChargingSeconds: orNull(transactionInfo.timeSpentCharging),
    numberOfPhasesUsed: orNull(request.numberOfPhasesUsed),
    cableMaxCurrentMilliA: request.cableMaxCurrent === undefined ? null : (milliOf(request.cableMaxCurrent, 0) ?? null),
  };
}

function pushReadings(events: ChargingEvent[], request: Request, context: HandlerContext): void {
  if (request.meterValue === undefined || request.meterValue.length === 0) return;
  const { transactionId } = request.transactionInfo;
  events.push({
    type: 'MeterValuesSampled',
    meta: context.meta(parseTimestamp(request.timestamp)),
    transactionId,
    reportedId: context.reportedId(transactionId),
    evseId: request.evse?.id ?? 0,
    connectorId: request.evse?.connectorId ?? 0,
    offline: request.offline ?? false,
    readings: readingsOf2(request.meterValue),
  });
}
