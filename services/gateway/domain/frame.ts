// OCPP-J framing of all versions: message types 2 to 6, read strictly and written in one place.
import type { OcppVersion } from '#contracts/ocpp';
import { errorCodeFor, type ErrorKind } from './error-codes.ts';
import { unwrapSigned } from './signed-message.ts';
import { readBrokenCall } from './quirks/broken-json.ts';
import { redactedRuin } from './redaction.ts';

export const frameLimits = {
  /** OCPP-J 4.1.4 and 2.x part 4 4.1.4: at most 36 characters. */
  messageIdCharsMax: 36,
  idEchoedCharsMax: 255,
  nestingMax: 32,
  descriptionCharsMax: 255,
} as const;

export type Frame =
  | {
      readonly kind: 'call';
      readonly id: string;
      readonly action: string;
      readonly payload: unknown;
      readonly odd?: FrameOddity;
    }
  | { readonly kind: 'result'; readonly id: string; readonly payload: unknown }
  | { readonly kind: 'error'; readonly id: string; readonly code: string; readonly description: string }
  | { readonly kind: 'result-error'; readonly id: string; readonly code: string; readonly description: string }
  | { readonly kind: 'send'; readonly id: string; readonly action: string; readonly payload: unknown }
  | { readonly kind: 'malformed'; readonly why: MalformedWhy; readonly id: string | undefined };

/** What was odd about a frame that is a CALL all the same; `unreadable-json`: its payload holds the text alone. */
export type FrameOddity = 'broken-json' | 'unreadable-json' | 'long-id';

export type MalformedWhy =
  | 'not-json'
  | 'too-deep'
  | 'not-an-array'
  | 'wrong-array'
  | 'wrong-answer'
  | 'wrong-send'
  | 'unknown-type'
  | 'bad-id'
  | 'id-too-long';

/** Below this length no frame can nest deep enough to hurt, so the scan is skipped on the hot path. */
const scanCharsMin = 1024;
/** Setting a broken frame right costs a look at each character, before the socket's pace is asked. */
const brokenCharsMax = 32 * 1024;

/** Parses one text frame. Never throws; what is no frame comes back as malformed, with its id where one can be read. */
export function decodeFrame(text: string): Frame {
  if (text.length > scanCharsMin && nestsDeeperThan(text, frameLimits.nestingMax)) return malformed('too-deep');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return brokenCall(text);
  }
  if (!Array.isArray(parsed)) return malformed('not-an-array');
  const [type, id] = parsed as unknown[];
  if (typeof id !== 'string' || id === '') return malformed(unanswerable(type) ?? 'bad-id');
  if (id.length > frameLimits.messageIdCharsMax) return decodeLongId(type, id, parsed);
  return decodeArray(type, id, parsed);
}

/** A little too long occurs in the field, is served and named back; what is longer is no id. */
function decodeLongId(type: unknown, id: string, parts: readonly unknown[]): Frame {
  if (id.length > frameLimits.idEchoedCharsMax) return malformed(unanswerable(type) ?? 'id-too-long');
  const frame = decodeArray(type, id, parts);
  return frame.kind === 'call' ? { ...frame, odd: 'long-id' } : frame;
}

/** What is no JSON but shows its id and action is a CALL: left without an answer, a station would be stuck with it. */
function brokenCall(text: string): Frame {
  const broken = readBrokenCall(text, brokenCharsMax);
  if (broken === undefined) return malformed('not-json');
  const { id, action } = broken;
  try {
    const parsed: unknown = JSON.parse(broken.text ?? '');
    const frame = Array.isArray(parsed) ? decodeArray(2, id, parsed) : malformed('not-json');
    if (frame.kind === 'call') return { ...frame, odd: 'broken-json' };
  } catch {
    // Beyond what can be set right.
  }
  return { kind: 'call', id, action, payload: { text: redactedRuin(text) }, odd: 'unreadable-json' };
}

/** Text of `[3, id, payload]`. */
export function encodeResult(id: string, payload: unknown): string {
  return `[3,${JSON.stringify(id)},${JSON.stringify(payload)}]`;
}

/** Text of `[2, id, action, payload]`. */
export function encodeCall(id: string, action: string, payload: unknown): string {
  return `[2,${JSON.stringify(id)},${JSON.stringify(action)},${JSON.stringify(payload)}]`;
}

/** Text of `[4, id, code, description, {}]` with the code as the version spells it; an unreadable id is "-1" (2.x part 4 4.2.3). */
export function encodeError(
  version: OcppVersion,
  id: string | undefined,
  kind: ErrorKind,
  description: string,
): string {
  return encodeFault(4, id ?? '-1', errorCodeFor(version, kind), description);
}

/** Text of `[5, id, code, description, {}]`: an answer to our CALL that we could not process (2.1 part 4 4.2.4). */
export function encodeResultError(version: OcppVersion, id: string, kind: ErrorKind, description: string): string {
  return encodeFault(5, id, errorCodeFor(version, kind), description);
}

function encodeFault(type: 4 | 5, id: string, code: string, description: string): string {
  const shown = JSON.stringify(description.slice(0, frameLimits.descriptionCharsMax));
  return `[${type},${JSON.stringify(id)},"${code}",${shown},{}]`;
}

function decodeArray(type: unknown, id: string, parts: readonly unknown[]): Frame {
  switch (type) {
    case 2:
      if (parts.length !== 4 || typeof parts[2] !== 'string') return malformed('wrong-array', id);
      return decodeRequest('call', id, { action: parts[2], payload: parts[3] ?? {} });
    case 6:
      return decodeSend(id, parts);
    case 3:
      if (parts.length !== 3) return malformed('wrong-answer', id);
      return { kind: 'result', id, payload: parts[2] ?? {} };
    case 4:
    case 5:
      // The description and details are often left out in the field; the code is what counts.
      if (parts.length < 3 || typeof parts[2] !== 'string') return malformed('wrong-answer', id);
      return {
        kind: type === 4 ? 'error' : 'result-error',
        id,
        code: parts[2],
        description: typeof parts[3] === 'string' ? parts[3] : '',
      };
    default:
      return malformed(typeof type === 'number' ? 'unknown-type' : 'wrong-array', id);
  }
}

function decodeSend(id: string, parts: readonly unknown[]): Frame {
  if (parts.length !== 4 || typeof parts[2] !== 'string') return malformed('wrong-send', id);
  return decodeRequest('send', id, { action: parts[2], payload: parts[3] ?? {} });
}

/** Why a faulty frame of that type is not answered: answers and SENDs never are, or two peers would answer each other for ever. */
function unanswerable(type: unknown): MalformedWhy | undefined {
  if (type === 6) return 'wrong-send';
  return type === 3 || type === 4 || type === 5 ? 'wrong-answer' : undefined;
}

type Message = { readonly action: string; readonly payload: unknown };

/** A signed message is the message in it; one that cannot be unwrapped is an action that nobody knows. */
function decodeRequest(kind: 'call' | 'send', id: string, message: Message): Frame {
  const { action, payload } = message;
  const within = unwrapSigned(action, payload);
  if (within === undefined) return { kind, id, action, payload };
  if (nestsDeeperThan(within.text, frameLimits.nestingMax)) return malformed('too-deep');
  try {
    return { kind, id, action: within.action, payload: JSON.parse(within.text) };
  } catch {
    return { kind, id, action, payload };
  }
}

function malformed(why: MalformedWhy, id?: string): Frame {
  return { kind: 'malformed', why, id };
}

const quote = 0x22;
const backslash = 0x5c;

/** Whether a text nests deeper than so, as JSON would; linear, and without a stack. */
export function nestsDeeperThan(text: string, max: number): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === quote) i = endOfString(text, i);
    else if (code === 0x5b || code === 0x7b) {
      depth++;
      if (depth > max) return true;
    } else if (code === 0x5d || code === 0x7d) depth--;
  }
  return false;
}

function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === backslash) i++;
    else if (code === quote) return i;
  }
  return text.length;
}
