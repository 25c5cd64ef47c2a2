// 2.1 TransactionEvent: 2.0.1's, and what 2.1 adds to it (costs I12, limits E16, operation mode Q02, preconditioning, sleep).
import type { OCPP21 } from 'typed-ocpp';
import type { ChargingEvent } from '#contracts/generated/types';
import type { Row } from '../domain/action.ts';
import { orNull } from '../domain/or-null.ts';
import { recordMessage } from '../domain/recorded.ts';
import { transactionEvent } from './transaction-event.ts';

type Request = OCPP21.TransactionEventRequest;

export const transactionEvent21: Row<Request> = {
  ...transactionEvent,
  handle(request, context) {
    const handled = transactionEvent.handle(request, context);
    const more = moreOf(request);
    const events = handled.events.map((event) => withTerms(event, request));
    if (more !== undefined) events.push(...recordMessage('TransactionEvent', more, null, context).events);
    return { ...handled, events };
  },
};

/** The terms under which a transaction starts have fields of their own. */
function withTerms(event: ChargingEvent, { transactionInfo }: Request): ChargingEvent {
  if (event.type !== 'TransactionStarted') return event;
  const { operationMode, tariffId, transactionLimit } = transactionInfo;
  return {
    ...event,
    operationMode: orNull(operationMode),
    tariffId: orNull(tariffId),
    transactionLimitJson: transactionLimit === undefined ? null : JSON.stringify(transactionLimit),
  };
}

/** What no field holds is kept as it was said, beside the fact; undefined where there is nothing of it. */
function moreOf(request: Request): object | undefined {
  const { eventType, seqNo, transactionInfo, costDetails, preconditioningStatus, evseSleep } = request;
  const { transactionId, operationMode, tariffId, transactionLimit } = transactionInfo;
  const changed = eventType === 'Started' ? {} : { operationMode, tariffId, transactionLimit };
  const more = { costDetails, preconditioningStatus, evseSleep, ...changed };
  return Object.values(more).every((value) => value === undefined)
    ? undefined
    : { transactionId, eventType, seqNo, ...more };
}
