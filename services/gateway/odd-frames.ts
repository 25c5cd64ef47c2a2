// Frames that are neither a request nor an answer to ours: malformed ones, and those only 2.1 knows.
import type { OcppVersion } from '#contracts/ocpp';
import type { Connection } from './connection.ts';
import { encodeError, type Frame, type MalformedWhy } from './domain/frame.ts';
import { noteFault } from './note-exchange.ts';

/** Answers where the protocol allows; a wrong answer to our CALL ends its wait. */
export function answerMalformed(
  connection: Connection,
  frame: Extract<Frame, { kind: 'malformed' }>,
  text: string,
): void {
  const { id, why } = frame;
  if (!connection.countFault(why, text)) return noteFault(connection, text, { id, why, answer: null });
  if (why === 'wrong-answer') {
    // Whoever waits for it need not wait out the time; an answer is never answered.
    if (!connection.outbound.answered({ kind: 'unreadable', id: id ?? '' }, text))
      noteFault(connection, text, { id, why, answer: null });
    return;
  }
  if (isIgnored(connection.dialect.version, why)) return noteFault(connection, text, { id, why, answer: null });
  const kind = why === 'unknown-type' ? 'message-type' : why === 'id-too-long' ? 'format' : 'framework';
  const answer = encodeError(connection.dialect.version, id, kind, `not a valid OCPP-J message: ${why}`);
  connection.send(answer);
  noteFault(connection, text, { id, why, answer });
}

/** A SEND is never answered. A message type of tomorrow is ignored (1.6J 4.1.3, 2.1), but by 2.0.1 (part 4 4.4), which answers it. */
function isIgnored(version: OcppVersion, why: MalformedWhy): boolean {
  return why === 'wrong-send' || (why === 'unknown-type' && version !== '2.0.1');
}

/**
 * CALLRESULTERROR (2.1 part 4 4.2.4): the station could not process an answer of ours. The facts of its CALL stand, they
 * are in the log; what is left is to know of it. Where the id is that of a CALL of ours, whoever waits for it is told.
 */
export function noteResultError(
  connection: Connection,
  frame: Extract<Frame, { kind: 'result-error' }>,
  text: string,
): void {
  const { id, code, description } = frame;
  connection.parts.logger.warn({ stationId: connection.stationId, id, code, description }, 'answer not understood');
  connection.countFault('result-error', text);
  if (!connection.outbound.answered({ kind: 'error', id, code, description }, text))
    noteFault(connection, text, { id, why: 'result-error', answer: null });
}

/** A frame that nobody asked for: counted, written down, never answered. */
export function noteOdd(
  connection: Connection,
  text: string,
  { id, why }: { readonly id: string; readonly why: string },
): void {
  connection.countFault(why, text);
  noteFault(connection, text, { id, why, answer: null });
}
