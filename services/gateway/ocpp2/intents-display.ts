// Intents about a station's display, and what it knows of a driver, in the words of OCPP 2.x.
import { one, told, type IntentTable } from '../domain/intent.ts';
import { componentOf, idTokenOf } from './intents-names.ts';

export const displayIntents2 = {
  ShowMessage(parameters) {
    const {
      messageId: id,
      priority,
      state,
      from,
      until,
      transactionId,
      format,
      language,
      content,
      display,
    } = parameters;
    const message = told({
      id,
      priority,
      state,
      startDateTime: from,
      endDateTime: until,
      transactionId,
      message: told({ format, language, content }),
      display: display && componentOf(display),
    });
    return one('SetDisplayMessage', { message });
  },
  ReadMessages: ({ messageIds, priority, state }, { number }) =>
    one('GetDisplayMessages', { id: messageIds, requestId: number, priority, state }),
  ClearMessage: ({ messageId }) => one('ClearDisplayMessage', { id: messageId }),
  CustomerInformation: ({ report, clear, token, customerIdentifier, certificate }, { number }) =>
    one('CustomerInformation', {
      requestId: number,
      report,
      clear,
      customerIdentifier,
      idToken: token && idTokenOf(token),
      customerCertificate: certificate,
    }),
} satisfies Partial<IntentTable>;
