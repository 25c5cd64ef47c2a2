// 2.1 VatNumberValidation (C25): whose number is it? Without somebody who knows, it is not confirmed.
import type { OCPP21 } from 'typed-ocpp';
import type { Row } from '../domain/action.ts';
import { orNull } from '../domain/or-null.ts';
import { refusalOf } from '../domain/question.ts';
import { recordMessage } from '../domain/recorded.ts';

export const vatNumberValidation: Row<OCPP21.VatNumberValidationRequest> = {
  asks: ({ vatNumber, evseId }) => ({ kind: 'vat-number', vatNumber, evseId: orNull(evseId) }),
  handle(request, context) {
    const { answer } = context;
    const asked = { vatNumber: request.vatNumber, ...(request.evseId === undefined ? {} : { evseId: request.evseId }) };
    const reply =
      answer?.kind === 'vat-number'
        ? { status: 'Accepted', ...asked, ...(answer.company === null ? {} : { company: answer.company }) }
        : { status: 'Rejected', ...asked, statusInfo: refusalOf(answer) };
    return recordMessage('VatNumberValidation', request, reply, context);
  },
};
