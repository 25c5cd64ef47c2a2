// What became of one frame, and how it is written down: as it stood on the wire, without secrets and driver ids, cut.
import { frameLimits, nestsDeeperThan } from './frame.ts';
import { mayHideFrom, mayHideFromRuin, redactedJson, redactedRuin, signedSuffix } from './redaction.ts';

/** One frame and what became of it, as the path that served it saw it. */
export type Exchange = {
  readonly direction: 'station' | 'csms';
  readonly messageId: string | null;
  readonly action: string | null;
  /** Of a CALL or SEND, where it was parsed already; of a signed one what is in it. */
  readonly payload: unknown;
  readonly request: string;
  readonly answer: string | null;
  readonly receivedAt: number;
  /** When the answer was written, or came; null: none did. */
  readonly answeredAt: number | null;
  readonly outcome: string;
  readonly quirks: readonly string[];
};

/** Characters of what a station calls an action; those of OCPP have at most 34. */
const actionCharsMax = 64;

/** The part of a record that is made of the exchange alone. */
export type WrittenExchange = {
  readonly action: string | null;
  readonly requestFrame: string;
  readonly requestCharsCut: number;
  readonly answerFrame: string | null;
  readonly answerCharsCut: number;
  readonly errorCode: string | null;
};

/** Characters of a frame that are kept; 99 % of all messages are below 2,000 (OCPP 2.1 part 4 5.2). */
export const frameCharsMax = 16 * 1024;

export function writtenExchange(exchange: Exchange): WrittenExchange {
  const request = requestOf(exchange);
  const answer = exchange.answer === null ? null : redacted(exchange.action, exchange.answer);
  return {
    action: exchange.action === null ? null : exchange.action.slice(0, actionCharsMax),
    requestFrame: cut(request),
    requestCharsCut: Math.max(0, request.length - frameCharsMax),
    answerFrame: answer === null ? null : cut(answer),
    answerCharsCut: answer === null ? 0 : Math.max(0, answer.length - frameCharsMax),
    errorCode: exchange.answer === null ? null : errorCodeOf(exchange.answer),
  };
}

/** Most frames hold nothing to hide, and stay the text that they were; a parsed payload is not parsed again. */
function requestOf({ action, messageId, payload, request }: Exchange): string {
  if (action === null || payload === undefined) return redacted(action, request);
  if (!mayHideFrom(action, request)) return request;
  return redactedJson(action, [send.test(request) ? 6 : 2, messageId, action, payload]);
}

const send = /^\s*\[\s*6/;

/** Of an exchange that has an action every text is JSON, or was redacted where it came in. */
function redacted(action: string | null, text: string): string {
  if (action !== null && !mayHideFrom(action, text)) return text;
  if (action === null && !mayHideFromRuin(text)) return text;
  // A parser's stack is not for whoever sends 100,000 brackets; what is signed no parser reads.
  const isRuin = action === null && (text.includes(signedSuffix) || nestsDeeperThan(text, frameLimits.nestingMax));
  if (isRuin) return redactedRuin(text);
  try {
    return redactedJson(action ?? '', JSON.parse(text));
  } catch {
    return redactedRuin(text);
  }
}

function errorCodeOf(answer: string): string | null {
  if (!/^\s*\[\s*[45]\s*,/.test(answer)) return null;
  try {
    const [, , code] = JSON.parse(answer) as unknown[];
    return typeof code === 'string' ? code.slice(0, codeCharsMax) : null;
  } catch {
    return null;
  }
}

const codeCharsMax = 64;

function cut(text: string): string {
  return text.length <= frameCharsMax ? text : text.slice(0, frameCharsMax);
}
