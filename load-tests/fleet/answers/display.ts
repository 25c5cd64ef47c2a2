// Messages on a station's display: kept by id, one in front of all others, gone when their time is over.
import type { OCPP21 } from 'typed-ocpp';
import { result, row, type Rows } from '#load-tests/fleet/answers/answer';
import type { Commanded } from '#load-tests/fleet/dialect';
import type { Answer } from '#load-tests/fleet/rpc';

type Message = OCPP21.SetDisplayMessageRequest['message'];

export type Display = Map<number, Message>;

const messagesMax = 20;
const messagesPerPart = 5;
const formats: ReadonlySet<string> = new Set(['ASCII', 'UTF8', 'URI']);

export const display2: Rows = {
  SetDisplayMessage: row<OCPP21.SetDisplayMessageRequest>(show),
  GetDisplayMessages: row<OCPP21.GetDisplayMessagesRequest>(list),
  ClearDisplayMessage: row<OCPP21.ClearDisplayMessageRequest>((station, { id }) =>
    result({ status: current(station).delete(id) ? 'Accepted' : 'Unknown' }),
  ),
};

function show(station: Commanded, { message }: OCPP21.SetDisplayMessageRequest): Answer {
  const { transactionId } = message;
  if (!formats.has(message.message.format)) return result({ status: 'NotSupportedMessageFormat' });
  if (message.state === 'Discharging') return result({ status: 'NotSupportedState' });
  if (transactionId !== undefined && station.evseOf(transactionId) === undefined)
    return result({ status: 'UnknownTransaction' });
  const messages = current(station);
  if (!messages.has(message.id) && messages.size >= messagesMax) return result({ status: 'Rejected' });
  // Only one can be always in front (2.x O01, O06).
  if (message.priority === 'AlwaysFront')
    for (const [id, other] of messages) if (other.priority === 'AlwaysFront') messages.delete(id);
  messages.set(message.id, message);
  return result({ status: 'Accepted' });
}

function list(station: Commanded, request: OCPP21.GetDisplayMessagesRequest): Answer {
  const { id: ids, priority, state, requestId } = request;
  const found = [...current(station).values()].filter(
    (message) =>
      (ids?.includes(message.id) ?? true) &&
      (priority === undefined || message.priority === priority) &&
      (state === undefined || message.state === state),
  );
  if (found.length === 0) return result({ status: 'Unknown' });
  return result({ status: 'Accepted' }, () => {
    for (let first = 0; first < found.length; first += messagesPerPart) {
      const messageInfo = found.slice(first, first + messagesPerPart);
      const tbc = first + messagesPerPart < found.length;
      station.tell({ action: 'NotifyDisplayMessages', payload: { requestId, tbc, messageInfo } });
    }
  });
}

/** What still counts: a message ends with its time, or with its transaction (2.x O01, O02). */
function current(station: Commanded): Display {
  const messages = (station.facilities.display ??= new Map<number, Message>());
  for (const [id, { endDateTime, transactionId }] of messages) {
    const isOver = endDateTime !== undefined && Date.parse(endDateTime) <= station.now();
    const isGone = transactionId !== undefined && station.evseOf(transactionId) === undefined;
    if (isOver || isGone) messages.delete(id);
  }
  return messages;
}
