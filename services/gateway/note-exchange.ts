// What the paths of frames tell the audit of them: one word for each way that a frame can end.
import type { Connection } from './connection.ts';
import type { Frame } from './domain/frame.ts';
import { redactedRuin, signedSuffix } from './domain/redaction.ts';

/** A CALL or SEND of the station, as it came. */
export type Request = {
  /** Without its payload once it was served, where nothing of it is to be hidden: see releasePayload. */
  frame: Extract<Frame, { kind: 'call' | 'send' }>;
  readonly text: string;
  readonly receivedAt: number;
  /** What was odd about it, once it was served. */
  quirks: readonly string[] | undefined;
};

const none: readonly string[] = [];

/** Whether it was no JSON, and is served all the same. */
export function isRuin({ frame }: Request): boolean {
  return frame.kind === 'call' && (frame.odd === 'broken-json' || frame.odd === 'unreadable-json');
}

/** Actions of which most are neither a driver's nor a secret's, and that come by the thousand. */
const plainActions: ReadonlySet<string> = new Set(['MeterValues', 'TransactionEvent', 'StatusNotification']);

/** Lets go of a payload that was served and has nothing to hide: its text is what the audit keeps. */
export function releasePayload(request: Request): void {
  const { kind, id, action, payload } = request.frame;
  if (!plainActions.has(action) || isRuin(request) || carriesToken(payload)) return;
  // Of a signed message the audit keeps what was in it.
  if (request.text.includes(signedSuffix)) return;
  request.frame = { kind, id, action, payload: undefined };
}

function carriesToken(payload: unknown): boolean {
  return typeof payload === 'object' && payload !== null && 'idToken' in payload;
}

/** A station's CALL or SEND ended: with its answer on the way, or without one. */
export function noteRequest(connection: Connection, request: Request, outcome: string, answer: string | null): void {
  const { frame, text, receivedAt, quirks = none } = request;
  const { frames, now } = connection.parts;
  const isBroken = isRuin(request);
  frames.note(connection, {
    direction: 'station',
    messageId: frame.id,
    action: frame.action,
    payload: isBroken ? undefined : frame.payload,
    request: isBroken ? redactedRuin(text) : text,
    answer,
    receivedAt,
    answeredAt: answer === null ? null : now(),
    outcome,
    quirks,
  });
}

/** One faulty frame too many: its socket was ended. */
export function noteUnserved(connection: Connection, request: Request): void {
  noteRequest(connection, request, 'too-many-faults', null);
}

/** A frame that is no request: malformed, or an answer that nobody waits for. */
export function noteFault(
  connection: Connection,
  text: string,
  { id, why, answer }: { readonly id: string | undefined; readonly why: string; readonly answer: string | null },
): void {
  const { frames, now } = connection.parts;
  const at = now();
  frames.note(connection, {
    direction: 'station',
    messageId: id ?? null,
    action: null,
    payload: undefined,
    request: text,
    answer,
    receivedAt: at,
    answeredAt: answer === null ? null : at,
    outcome: why,
    quirks: none,
  });
}

/** A CALL of ours, from the moment that it was written. */
export type SentCall = {
  readonly id: string;
  readonly action: string;
  readonly payload: unknown;
  readonly text: string;
  readonly sentAt: number;
};

/** A CALL of ours ended: answered, or timeout, closed …; a station that hears none of them is a zombie. */
export function noteSent(connection: Connection, call: SentCall, outcome: string, answer: string | null): void {
  const { frames, now } = connection.parts;
  connection.peer.called(outcome !== 'timeout');
  frames.note(connection, {
    direction: 'csms',
    messageId: call.id,
    action: call.action,
    payload: call.payload,
    request: call.text,
    answer,
    receivedAt: call.sentAt,
    answeredAt: answer === null ? null : now(),
    outcome,
    quirks: none,
  });
}
